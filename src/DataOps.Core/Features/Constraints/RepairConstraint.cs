using System.Diagnostics;
using DataOps.Core.Changes.Batches;
using Npgsql;

namespace DataOps.Core.Features.Constraints;

/// <summary>Options of <see cref="RepairConstraint"/>. Wildcards are PowerShell's: * ? [a-z].</summary>
public sealed partial record RepairConstraintOptions : PlanOptions
{
    /// <summary>Referencing tables, as table or schema.table. Default: all.</summary>
    [Option(Position = 0, Pipeline = true, Wildcards = true, Completes = OptionNames.TableName)]
    public IReadOnlyList<string> Table { get; init; } = [];

    /// <summary>Referencing models, as app or app.model. Default: all.</summary>
    [Option(Pipeline = true, Wildcards = true, Completes = OptionNames.ModelName)]
    public IReadOnlyList<string> Model { get; init; } = [];

    /// <summary>
    /// Names of references, as Get-Reference lists them. Default: all that have a foreign key; one without gets it only
    /// if it is named.
    /// </summary>
    [Option(Pipeline = true, Wildcards = true, Completes = OptionNames.ReferenceName)]
    public IReadOnlyList<string> Reference { get; init; } = [];

    /// <summary>
    /// References that have no foreign key by design, as table.column=target_table; they never get one.
    /// </summary>
    public IReadOnlyList<string> SoftReference { get; init; } = [];

    /// <summary>Add foreign keys as NOT VALID: existing rows are not checked.</summary>
    public bool NotValid { get; init; }
}

/// <summary>
/// Adds missing foreign keys, validates those that are NOT VALID, and enables those whose triggers are disabled.
/// </summary>
/// <remarks>
/// A constraint is added as NOT VALID, under a lock of a moment, and validated in a transaction of its own, which lets
/// others read and write. Where rows have no target nothing is done, unless it is asked for with NotValid. History that
/// outlives its target by design never gets a constraint.
/// </remarks>
[Operation("Repair", "Constraint")]
public sealed class RepairConstraint : Operation<RepairConstraintOptions, IChangeResult>
{
    private const string Name = "Repair-Constraint";
    private const int Named = 5;

    /// <inheritdoc/>
    /// <exception cref="DataOpsException">A name in <paramref name="options"/> matches nothing, the role may not do it,
    /// or a table stays locked.</exception>
    protected override IEnumerable<IChangeResult> Execute(
        Session session, RepairConstraintOptions options, OperationContext context)
    {
        Stopwatch watch = Stopwatch.StartNew();
        ReferenceCatalog catalog = ReferenceCatalog.Read(session, options.SoftReference, withEmbedded: false);
        ShortTransaction transaction = new(session, BatchLimits.Of(1), context);
        List<ConstraintStatus> told = [];
        long count = 0;
        ReferenceFilter filter = new(catalog, options.Table, options.Model, [], options.Reference, context);
        foreach (Reference reference in filter.Select())
        {
            if (Repair(session, catalog, reference, options, transaction, context) is not { } repair)
                continue;
            told.Add(repair.Status);
            count += repair.Changed ? 1 : 0;
            yield return repair;
        }
        long Count(ConstraintStatus status) => told.Count(s => s == status);
        yield return new RepairConstraintResult
        {
            Server = session.Server,
            Database = session.Database,
            Operation = Name,
            Changed = count > 0,
            Count = count,
            WouldChange = Count(ConstraintStatus.Planned) + Count(ConstraintStatus.Done),
            Duration = Math.Round(watch.Elapsed.TotalSeconds, 3),
            Suggested = Count(ConstraintStatus.Suggested),
            Refused = Count(ConstraintStatus.Refused),
            Retries = transaction.Retries,
        };
    }

    private static ConstraintRepair? Repair(
        Session session, ReferenceCatalog catalog, Reference reference, RepairConstraintOptions options,
        ShortTransaction transaction, OperationContext context)
    {
        if (ConstraintStep.For(reference, options.NotValid) is not { } step)
            return null;
        (long orphans, string rows) = Orphans(session, catalog, reference, context);
        ConstraintRepair Told(ConstraintStatus status, string? note, bool changed = false) => new(
            session.Server, session.Database, step.Action, status, reference.Table.DisplayName,
            catalog.LabelOf(reference.Table),
            Names(reference.Columns), reference.Target!.DisplayName, Names(reference.TargetColumns), reference.Name,
            step.Name, orphans, changed,
            string.Join("; ", step.Statements), note);

        bool isGuess = step.Action == ConstraintAction.Add && options.Reference.Count == 0;
        bool checksRows = step.Action != ConstraintAction.Add || !options.NotValid;
        if (step.Statements.Count == 0)
            return Told(ConstraintStatus.Refused,
                "it was created NOT ENFORCED: alter table … alter constraint … enforced");
        // Nobody asked for a guess that does not hold: it is for Find-Orphan to tell.
        if (isGuess)
            return orphans > 0
                ? null
                : Told(ConstraintStatus.Suggested, $"{reference.Evidence}; add it with -Reference {reference.Name}");
        if (orphans > 0 && checksRows)
            return Told(ConstraintStatus.Refused, rows);
        if (options.WhatIf)
            return Told(ConstraintStatus.Planned, reference.Evidence);
        (int done, string? failure) = Apply(session, step, transaction, context);
        // Until the triggers were on, rows could come in that nothing checks any more.
        if (failure is null && step.Action == ConstraintAction.Enable)
            (orphans, failure) = Orphans(session, catalog, reference, context) is { Count: > 0 } now ? now : (0, null);
        return failure is null
            ? Told(ConstraintStatus.Done, reference.Evidence, changed: true)
            : Told(ConstraintStatus.Refused, failure, done > 0);
    }

    private static (int Done, string? Failure) Apply(
        Session session, ConstraintStep step, ShortTransaction transaction, OperationContext context)
    {
        int done = 0;
        try
        {
            foreach (SqlText statement in step.Statements)
            {
                transaction.Run(() => session.Run(statement, context.Cancellation));
                done++;
            }
        }
        catch (DataOpsException e)
            when (e.InnerException is PostgresException { SqlState: PostgresErrorCodes.ForeignKeyViolation } violation)
        {
            return (done,
                "a row without a target was inserted meanwhile, so the constraint is still NOT VALID: "
                    + $"{violation.Detail ?? violation.MessageText}");
        }
        return (done, null);
    }

    private static (long Count, string Rows) Orphans(
        Session session, ReferenceCatalog catalog, Reference reference, OperationContext context)
    {
        List<string> first = [];
        long count = 0;
        foreach (DanglingReference dangling in reference.Find(session, catalog, context.Cancellation))
            if (++count <= Named)
                first.Add($"{dangling.Key} -> {dangling.Value}");
        string rows = string.Join(", ", first) + (count > Named ? ", …" : "");
        return (count,
            $"{(count == 1 ? "1 row has" : $"{count} rows have")} no target ({rows}): Find-Orphan -Reference " +
                $"{reference.Name} | Repair-Orphan");
    }

    private static string Names(IReadOnlyList<Column> columns) => string.Join(",", columns.Select(c => c.Name));
}
