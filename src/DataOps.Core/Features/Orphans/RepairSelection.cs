using Npgsql;

namespace DataOps.Core.Features.Orphans;

/// <summary>
/// Finds the orphans that a repair is about: those that were named and still are orphans, or all of the references that
/// were asked for.
/// </summary>
/// <param name="session">The session, in a transaction.</param>
/// <param name="catalog">The reference catalogue.</param>
/// <param name="options">What was asked for.</param>
/// <param name="outlives">Whether the orphans' temporary tables outlive the transaction.</param>
/// <param name="context">Hears what is left alone.</param>
internal sealed class RepairSelection(
    Session session, ReferenceCatalog catalog, RepairOrphanOptions options, bool outlives, OperationContext context)
{
    private const int Named = 5;

    private int _steps;

    /// <summary>Orphans that were named and are left alone.</summary>
    public long Skipped { get; private set; }

    /// <summary>The orphans, a step for each reference that has any.</summary>
    /// <exception cref="DataOpsException">A name matches nothing, objects are of another database, or nothing of what
    /// was asked for can be repaired here.</exception>
    public IReadOnlyList<RepairStep> Steps(ChangeSet changes)
    {
        ReferenceFilter filter =
            new(catalog, options.Table, options.Model, options.Class, options.Reference, context);
        Reference[] asked = [.. filter.Select()];
        return [.. (options.InputObject is { } input ? OfInput(changes, asked, input) : OfFilter(changes, asked)).Where(
            s => s.Orphans.Count > 0)];
    }

    /// <summary>
    /// Drops the orphans' temporary tables, where they outlive the transaction and the connection is still there.
    /// </summary>
    public void Forget()
    {
        for (int i = 1; i <= _steps && session.Connection.FullState == System.Data.ConnectionState.Open; i++)
            session.Run($"drop table if exists {TemporaryTable.Named(NameOf(i))}");
    }

    private IEnumerable<RepairStep> OfFilter(ChangeSet changes, Reference[] asked)
    {
        Reference[] references = [.. asked.Where(r => r.Severity != Severity.Expected || IsNamed(r))];
        Reference[] others = [.. references.Where(r => r.Repairs(catalog).Count == 0)];
        if (others.Length > 0 && others.Length == references.Length)
            throw NotHere(others[0]);
        foreach (Reference reference in references.Except(others))
            yield return Step(changes, reference, []);
    }

    private IEnumerable<RepairStep> OfInput(ChangeSet changes, Reference[] asked, IReadOnlyList<OrphanInput> objects)
    {
        Require(objects);
        List<Reference> others = [];
        List<(Reference Reference, OrphanInput[] Input)> found = [];
        foreach (IGrouping<(string?, string?), OrphanInput> group in objects.GroupBy(i => (i.Table, i.Reference)))
        {
            Reference reference = Find(group.First());
            OrphanInput[] input = [.. group];
            if (reference.Repairs(catalog).Count == 0)
            {
                others.Add(reference);
                Skip(input.Length, $"{NotHere(reference).Message} {NotHere(reference).Advice}");
            }
            else if (reference.Severity == Severity.Expected && !IsNamed(reference))
                Skip(input.Length,
                    $"{reference} is history that outlives its target by design: name it with -Reference, or use " +
                        $"-IncludeExpected, to repair it all the same.");
            else if (!asked.Contains(reference))
                Skip(input.Length, $"{reference} is left out by -Table, -Model, -Class or -Reference.");
            else
                found.Add((reference, input));
        }
        if (found.Count == 0 && others.Count > 0)
            throw NotHere(others[0]);
        foreach ((Reference reference, OrphanInput[] input) in found)
            yield return Step(changes, reference, input);
    }

    private RepairStep Step(ChangeSet changes, Reference reference, OrphanInput[] input)
    {
        context.Report($"Searching {reference.Table}", 0, reference.Table.EstimatedRows);
        TablePlan rows = changes.Of(reference.Table);
        string name = NameOf(++_steps);
        SelectedRows orphans = new(session, name, rows, context.Cancellation, outlives);
        // An object without a key stands for all orphans of the reference.
        bool all = input.Length == 0 || input.Any(i => i.Key is null);
        SqlText given = TemporaryTable.Named($"{name}_input");
        if (!all)
            Keep(given, input);
        SqlText listed = all ? SqlText.Empty : (SqlText)$"""

            and exists (select 1 from {given} i
              where i.key = {KeyText.Of(reference.Table, "t")} and coalesce(i.value = {reference.Value("t")}, true))
            """;
        // Rows of which nobody can tell whether they are orphans are repaired only when they are asked for.
        IReadOnlyList<MissingTarget> missing =
            [.. reference.MissingTargets(session, catalog, context.Cancellation)
                .Where(m => m.IsCertain || options.IncludeExpected)];
        foreach (MissingTarget target in missing)
            orphans.Add(reference.Value("t"), $"from {reference.Table} t where {target.IsDangling("t")}{listed}");
        orphans.Analyze();
        if (!all)
            SkipHealed(reference, orphans, given);
        OrphanAction? action = ActionFor(reference, missing);
        if (action != options.Action && options.Action is not null && orphans.Count > 0)
            context.Warning?.Invoke(
                $"{reference} may be NULL, so it is cleared in {orphans.Count} "
                    + $"{(orphans.Count == 1 ? "row" : "rows")}, not deleted: "
                    + $"-Reference '{reference}' -Action {options.Action} deletes.");
        if (orphans.Count > 0)
            context.Verbose?.Invoke($"{reference}, {Counted.Of(orphans.Count, "orphan")}: {RuleOf(action)}.");
        return new RepairStep(reference, orphans, missing, reference.Repairs(catalog), action,
            IsAskedByName(reference));
    }

    private bool IsAskedByName(Reference reference) =>
        options.Reference.Contains(reference.Name, StringComparer.OrdinalIgnoreCase);

    // Where nobody has named the reference, a row goes only if its reference cannot be cleared.
    private OrphanAction? ActionFor(Reference reference, IReadOnlyList<MissingTarget> missing) => options.Action switch
    {
        null => missing.All(m => m.IsCertain) ? reference.DefaultRepair(catalog) : null,
        OrphanAction.Delete or OrphanAction.Quarantine when reference.Clearable.Any() && !IsAskedByName(reference) =>
            OrphanAction.SetNull,
        { } action => action,
    };

    private string RuleOf(OrphanAction? action) =>
        action is null ? "no action is safe without a decision"
        : options.Action == action ? $"{action}, as -Action says"
        : options.Action is not null ? $"{action}, as it may be NULL and was not named by -Reference"
        : $"{action}, the default of its class";

    private static string NameOf(int step) => $"dataops_orphan_{step}";

    private void Keep(SqlText name, OrphanInput[] input)
    {
        string?[] keys = [.. input.Select(i => i.Key)];
        string?[] values = [.. input.Select(i => i.Value)];
        TemporaryTable.Declare(session, name, $"key text not null, value text", context.Cancellation);
        session.Run($"insert into {name} select distinct * from unnest({keys!}, {values!})", context.Cancellation);
        session.Run($"analyze {name}", context.Cancellation);
    }

    private void SkipHealed(Reference reference, SelectedRows orphans, SqlText input)
    {
        IReadOnlyList<string> healed = session.Query<string>(
            $"""
            select distinct i.key from {input} i
            where not exists (select 1 from {orphans.Name} o where o._key = i.key) order by 1
            """,
            context.Cancellation);
        if (healed.Count > 0)
            Skip(
                healed.Count,
                $"{(healed.Count == 1 ? "1 row is no orphan" : $"{healed.Count} rows are no orphans")} of {reference} "
                + $"any more, or not of the same value, or cannot be checked: {reference.Table} "
                + $"{string.Join(", ", healed.Take(Named))}{(healed.Count > Named ? ", …" : "")}.");
    }

    private void Skip(long rows, string why)
    {
        Skipped += rows;
        context.Warning?.Invoke($"Skipped: {why}");
    }

    private Reference Find(OrphanInput input) =>
        catalog.References.FirstOrDefault(r => r.Name == input.Reference
            && (input.Table is null || ReferenceFilter.TableNames(r.Table).Contains(input.Table)))
        ?? throw new DataOpsException(
            ErrorIds.UnknownReference, FailureKind.NotFound,
            $"{session.Database} has no reference {input.Reference}"
            + $"{(input.Table is null ? "" : $" of table {input.Table}")} any more. Nothing was changed.",
            "Run Find-Orphan again; with the same -SoftReference if it had one.", input.Reference);

    private bool IsNamed(Reference reference) =>
        options.IncludeExpected || IsAskedByName(reference);

    private void Require(IReadOnlyList<OrphanInput> objects)
    {
        if (objects.FirstOrDefault(i => string.IsNullOrEmpty(i.Reference)) is not null)
            throw new DataOpsException(ErrorIds.UselessInput, FailureKind.InvalidArgument,
                "An object names no reference, so nothing was changed.",
                "Pass on what Find-Orphan writes.", nameof(options.InputObject));
        if (objects.FirstOrDefault(i => !session.Is(i.Server, i.Database)) is { } other)
            throw new DataOpsException(
                ErrorIds.OtherDatabase, FailureKind.InvalidArgument,
                $"{other.Key} of {other.Reference} is in {other.Database} on {other.Server}, and this is " +
                    $"{session.Database} on {session.Server}.",
                "Nothing was changed: find and repair in the same database.", other.Reference);
    }

    private static DataOpsException NotHere(Reference reference)
    {
        (string what, string where) = reference.Class switch
        {
            ReferenceClass.Tree => ("is a tree: a node without a parent keeps its row, and needs another place",
                "Repair-Tree attaches it to another node, or deletes it with all below it."),
            ReferenceClass.Inheritance => (
                "names the model of a row, and nothing tells whether the name or the row's other half is right",
                "Find-Orphan tells which rows: set the column, or make the other half, yourself."),
            _ => ("holds ids inside JSON or rich text, which only an editor can replace",
                "Find-Orphan tells the row and the place in its text: edit it in the application."),
        };
        return new DataOpsException(
            ErrorIds.NotRepairable, FailureKind.InvalidOperation, $"{reference} {what}.", where, reference.Name);
    }
}
