namespace DataOps.Core.Features.Schema;

/// <summary>Texts of a database in SQL_ASCII that are not UTF-8: neither Django nor a dump can read them.</summary>
/// <remarks>
/// PostgreSQL checks no text in SQL_ASCII when it is written, and all of it when a client reads it, so that a query
/// fails as a whole. Here the server looks at the bytes, and only ASCII leaves it.
/// </remarks>
internal static class WrongEncoding
{
    private const int Shown = 100;

    // Two hexadecimal digits a byte; no surrogates, nothing longer than needed, nothing above U+10FFFF.
    private const string Utf8 = "^(?:[0-7].|c[2-9a-f][89ab].|d.[89ab].|e0[ab].[89ab].|e[1-9abcef](?:[89ab].){2}"
        + "|ed[89].[89ab].|f0[9ab].(?:[89ab].){2}|f[1-3](?:[89ab].){3}|f48.(?:[89ab].){2})*$";

    /// <summary>Finds them, table by table: a finding a column, or with <paramref name="isDetailed"/> a row.</summary>
    public static IEnumerable<Finding> Find(
        Session session, ReferenceCatalog catalog, bool isDetailed, Check check)
    {
        bool isUnchecked = session.Query<bool>($"""
            select pg_encoding_to_char(encoding) = 'SQL_ASCII' from pg_database where datname = current_database()
            """, check.Context.Cancellation)[0];
        return !isUnchecked ? [] :
            from table in catalog.Database.Tables
            where table.IsReadable && catalog.Database.IsOfSite(table)
            let columns = table.Columns.Where(c => HoldsText(c.Type)).ToArray()
            where columns.Length > 0
            from finding in check.Run(
                () => In(session, catalog, table, columns, isDetailed, check.Context.Cancellation), [table],
                catalog.LabelOf(table))
            select finding;
    }

    private static bool HoldsText(PgType type) =>
        type.Underlying.Name is "text" or "varchar" or "bpchar" or "json" or "jsonb" or "xml" or "citext";

    private static IEnumerable<Finding> In(
        Session session, ReferenceCatalog catalog, Table table, Column[] columns, bool isDetailed,
        CancellationToken cancellation)
    {
        IEnumerable<SqlText> values = columns.Select(
            (c, i) => (SqlText)$"({SqlText.Literal(i)}, {c.In("c")}::text)");
        SqlText found = $"""
            select {Ascii(KeyText.Of(table, "c"))} as key, v.n, left({Ascii($"v.text")}, {Shown}) as text
            from {table} c cross join lateral (values {values}) v (n, text)
            where v.text ~ '[^\x01-\x7f]' and encode(convert_to(v.text, 'SQL_ASCII'), 'hex') !~ {SqlText.Value(Utf8)}
            """;
        SqlText sql = isDetailed
            ? (SqlText)$"select f.n, f.key, f.text, 1::int8 from ({found}) f order by f.key, f.n"
            : (SqlText)$"""
                select f.n, min(f.key), (array_agg(f.text order by f.key))[1], count(*) from ({found}) f
                group by f.n order by f.n
                """;
        return session.Read(
            sql,
            r => Of(session, catalog, table, columns[r.GetInt32(0)], r.GetString(1), r.GetString(2), r.GetInt64(3)),
            cancellation);
    }

    private static Finding Of(
        Session session, ReferenceCatalog catalog, Table table, Column column, string key, string text, long count) =>
        SchemaAudit.Of(session, catalog, table, SchemaProblem.Encoding) with
        {
            Severity = Severity.Error,
            Count = count,
            Key = count == 1 ? key : null,
            Column = column.Name,
            Value = text,
            Problem = $"{column.Name} of {(count == 1 ? key : $"{count} rows, the first {key},")} is not UTF-8: the "
                + "database is in SQL_ASCII, which takes any bytes, and whoever reads the row gets an error",
            Remedy = Show(table, column, key).ToString(),
        };

    private static SqlText Show(Table table, Column column, string key) => $"""
        select {Ascii($"c.{column}::text")} from {table} c
        where {Ascii(KeyText.Of(table, "c"))} = {SqlText.Literal(key)}
        """;

    // Other bytes as backslash and octal digits.
    private static SqlText Ascii(SqlText text) => $"encode(convert_to({text}, 'SQL_ASCII'), 'escape')";
}
