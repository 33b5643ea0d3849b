namespace DataOps.Core.Changes;

/// <summary>
/// Finds planned rows that the server did not write, although no statement failed: a trigger, a rule or a row security
/// policy kept them.
/// </summary>
internal sealed class UnwrittenRows(Session session, CancellationToken cancellation)
{
    /// <summary>Refuses such rows.</summary>
    /// <exception cref="DataOpsException"><c>NotWritten</c>: the rows, and what their tables have.</exception>
    public void Refuse(IReadOnlyList<TablePlan> tables)
    {
        RowList kept = new();
        foreach (TablePlan table in tables.Where(t => t.Planned + t.Expected > 0))
            // Without any of these PostgreSQL does what it is told, or fails.
            if (KeepersOf(session, table.Table, cancellation) is { Length: > 0 } keepers)
                Find(table, keepers, kept);
        kept.ThrowIfAny(
            ErrorIds.NotWritten, FailureKind.InvalidOperation,
            "{0} not been written as planned, so nothing was changed.",
            "Disable the trigger, rule or policy during the change, or leave these rows out.");
    }

    /// <summary>
    /// What can keep the rows of a table from being written, by name: triggers, rules and row security; empty where
    /// there is none.
    /// </summary>
    public static string KeepersOf(Session session, Table table, CancellationToken cancellation) =>
        string.Join(", ", session.Query<string>($"""
            select 'trigger ' || tgname from pg_trigger
            where tgrelid = {table.Oid} and not tgisinternal and tgenabled <> 'D'
            union all select 'rule ' || rulename from pg_rewrite
            where ev_class = {table.Oid} and ev_type <> '1' and ev_enabled <> 'D'
            union all select 'policy ' || polname from pg_policy join pg_class c on c.oid = polrelid
            where polrelid = {table.Oid} and c.relrowsecurity
            order by 1
            """, cancellation));

    private void Find(TablePlan table, string keepers, RowList kept)
    {
        // A trigger may also write the row as it was.
        SqlText sql = $"""
            select
              case c._action when 'D' then 'is still there' when 'I' then 'was not inserted' else 'was not changed' end,
              {table.Identity.Text("c")}, count(*) over ()
            from {table.Name} c left join {table.Table} t on {table.Same("c", "t")}
            where case c._action
              when 'I' then t.tableoid is null
              when 'D' then t.tableoid is not null
              else t.tableoid is not null
                and (t.xmin::text = c._xmin or {table.RowText("t")} = {table.RowText("c")}) end
            limit {RowList.Most}
            """;
        kept.AddAll(session, sql, table.Table.DisplayName, cancellation, what => $"{what}; the table has {keepers}");
        if (table.Expected > table.Made)
            kept.Add(table.Table.DisplayName, "",
                $"{Counted.Of(table.Expected - table.Made, "row")} not inserted; the table has {keepers}");
    }
}
