namespace DataOps.Core.Features.Undo;

/// <summary>
/// Makes one change of each row out of what several batches did to it, in a temporary table whose <c>_line</c> says in
/// which order.
/// </summary>
internal sealed class UndoMerge(Session session, UndoTableStaging table, CancellationToken cancellation)
{
    /// <summary>Merges.</summary>
    public void Run()
    {
        if (table.Identity.IsWholeRow)
        {
            MergeWholeRows();
            return;
        }
        session.Run($"create index on {table.Name} (_line)", cancellation);
        session.Run($"analyze {table.Name}", cancellation);
        MergeRows();
        LeaveOutWhatIsAsBefore();
    }

    // What it was is in its first line, what it is now in its last.
    private void MergeRows()
    {
        session.Run($"""
            with ends as (
              select min(_line) as first, max(_line) as last
              from {table.Name} group by {table.Identity.Sql} having count(*) > 1)
            update {table.Name} f
            set _fingerprint = l._fingerprint,
                _action = case when f._action = 'I' then case when l._action = 'D' then null else 'I' end
                    when l._action = 'D' then 'D' else 'U' end
            from ends e join {table.Name} l on l._line = e.last
            where f._line = e.first
            """, cancellation);
        session.Run($"""
            delete from {table.Name} s
            using (select _line, row_number() over (partition by {table.Identity.Sql} order by _line) as _number
                from {table.Name}) n
            where n._line = s._line and (n._number > 1 or s._action is null)
            """, cancellation);
    }

    // Later batches may have taken back what earlier ones did; and a batch of which nobody knows any more whether it
    // was committed may not have been.
    private void LeaveOutWhatIsAsBefore()
    {
        Table target = table.Table;
        SqlText same = table.Same("t", "s");
        session.Run($"""
            delete from {table.Name} s using {target} t
            where s._action <> 'I' and {same} and {table.RowText("t")} = {table.RowText("s")}
            """, cancellation);
        session.Run($"""
            delete from {table.Name} s where s._action = 'I' and not exists (select 1 from {target} t where {same})
            """, cancellation);
    }

    // Rows without a key are counted: how many came or went in all, and how many the last batch left.
    private void MergeWholeRows()
    {
        SqlText text = table.RowText("s");
        session.Run($"""
            with sums as (
              select {text} as _text, sum(case s._action when 'I' then 1 else -1 end) as _net,
                     (array_agg(s._fingerprint order by s._line desc))[1] as _left
              from {table.Name} s group by 1),
            kept as (
              select n._line, x._left
              from (select s._line, s._action, {text} as _text,
                      row_number() over (partition by {text}, s._action order by s._line) as _number
                    from {table.Name} s) n
              join sums x on x._text = n._text and n._number <= case n._action when 'I' then x._net else -x._net end)
            update {table.Name} s set _fingerprint = k._left, _action = case when k._line is not null then s._action end
            from {table.Name} o left join kept k on k._line = o._line
            where o._line = s._line
            """, cancellation);
        session.Run($"delete from {table.Name} s where s._action is null", cancellation);
    }
}
