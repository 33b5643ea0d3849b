namespace DataOps.Core.Changes;

/// <summary>
/// Rows that keep a reference to rows which are planned to be deleted, as neither a constraint nor a rule of Django's
/// takes it away: ids in text, generic references of other names, columns that only look like a reference.
/// </summary>
/// <remarks>History that outlives its target by design is not among them.</remarks>
/// <param name="session">The session, in the transaction of the changes.</param>
/// <param name="catalog">Who refers to whom.</param>
/// <param name="changes">Where the rows to be deleted are planned.</param>
/// <param name="cancellation">Cancels the query that runs.</param>
/// <param name="moves">Whether rows of a reference get another target; none do when absent.</param>
internal sealed class LeftReferences(
    Session session, ReferenceCatalog catalog, ChangeSet changes, CancellationToken cancellation,
    Func<Reference, bool>? moves = null)
{
    private const int Named = 3;

    private readonly ReferenceWalk _walk = new(catalog);
    private readonly List<string> _first = [];

    /// <summary>How many rows and references there are.</summary>
    public long Count { get; private set; }

    /// <summary>Finds them; after the last row that is deleted is planned.</summary>
    public void Find()
    {
        foreach (TablePlan gone in changes.Tables.Where(t => t.Deletes))
        {
            foreach (Reference reference in catalog.To(gone.Table).Where(
                r => r.Severity != Severity.Expected && moves?.Invoke(r) != true))
                if (reference is EmbeddedReference embedded)
                    Add(embedded, embedded.Holders("s", gone.Name));
                else if (reference is TargetReference { IsDeclared: false } target and not TreeReference)
                    Add(target, $"""
                        from {target.Table} s join {gone.Name} d on d._action = 'D' and {target.IsTarget("s", "d")}
                        """);
            if (gone.Table.SingleKey is { } key)
                foreach ((GenericReference reference, Func<Alias, SqlText> isOfType) in _walk.KeptObjectIds(gone.Table)
                    .Where(k => moves?.Invoke(k.Reference) != true))
                    Add(reference, $"""
                        from {reference.Table} s join {gone.Name} d on d._action = 'D'
                          and {ColumnEquality.Of(key, "d", reference.Column, "s")} and {isOfType("s")}
                        """);
        }
    }

    /// <summary>Warns of them.</summary>
    public void Warn(OperationContext context)
    {
        if (Count > 0)
            context.Warning?.Invoke(
                $"{(Count == 1 ? "1 row keeps" : $"{Count} rows keep")} a reference to rows to be deleted: "
                    + $"{string.Join(", ", _first)}{(Count > _first.Count ? ", …" : "")}. "
                    + "Find-Orphan lists them afterwards.");
    }

    // From "from" on, the rows being s.
    private void Add(Reference reference, SqlText from)
    {
        SqlText stays = changes.Tables.FirstOrDefault(t => t.Table == reference.Table) is { Deletes: true } own
            ? (SqlText)$"where not exists (select 1 from {own.Name} o where o._action = 'D' and {own.Same("o", "s")})"
            : SqlText.Empty;
        string table = catalog.LabelOf(reference.Table) ?? reference.Table.DisplayName;
        foreach ((string key, long all, long number) in session.Read(
            $"""
            select x.key, count(*) over (), row_number() over (order by x.key)
            from (select distinct {KeyText.Of(reference.Table, "s")} as key {from} {stays}) x order by 1 limit {Named}
            """,
            r => (r.GetString(0), r.GetInt64(1), r.GetInt64(2)), cancellation))
        {
            Count += number == 1 ? all : 0;
            if (_first.Count < Named)
                _first.Add($"{table} {key} ({reference.ColumnText})");
        }
    }
}
