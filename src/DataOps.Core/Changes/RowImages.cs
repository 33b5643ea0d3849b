namespace DataOps.Core.Changes;

/// <summary>The SQL that reads what rows were and are, as text that means the same in every session.</summary>
internal static class RowImages
{
    /// <summary>What a row holds, in 32 characters.</summary>
    /// <remarks>SHA-256, cut: servers in FIPS mode refuse md5.</remarks>
    public static SqlText Fingerprint(SqlText rowText) =>
        $"left(encode(sha256(convert_to({rowText}, 'UTF8')), 'hex'), 32)";

    /// <summary>
    /// Pins, for the transaction, what the text of money and of names of tables hangs on besides the session's own
    /// settings.
    /// </summary>
    public static void Pin(Session session, CancellationToken cancellation) =>
        session.Run($"select set_config('search_path', 'pg_catalog', true), set_config('lc_monetary', 'C', true)",
            cancellation);

    /// <summary>The cluster's own number; null where the role may not read it.</summary>
    public static string? SystemIdentifier(Session session, CancellationToken cancellation) =>
        session.Query<bool>($"select has_function_privilege('pg_control_system()', 'execute')", cancellation)[0]
            ? session.Query<string>($"select system_identifier::text from pg_control_system()", cancellation)[0]
            : null;

    /// <summary>
    /// Queries for the lines of a table's changes: number, what was done, fingerprint of the row as it is now, and the
    /// row as it was.
    /// </summary>
    /// <remarks>
    /// What was done is read from the rows: a planned update that changed nothing is none, and one whose row a trigger
    /// removed is a deletion. Rows without a key are whole in both cases, and instead of a fingerprint have the number
    /// of such rows that there are now.
    /// </remarks>
    public static IEnumerable<SqlText> Changes(TablePlan table, int number)
    {
        SqlText target = table.Table.Sql;
        if (!table.Identity.IsWholeRow)
        {
            yield return $"""
                select {number}, case when c._action = 'I' then 'I' when t.tableoid is null then 'D' else 'U' end,
                       case when t.tableoid is not null then {Fingerprint(table.RowText("t"))} end,
                           {Columns(table.Table, "c")}
                from {table.Name} c left join {target} t on {table.Identity.Same("t", "c")}
                where case when c._action = 'I' then t.tableoid is not null else t.tableoid is null
                    or {table.RowText("t")} <> {table.RowText("c")} end
                """;
            yield break;
        }
        SqlText columns = Columns(table.Table, "x");
        yield return $"select {number}, 'D', x._now, {columns} from ({More(table, table.BeforeName, target)}) x";
        yield return $"select {number}, 'I', x._now, {columns} from ({More(table, target, table.BeforeName)}) x";
    }

    // The rows that one relation has more often than the other, and how many such rows there are now.
    private static SqlText More(TablePlan table, SqlText one, SqlText other) => $"""
        select b.*, coalesce(n._now, 0) as _now
        from (select b.*, {table.RowText("b")} as _text,
                row_number() over (partition by {table.RowText("b")}) as _number from {one} b) b
        left join (select {table.RowText("t")} as _text, count(*) as _now from {table.Table} t group by 1) n
          on n._text = b._text
        where not exists (
          select 1 from (select {table.RowText("a")} as _text,
                           row_number() over (partition by {table.RowText("a")}) as _number from {other} a) a
          where a._text = b._text and a._number = b._number)
        """;

    private static SqlText Columns(Table table, Alias alias) => $"{table.Columns.Select(c => c.In(alias))}";
}
