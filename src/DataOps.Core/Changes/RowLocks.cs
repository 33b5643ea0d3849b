namespace DataOps.Core.Changes;

/// <summary>Locks planned rows, and finds those that another writer has changed since the plan was made.</summary>
internal sealed class RowLocks(Session session, CancellationToken cancellation)
{
    /// <summary>
    /// Locks all rows of the plan, in one order for all runs, so that two of them wait for each other in turn.
    /// </summary>
    /// <exception cref="DataOpsException">Rows have been changed, removed or inserted by others.</exception>
    public void Take(IReadOnlyList<TablePlan> tables)
    {
        TablePlan[] ordered =
        [
            .. tables.Where(t => t.Planned > 0 || t.Identity.IsWholeRow)
                .OrderBy(t => t.Table.Schema, StringComparer.Ordinal)
                .ThenBy(t => t.Table.Name, StringComparer.Ordinal),
        ];
        foreach (TablePlan table in ordered)
            Lock(table);
        RowList changed = new();
        foreach (TablePlan table in ordered)
            FindChanged(table, changed);
        changed.ThrowIfAny(
            ErrorIds.ChangedMeanwhile, FailureKind.Busy,
            "{0} been changed by another session since the plan was made, so nothing was changed.",
            "Run it again: it plans with the current rows.");
    }

    private void Lock(TablePlan table)
    {
        if (table.Identity.IsWholeRow)
        {
            // Rows without a key cannot be told apart afterwards, except by what the table held before.
            session.Run($"lock table {table.Table} in share row exclusive mode", cancellation);
            TemporaryTable.Create(session, table.BeforeName,
                $"select {TablePlan.PlainColumns(table.Table, "t")} from {table.Table} t", cancellation);
            return;
        }
        // Without statistics PostgreSQL takes a few planned rows for hundreds, and reads whole tables for them.
        session.Run($"analyze {table.Name} ({table.Identity.Sql})", cancellation);
        // An update leaves room for rows of others that refer to it.
        SqlText strength = table.Deletes ? (SqlText)$"update" : (SqlText)$"no key update";
        session.Run($"""
            select count(*) from (
              select 1 from {table.Table} t join {table.Name} c on {table.Identity.Same("t", "c")}
              where c._action in ('U', 'D') order by {table.Identity.Of("c")} for {strength} of t) locked
            """, cancellation);
    }

    private void FindChanged(TablePlan table, RowList changed)
    {
        SqlText sql = table.Identity.IsWholeRow
            ? (SqlText)$"""
                select 'changed or removed', {table.RowText("c")}, count(*) over ()
                from {table.Name} c
                where not exists (select 1 from {table.Table} t where {table.VersionOf("t")} = c._xmin)
                limit {RowList.Most}
                """
            : (SqlText)$"""
                select
                  case when c._action = 'I' then 'inserted' when t.tableoid is null then 'removed' else 'changed' end,
                  {table.Identity.Text("c")}, count(*) over ()
                from {table.Name} c left join {table.Table} t on {table.Identity.Same("t", "c")}
                where case when c._action = 'I' then t.tableoid is not null else t.tableoid is null
                    or t.xmin::text <> c._xmin end
                order by {table.Identity.Of("c")} limit {RowList.Most}
                """;
        changed.AddAll(session, sql, table.Table.DisplayName, cancellation);
    }
}
