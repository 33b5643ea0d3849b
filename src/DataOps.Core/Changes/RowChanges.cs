using Npgsql;

namespace DataOps.Core.Changes;

/// <summary>Tells a plan row by row, in the order of the keys.</summary>
internal sealed class RowChanges(Session session, ReferenceCatalog catalog, CancellationToken cancellation)
{
    /// <summary>The columns of planned updates that get another value, one result each.</summary>
    /// <param name="table">The plan.</param>
    /// <param name="model">The table's model.</param>
    /// <param name="relation">The relation with the new values, its columns named as the target's.</param>
    /// <param name="columns">The columns that the update sets.</param>
    /// <param name="condition">What joins a planned row, c, to its new values, s; that they have the same key when
    /// absent.</param>
    public IEnumerable<RowChange> Updated(
        TablePlan table, string? model, SqlText relation, IEnumerable<string> columns, SqlText? condition = null)
    {
        (Alias old, Alias now) = ("c", "s");
        SqlText[] values =
            [.. columns.Select(
                (c, i) => (SqlText)$"({i}, {SqlText.Value(c)}, {old.Column(c)}::text, {now.Column(c)}::text)")];
        // Without a key a row cannot be told from its new self: one goes, the other comes.
        return values.Length == 0 || table.Identity.IsWholeRow ? [] : Read(table, model, "Update", $"""
            select {table.Identity.Text("c")}, {RowLabel.Of(catalog, table.Table, "c")}, v.name, v.old, v.new
            from {table.Name} c join {relation} s on {condition ?? table.Identity.Same("c", "s")}
            cross join lateral (values {values}) v (number, name, old, new)
            where c._action = 'U' and v.old is distinct from v.new
            order by {table.Identity.Of("c")}, v.number
            """);
    }

    /// <summary>The rows that are planned to be deleted.</summary>
    public IEnumerable<RowChange> Deleted(TablePlan table, string? model) => Read(table, model, "Delete", $"""
        select {table.Identity.Text("c")}, {RowLabel.Of(catalog, table.Table, "c")}, null,
          {Json("c", table.Table.Columns.Select(c => c.Name))}, null
        from {table.Name} c where c._action = 'D' {OrderBy(table, "c")}
        """);

    /// <summary>The rows that are planned to be inserted.</summary>
    /// <param name="table">The plan.</param>
    /// <param name="model">The table's model.</param>
    /// <param name="from">From "from" on, the new rows being s: <c>from staging s where …</c>.</param>
    /// <param name="columns">The columns that get a value, the key's among them.</param>
    public IEnumerable<RowChange> Inserted(TablePlan table, string? model, SqlText from, IEnumerable<string> columns) =>
        Read(table, model, "Insert", $"""
        select {table.Identity.Text("s")}, null, null, null, {Json("s", columns)} {from} {OrderBy(table, "s")}
        """);

    /// <summary>Rows that get their keys only when they are inserted.</summary>
    /// <param name="table">The plan.</param>
    /// <param name="model">What the rows belong to.</param>
    /// <param name="relation">The new rows.</param>
    /// <param name="columns">Their columns.</param>
    public IEnumerable<RowChange> Added(
        TablePlan table, string? model, SqlText relation, IEnumerable<string> columns) =>
        Read(table, model, "Insert", $"select '', null, null, null, {Json("s", columns)} from {relation} s");

    private IEnumerable<RowChange> Read(TablePlan table, string? model, string action, SqlText sql) => session.Read(
        sql,
        r => new RowChange(session.Server, session.Database, action, table.Table.DisplayName, model, r.GetString(0),
            Text(r, 1), Text(r, 2), Text(r, 3), Text(r, 4)),
        cancellation);

    private static string? Text(NpgsqlDataReader row, int i) => row.IsDBNull(i) ? null : row.GetString(i);

    private static SqlText Json(Alias alias, IEnumerable<string> columns) =>
        $"(select row_to_json(j)::text from (select {columns.Select(alias.Column)}) j)";

    // Not every type has an order.
    private static SqlText OrderBy(TablePlan table, Alias alias) =>
        table.Identity.IsWholeRow ? SqlText.Empty : (SqlText)$"order by {table.Identity.Of(alias)}";
}
