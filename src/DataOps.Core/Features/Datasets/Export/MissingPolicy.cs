namespace DataOps.Core.Features.Datasets.Export;

/// <summary>
/// What an export does about references without a target: writes NULL for them, leaves their rows out, or writes them
/// as they are.
/// </summary>
internal sealed class MissingPolicy
{
    private readonly HashSet<TargetReference> _nulled = [];
    private readonly Dictionary<uint, HashSet<string>> _skipped = [];

    /// <summary>Rows left out.</summary>
    public long Skipped => _skipped.Values.Sum(k => (long)k.Count);

    /// <summary>Decides.</summary>
    /// <exception cref="DataOpsException">There are missing references and they are to fail, or to be NULL where the
    /// column does not allow it.</exception>
    public static MissingPolicy Of(
        Session session, ReferenceCatalog catalog, MissingReferences missing, OnMissingReference? choice,
        CancellationToken cancellation)
    {
        MissingPolicy policy = new();
        TargetReference[] damage = [.. missing.Keys.Keys.Where(r => r.Severity != Severity.Expected)];
        if (choice == OnMissingReference.Fail && damage.Length > 0)
            throw missing.Refusal(
                "Repair the rows, or export with -OnMissingReference Report, Null, KeepKey or SkipRow.");
        if (choice == OnMissingReference.Null)
        {
            string[] needed =
            [
                .. damage
                    .Where(r => !catalog.Owners.ContainsKey(r.Table.Oid) && (!r.IsNullable || r.Columns.Count > 1))
                    .Select(r => $"{r.Table}.{r.Column.Name}"),
            ];
            if (needed.Length > 0)
                throw missing.Refusal(
                    $"{string.Join(", ", needed)} cannot be NULL: -OnMissingReference SkipRow leaves the rows out.");
            policy._nulled.UnionWith(
                missing.Keys.Keys.Where(r => r.IsNullable || catalog.Owners.ContainsKey(r.Table.Oid)));
        }
        if (choice == OnMissingReference.SkipRow)
            policy.Skip(session, catalog, missing, damage, cancellation);
        return policy;
    }

    /// <summary>Whether a value of a column without its target is written as NULL, or left out of its list.</summary>
    public TargetReference? NulledBy(Table table, Column column) =>
        _nulled.FirstOrDefault(r => r.Table.Oid == table.Oid && r.Columns is [{ } c] && c == column);

    /// <summary>The condition under which a table's rows are written; t is the table.</summary>
    public SqlText? Condition(Table table) => _skipped.TryGetValue(table.Oid, out HashSet<string>? keys)
        ? (SqlText)$"{KeyText.Of(table, "t")} <> all({keys.ToArray()})"
        : null;

    // What refers to a row that is left out has no target in the file, and is left out as well.
    private void Skip(Session session, ReferenceCatalog catalog, MissingReferences missing, TargetReference[] damage,
        CancellationToken cancellation)
    {
        ReferenceWalk walk = new(catalog);
        Queue<(Table Table, IReadOnlyList<string> Keys)> fresh = [];
        foreach (TargetReference reference in damage)
            Add(reference.Table, missing.Keys[reference], fresh);
        while (fresh.TryDequeue(out (Table Table, IReadOnlyList<string> Keys) gone))
        {
            foreach (TargetReference reference in walk.Requiring(gone.Table).Select(r => r.For(session, cancellation)))
            {
                IReadOnlyList<string> referring = session.Query<string>(
                    $"""
                    select {KeyText.Of(reference.Table, "t")} from {reference.Table} t
                    join {gone.Table} p on {reference.IsSet("t")}
                      and {reference.IsTarget("t", "p")}
                    where {KeyText.Of(gone.Table, "p")} = any({gone.Keys.ToArray()})
                    """,
                    cancellation);
                Add(reference.Table, referring, fresh);
            }
        }
    }

    private void Add(Table table, IReadOnlyList<string> keys, Queue<(Table Table, IReadOnlyList<string> Keys)> fresh)
    {
        if (!_skipped.TryGetValue(table.Oid, out HashSet<string>? known))
            _skipped[table.Oid] = known = [];
        string[] added = [.. keys.Where(known.Add)];
        if (added.Length > 0)
            fresh.Enqueue((table, added));
    }
}
