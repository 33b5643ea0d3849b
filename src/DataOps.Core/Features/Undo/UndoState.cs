namespace DataOps.Core.Features.Undo;

/// <summary>
/// Compares the rows of an undo file with the database: are they as the operation left them, as they were before it, or
/// neither?
/// </summary>
internal sealed class UndoState(Session session, CancellationToken cancellation)
{
    private sealed record StateRow(long Total, long Differing, long Done);

    /// <summary>Whether every row is as it was before the operation already.</summary>
    /// <exception cref="DataOpsException"><c>ChangedSince</c>: rows are neither as the operation left them nor all
    /// undone.</exception>
    public bool IsUndone(IReadOnlyList<UndoTableStaging> tables, string path, string operation)
    {
        StateRow[] states = [.. tables.Select(t => session.Query<StateRow>($"""
            select coalesce(sum(rows), 0)::int8 as total,
                   coalesce(sum(rows) filter (where differs), 0)::int8 as differing,
                   coalesce(sum(rows) filter (where done), 0)::int8 as done
            from ({States(t)}) s
            """, cancellation)[0])];
        if (states.All(s => s.Differing == 0))
            return states.All(s => s.Total == 0);
        if (states.All(s => s.Done == s.Total))
            return true;
        RowList changed = new();
        foreach (UndoTableStaging table in tables)
            changed.AddAll(session, $"""
                select what, key, (sum(rows) over ())::int8 from ({States(table)}) s
                where differs order by key limit {RowList.Most}
                """, table.Table.DisplayName, cancellation);
        changed.ThrowIfAny(
            ErrorIds.ChangedSince, FailureKind.InvalidOperation,
            $"{{0}} been changed since {operation.Replace("{", "{{").Replace("}", "}}")} left them, so nothing was " +
                $"undone.",
            $"Undo the later changes first, newest first; or correct the rows by hand: {path} is gzipped text.");
        return false;
    }

    /// <summary>Makes sure, when all is applied, that every row is what it was.</summary>
    /// <exception cref="DataOpsException"><c>NotRestored</c>: rows are something else, and which triggers their tables
    /// have.</exception>
    public void RequireDone(IReadOnlyList<UndoTableStaging> tables)
    {
        RowList wrong = new();
        foreach (UndoTableStaging table in tables)
        {
            string keepers = UnwrittenRows.KeepersOf(session, table.Table, cancellation);
            string what = keepers.Length == 0
                ? "differs after undoing"
                : $"differs after undoing; the table has {keepers}";
            wrong.AddAll(
                session, $"select {SqlText.Value(what)}, key, count(*) over () from ({States(table)}) s where not done",
                table.Table.DisplayName, cancellation);
        }
        wrong.ThrowIfAny(
            ErrorIds.NotRestored, FailureKind.InvalidOperation, "{0} not been restored exactly, so nothing was undone.",
            "Disable the trigger that changes them while undoing, or undo in a copy of the database.");
    }

    // One line a row: its name, how it differs from what the operation left, and whether it is what it was before.
    private static SqlText States(UndoTableStaging table) => table.Identity.IsWholeRow
        ? WholeRows(table)
        : KeyedRows(table);

    private static SqlText KeyedRows(UndoTableStaging table)
    {
        SqlText now = table.RowText("t");
        SqlText print = RowImages.Fingerprint(now);
        return $"""
            select {table.Identity.Text("s")} as key, 1 as rows,
                   case when s._action = 'D' then t.tableoid is not null
                        else t.tableoid is null or {print} <> s._fingerprint end as differs,
                   case when s._action = 'D' then 'is there again' when t.tableoid is null then 'is gone'
                       else 'has other values' end as what,
                   case when s._action = 'I' then t.tableoid is null else t.tableoid is not null
                     and {now} = {table.RowText("s")} end as done
            from {table.Name} s left join {table.Table} t on {table.Same("t", "s")}
            """;
    }

    private static SqlText WholeRows(UndoTableStaging table) => $"""
        select s._text as key, s._rows as rows, coalesce(t._rows, 0) <> s._left as differs,
               concat('is there ', coalesce(t._rows, 0), ' times instead of ', s._left) as what,
               coalesce(t._rows, 0) = s._left + case when s._action = 'I' then -s._rows else s._rows end as done
        from (select _action, {table.RowText("s")} as _text, max(_fingerprint)::int8 as _left, count(*) as _rows
          from {table.Name} s group by 1, 2) s
        left join (select {table.RowText("t")} as _text, count(*) as _rows from {table.Table} t group by 1) t
          on t._text = s._text
        """;
}
