namespace DataOps.Core.Features.Schema.Duplicates;

/// <summary>
/// Merges rows that are equal in columns which have to be unique: one of each group is kept, every reference to the
/// others leads to it afterwards, and the others are deleted; all of it in one transaction with one undo file.
/// </summary>
/// <remarks>
/// Foreign keys, generic references and many-to-many lists are repointed; a row of a list that would then say what
/// another one says is deleted. Ids inside text keep pointing at the deleted rows, and are warned of.
/// </remarks>
[Operation("Repair", "Duplicate", AsksFirst = true)]
public sealed class RepairDuplicate : Operation<RepairDuplicateOptions, IChangeResult>
{
    private const string Name = "Repair-Duplicate";

    /// <inheritdoc/>
    /// <exception cref="DataOpsException">A name is not there, rows cannot be merged, nobody named pages or users, or
    /// others were there meanwhile: nothing is changed.</exception>
    protected override IEnumerable<IChangeResult> Execute(
        Session session, RepairDuplicateOptions options, OperationContext context)
    {
        ReferenceCatalog catalog = ReferenceCatalog.Read(session);
        bool isPart = options.Whole is not null;
        IReadOnlyList<(SelectedKey Key, IReadOnlyList<string?>? Values)> keys =
            [.. Keys(session, catalog, options, isPart, context)];
        using WholeChange? own = isPart ? null : new(session, Name, options, context.Cancellation);
        WholeChange whole = options.Whole ?? own!;
        RepairDuplicateResult sum = new() { Server = session.Server, Database = session.Database, Operation = Name };
        foreach ((SelectedKey key, IReadOnlyList<string?>? values) in keys)
        {
            RepairDuplicateOptions part = options with
            {
                Whole = whole, MaxDelete = Most(options.MaxDelete, sum.Deleted),
            };
            foreach (IChangeResult told in Merge(session, catalog, key, values, part, context))
                if (told is RepairDuplicateResult done)
                    sum = Add(sum, done);
                else
                    yield return told;
            whole.EndPart();
        }
        if (!options.WhatIf)
            own?.Commit();
        yield return sum with
        {
            Changed = !options.WhatIf && sum.WouldChange > 0,
            Count = options.WhatIf ? 0 : sum.WouldChange,
            UndoPath = own?.UndoPath,
            Duration = context.Seconds,
        };
    }

    private static IEnumerable<IChangeResult> Merge(
        Session session, ReferenceCatalog catalog, SelectedKey key, IReadOnlyList<string?>? values,
        RepairDuplicateOptions options, OperationContext context)
    {
        using ChangeRun change = new(session, catalog, Name, ChangeWay.For(session, Name, options), context);
        DuplicateMerge merge = change.Plan(new DuplicateMerge(
            session, catalog, change, key, values, options.Keep!.Value, context));
        if (merge.Groups == 0)
            yield break;
        LeftReferences left = new(session, catalog, change.Changes, context.Cancellation, merge.Moves);
        left.Find();
        left.Warn(context);
        change.Count();
        foreach (IChangeResult told in change.Report(options, merge.Groupings()))
            yield return told;
        ChangeResult done = change.Finish(stale: TableChangeSummary.Stale(catalog, change.Tables, leavesTrees: true));
        yield return done.With(new RepairDuplicateResult
        {
            Groups = merge.Groups, Repointed = merge.Repointed, Doubled = merge.Doubled, LeftBehind = left.Count,
        });
    }

    private static IEnumerable<(SelectedKey Key, IReadOnlyList<string?>? Values)> Keys(
        Session session, ReferenceCatalog catalog, RepairDuplicateOptions options, bool isPart,
        OperationContext context)
    {
        ExpectedSchema expected = new(
            options.ReferencePath, options.ReferenceDatabase, options.MigrationPath, options.Setting);
        if (options.InputObject is not { } input)
        {
            DuplicateSelection selection = new(
                options.Table, options.Model, options.Field, options.Constraint, expected);
            foreach (SelectedKey key in selection.Keys(session, catalog, Name, isPart, context))
                yield return (key, null);
            yield break;
        }
        if (input.FirstOrDefault(i => !session.Is(i.Server, i.Database)) is { } other)
            throw new DataOpsException(
                ErrorIds.OtherDatabase, FailureKind.InvalidArgument,
                $"{other.Table} is in {other.Database} on {other.Server}, and this is {session.Database} on "
                    + $"{session.Server}.",
                "Nothing was changed: find and repair in the same database.", other.Table);
        foreach (IGrouping<(string?, string?, string?), DuplicateInput> group in input.GroupBy(
            i => (i.Table, i.Column, i.Constraint)))
        {
            (string? table, string? column, string? constraint) = group.Key;
            if (table is null || (column is null && constraint is null))
                throw new DataOpsException(
                    ErrorIds.UselessInput, FailureKind.InvalidArgument,
                    "An object names no table with columns, so nothing was changed.",
                    "Pass on what Find-Duplicate writes.", nameof(options.InputObject));
            DuplicateSelection selection = new(
                [table], [], constraint is null ? [column!] : [], constraint is null ? [] : [constraint], expected);
            // Whoever passes rows on has named them.
            foreach (SelectedKey key in selection.Keys(session, catalog, Name, isPart, context))
                yield return (key with { IsNamed = true }, Values(key.Key, [.. group]));
        }
    }

    // No value is all groups, as a sum over them has none; or NULL, where NULLs are equal.
    private static IReadOnlyList<string?>? Values(DuplicateKey key, IReadOnlyList<DuplicateInput> groups)
    {
        bool isNullGroup = key is { NullsClash: true, Keys.Count: 1 };
        if (isNullGroup && groups.FirstOrDefault(g => g is { Value: null, Keys: null }) is { } sum)
            throw new DataOpsException(
                ErrorIds.UselessInput, FailureKind.InvalidArgument,
                $"A finding of {sum.Table} has no value of {sum.Column}, and does not tell whether that is NULL or "
                    + "several values, so nothing was changed.",
                "Pass on what Find-Duplicate writes.", nameof(RepairDuplicateOptions.InputObject));
        return groups.Any(g => g.Value is null) && !isNullGroup ? null : [.. groups.Select(g => g.Value)];
    }

    private static string? Most(string? text, long deleted) =>
        text is not null && long.TryParse(text, out long most) ? $"{Math.Max(most - deleted, 0)}" : text;

    private static RepairDuplicateResult Add(RepairDuplicateResult sum, RepairDuplicateResult part) => sum with
    {
        WouldChange = sum.WouldChange + part.WouldChange,
        Deleted = sum.Deleted + part.Deleted,
        Updated = sum.Updated + part.Updated,
        Inserted = sum.Inserted + part.Inserted,
        DeletedPages = Joined(sum.DeletedPages, part.DeletedPages, "; "),
        Stale = Joined(sum.Stale, part.Stale, ", "),
        Afterwards = Joined(sum.Afterwards, part.Afterwards, "; "),
        Groups = sum.Groups + part.Groups,
        Repointed = sum.Repointed + part.Repointed,
        Doubled = sum.Doubled + part.Doubled,
        LeftBehind = sum.LeftBehind + part.LeftBehind,
    };

    private static string? Joined(string? one, string? other, string between) =>
        (one ?? "").Split(between).Concat((other ?? "").Split(between)).Where(t => t.Length > 0).Distinct().ToArray()
            is { Length: > 0 } texts ? string.Join(between, texts) : null;
}
