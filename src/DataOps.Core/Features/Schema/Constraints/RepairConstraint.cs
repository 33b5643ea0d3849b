using System.Diagnostics;
using DataOps.Core.Changes.UndoFiles;
using DataOps.Core.Postgres.Schemas;
using Npgsql;

namespace DataOps.Core.Features.Schema.Constraints;

/// <summary>Options of <see cref="RepairConstraint"/>. Wildcards are PowerShell's: * ? [a-z].</summary>
public sealed partial record RepairConstraintOptions : UndoableOptions
{
    /// <summary>Tables whose constraints are repaired, as table or schema.table. Default: all.</summary>
    [Option(Position = 0, Pipeline = true, Wildcards = true, Completes = OptionNames.TableName)]
    public IReadOnlyList<string> Table { get; init; } = [];

    /// <summary>Models whose constraints are repaired, as app or app.model. Default: all.</summary>
    [Option(Pipeline = true, Wildcards = true, Completes = OptionNames.ModelName)]
    public IReadOnlyList<string> Model { get; init; } = [];

    /// <summary>
    /// Names of references, as Get-Reference lists them: their foreign keys. One that has none and only looks like a
    /// reference gets it only if it is named.
    /// </summary>
    [Option(Pipeline = true, Wildcards = true, Completes = OptionNames.ReferenceName)]
    public IReadOnlyList<string> Reference { get; init; } = [];

    /// <summary>Names of constraints and indexes. Default: all that are missing or not valid.</summary>
    [Option(Pipeline = true, Wildcards = true)]
    public IReadOnlyList<string> Constraint { get; init; } = [];

    /// <summary>
    /// References that have no foreign key by design, as table.column=target_table; they never get one.
    /// </summary>
    public IReadOnlyList<string> SoftReference { get; init; } = [];

    /// <summary>The schema that is expected: a file of Export-Schema.</summary>
    [Option(Form = OptionForm.File)]
    [NotWith(nameof(ReferenceDatabase))]
    [MustExist(FileAdvice.Schema)]
    public string? ReferencePath { get; init; }

    /// <summary>
    /// The schema that is expected: another database, as -Database names one (address, service, name), on any server.
    /// </summary>
    [NotWith(nameof(MigrationPath))]
    public string? ReferenceDatabase { get; init; }

    /// <summary>
    /// The schema that is expected: what Django would have made at the migrations that are applied. Folders, wheels,
    /// zip and tar files with the migrations of the site's apps.
    /// </summary>
    [Option(Form = OptionForm.File)]
    [NotWith(nameof(ReferencePath))]
    [MustExist(FileAdvice.Migrations)]
    public IReadOnlyList<string> MigrationPath { get; init; } = [];

    /// <summary>
    /// Models that settings name, as AUTH_USER_MODEL=accounts.User (default: as the database has it), and modules of
    /// migrations, as MIGRATION_MODULES.shop=shop.db_migrations.
    /// </summary>
    [Option(Form = OptionForm.Pair)]
    [OnlyWith(nameof(MigrationPath))]
    public IReadOnlyList<string> Setting { get; init; } = [];

    /// <summary>Add foreign keys and checks as NOT VALID: existing rows are not checked.</summary>
    public bool NotValid { get; init; }

    /// <summary>Write the statements as a script for psql; change nothing.</summary>
    public bool AsSql { get; init; }

    // Whether it is asked in the transaction of a change that it is a part of.
    internal bool IsPart { get; init; }
}

/// <summary>
/// Adds constraints and indexes that are missing, validates those that are NOT VALID, enables foreign keys whose
/// triggers are disabled, and builds indexes anew that are not valid.
/// </summary>
/// <remarks>
/// Nothing keeps writers waiting for longer than the limit of locks: unique constraints take an index that is built
/// beside the work, foreign keys and checks are added as NOT VALID and validated afterwards. Where rows violate a
/// constraint they are shown, and nothing is done, unless it is asked for with NotValid. History that outlives its
/// target by design never gets a constraint.
/// </remarks>
[Operation("Repair", "Constraint")]
public sealed class RepairConstraint : Operation<RepairConstraintOptions, IChangeResult>
{
    private const string Name = "Repair-Constraint";
    private const string LockTimeout = "set lock_timeout = '1s';";

    /// <summary>The command for one constraint, for a remedy.</summary>
    /// <param name="constraint">Its name.</param>
    /// <param name="expected">What says that it is expected, as <c> -ReferencePath schema.json</c>; empty for what is
    /// known.</param>
    internal static string Command(string constraint, string expected = "") =>
        $"{Name} -Constraint '{constraint}'{expected} -WhatIf";

    /// <inheritdoc/>
    /// <exception cref="DataOpsException">A name in <paramref name="options"/> matches nothing, the role may not do it,
    /// or a table stays locked.</exception>
    protected override IEnumerable<IChangeResult> Execute(
        Session session, RepairConstraintOptions options, OperationContext context)
    {
        if (!options.AsSql)
            return Repair(session, options, context);
        string own = InSnapshot(session, options, () => SchemaReader.Read(session, context.Cancellation)).Own;
        return Script(session, own, Repair(session, options with { WhatIf = true }, context))
            .Select(line => new ConstraintScript(session.Server, session.Database, line));
    }

    private static IEnumerable<IChangeResult> Repair(
        Session session, RepairConstraintOptions options, OperationContext context)
    {
        Stopwatch watch = Stopwatch.StartNew();
        UndoPlace? undo = UndoPlace.Of(options, session, Name);
        if (!options.WhatIf)
            undo?.Prepare();
        ReferenceCatalog catalog = ReferenceCatalog.Read(session, options.SoftReference, withEmbedded: false);
        ExpectedSchema expected = new(
            options.ReferencePath, options.ReferenceDatabase, options.MigrationPath, options.Setting);
        SchemaComparison? comparison = expected.IsGiven ? expected.Compare(session, Name, context) : null;
        (DatabaseSchema actual, string own) = InSnapshot(
            session, options, () => SchemaReader.Read(session, context.Cancellation));
        SchemaMending mending = comparison?.Mending ?? new(actual, actual, own);
        ConstraintWork work = new(session, own, Name, undo, context);
        List<ConstraintStatus> told = [];
        long count = 0;
        foreach (ConstraintStep step in new ConstraintSteps(
            session, catalog, comparison, own, mending, options, context).Find())
        {
            Violations Find() => InSnapshot(
                session, options, () => Violations.Find(session, catalog, own, step, context));
            Violations violations = Find();
            // Nobody asked for a guess that does not hold: it is for Find-Orphan to tell.
            if (step.IsGuess && violations.Count > 0)
                continue;
            ConstraintRepair repair = Of(session, catalog, step, violations);
            if (violations.Count > 0 && repair.Status == ConstraintStatus.Refused)
                foreach (ConstraintViolation violation in violations.First)
                    yield return violation;
            if (repair.Status == ConstraintStatus.Planned && !options.WhatIf)
                repair = Done(repair, step, work, Find);
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
            UndoPath = work.UndoPath,
            Duration = Math.Round(watch.Elapsed.TotalSeconds, 3),
            Suggested = Count(ConstraintStatus.Suggested),
            Refused = Count(ConstraintStatus.Refused),
            Retries = work.Retries,
        };
    }

    private static T InSnapshot<T>(Session session, RepairConstraintOptions options, Func<T> read)
    {
        using NpgsqlTransaction? snapshot = options.IsPart ? null : session.BeginSnapshot();
        return read();
    }

    private static ConstraintRepair Of(
        Session session, ReferenceCatalog catalog, ConstraintStep step, Violations violations)
    {
        MadeConstraint? made = step.Makes is { } kind
            ? new(step.Table.Schema, step.Table.Name, kind, step.MadeName, "")
            : null;
        (ConstraintStatus status, string? note) = step switch
        {
            { Obstacle: { } obstacle } => (ConstraintStatus.Refused, obstacle),
            { IsGuess: true, Reference: { } guess } =>
                (ConstraintStatus.Suggested, $"{step.Evidence}; add it with -Reference '{guess.Name}'"),
            { ChecksRows: true } when violations.Count > 0 => (ConstraintStatus.Refused, violations.Note),
            _ => (ConstraintStatus.Planned, step.Evidence),
        };
        return new(
            session.Server, session.Database, step.Kind, step.Action, status, step.Table.DisplayName,
            catalog.LabelOf(step.Table), string.Join(",", step.Columns), step.Target?.DisplayName,
            step.Target is null ? null : string.Join(",", step.TargetColumns), step.Reference?.Name, step.Name,
            violations.Count, false, string.Join("; ", step.Statements), made?.Drop.ToString(), note)
        {
            Statements = step.Statements,
        };
    }

    private static ConstraintRepair Done(
        ConstraintRepair planned, ConstraintStep step, ConstraintWork work, Func<Violations> find)
    {
        (bool changed, string? failure) = work.Do(step);
        long violations = planned.Violations;
        // Until the triggers were on, rows could come in that nothing checks any more.
        if (failure is null && step.Action == ConstraintAction.Enable)
            (violations, failure) = find() is { Count: > 0 } now ? (now.Count, now.Note) : (0, null);
        return planned with
        {
            Status = failure is null ? ConstraintStatus.Done : ConstraintStatus.Refused,
            Violations = violations,
            Changed = changed,
            Note = failure ?? planned.Note,
        };
    }

    // Each statement by itself, as psql runs them without -1: what is done beside the work is done in no transaction.
    private static IEnumerable<string> Script(Session session, string own, IEnumerable<IChangeResult> plan)
    {
        yield return Comment(
            $"Constraints of {session.Database} on {session.Server}: psql -v ON_ERROR_STOP=1 -f …");
        yield return LockTimeout;
        // The names in expressions are bare, as they are where it is done here.
        yield return $"set search_path = pg_catalog, {SqlText.Identifier(own)}, pg_temp;";
        foreach (ConstraintRepair repair in plan.OfType<ConstraintRepair>())
        {
            yield return "";
            yield return Comment($"{repair.Action} {repair.Constraint} of {repair.Table}"
                + (repair.Note is null ? "" : $": {repair.Note}"));
            foreach (string line in repair.Statements.SelectMany(Lines))
                yield return repair.Status == ConstraintStatus.Planned ? line : Comment(line);
        }
    }

    // A name may hold a line break, behind which a comment is none.
    private static string Comment(string text) => $"-- {VisibleText.Of(text.ReplaceLineEndings(" "))}";

    // What is built beside the work waits for older transactions, and nobody waits for it.
    private static IEnumerable<string> Lines(SqlText statement)
    {
        string[] lines = $"{statement};".Split('\n');
        return SchemaSql.IsConcurrent(statement) ? ["set lock_timeout = 0;", .. lines, LockTimeout] : lines;
    }
}
