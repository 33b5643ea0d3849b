namespace DataOps.Core.Features.Undo;

/// <summary>
/// Plans what undoing changes: the inserted rows go, the updated ones change back, the deleted ones come back.
/// </summary>
internal sealed class UndoPlan(Session session, CancellationToken cancellation)
{
    /// <summary>Plans all tables, and returns how many rows come, change and go.</summary>
    public UndoCounts Make(IReadOnlyList<UndoTableStaging> tables)
    {
        UndoCounts counts = new(0, 0, 0);
        foreach (UndoTableStaging table in tables)
            counts += table.Identity.IsWholeRow ? PlanWholeRows(table) : PlanRows(table);
        return counts;
    }

    /// <summary>Tells the plan row by row.</summary>
    /// <param name="tables">The tables.</param>
    /// <param name="catalog">Their models.</param>
    public IEnumerable<RowChange> Describe(IReadOnlyList<UndoTableStaging> tables, ReferenceCatalog catalog)
    {
        RowChanges changes = new(session, catalog, cancellation);
        return tables.SelectMany(t => changes.Deleted(t.Changes, catalog.LabelOf(t.Table))
            .Concat(changes.Updated(
                t.Changes, catalog.LabelOf(t.Table), t.Name, t.Table.Columns.Select(c => c.Name)))
            .Concat(changes.Inserted(t.Changes, catalog.LabelOf(t.Table), $"from {t.Name} s where s._action = 'D'",
                t.Table.Columns.Select(c => c.Name))));
    }

    private static UndoCounts PlanRows(UndoTableStaging table)
    {
        SqlText from = $"from {table.Table} t join {table.Name} s on {table.Same("t", "s")} where s._action =";
        return new UndoCounts(
            Inserted: PlanInserts(table),
            Updated: table.Changes.PlanUpdate($"{from} 'U'"),
            Deleted: table.Changes.PlanDelete($"{from} 'I'"));
    }

    private static long PlanInserts(UndoTableStaging table) =>
        table.Changes.PlanInsert($"select {table.Identity.Of("s")} from {table.Name} s where s._action = 'D'");

    // Of equal rows it does not matter which one goes.
    private static UndoCounts PlanWholeRows(UndoTableStaging table)
    {
        SqlText text = table.RowText("x");
        SqlText numbered = $"{text} as _text, row_number() over (partition by {text}) as _number";
        return new UndoCounts(
            Inserted: PlanInserts(table),
            Updated: 0,
            Deleted: table.Changes.PlanDelete($"""
                from {table.Table} t
                join (select x.tableoid as _table, x.ctid as _place, {numbered} from {table.Table} x) n
                  on n._table = t.tableoid and n._place = t.ctid
                join (select {numbered} from {table.Name} x where x._action = 'I') s
                  on s._text = n._text and s._number = n._number
                """));
    }
}

/// <summary>How many rows come, change and go.</summary>
internal sealed record UndoCounts(long Inserted, long Updated, long Deleted)
{
    /// <summary>All of them.</summary>
    public long Total => Inserted + Updated + Deleted;

    /// <summary>Two tables' together.</summary>
    public static UndoCounts operator +(UndoCounts a, UndoCounts b) =>
        new(a.Inserted + b.Inserted, a.Updated + b.Updated, a.Deleted + b.Deleted);
}
