using DataOps.Core.Postgres.Schemas;

namespace DataOps.Core.Features.Schema.Duplicates;

/// <summary>Columns or expressions of which no two rows of a table may have the same values.</summary>
/// <param name="Table">The table.</param>
/// <param name="Columns">The columns, those of expressions included.</param>
/// <param name="Keys">What is compared, as SQL over the columns' bare names.</param>
/// <param name="Where">The condition of rows that are compared; null for all.</param>
/// <param name="NullsClash">NULLS NOT DISTINCT.</param>
internal sealed record DuplicateKey(
    Table Table, IReadOnlyList<string> Columns, IReadOnlyList<SqlText> Keys, SqlText? Where = null,
    bool NullsClash = false)
{
    /// <summary>Columns.</summary>
    public static DuplicateKey Of(Table table, IReadOnlyList<string> columns, bool nullsClash = false) =>
        new(table, columns, [.. columns.Select(SqlText.Identifier)], NullsClash: nullsClash);

    /// <summary>What a unique index is over.</summary>
    public static DuplicateKey Of(Table table, IndexDefinition index) => new(
        table, index.Columns, [.. index.Keys.Select(k => k.Expression)],
        index.Predicate is { } where ? SqlText.Raw(where) : null, index.NullsClash);

    /// <summary>What a unique index of a schema is over.</summary>
    public static DuplicateKey Of(Table table, SchemaIndex index) => new(
        table, index.Columns, [.. index.Keys.Select(SqlText.Raw)],
        index.Where is { } where ? SqlText.Raw(where) : null, index.NullsNotDistinct);

    /// <summary>The columns, as messages and options have them.</summary>
    public string Names => string.Join(",", Columns);

    /// <summary>Whether it is over columns alone, so that they say all of it.</summary>
    public bool IsOfColumns => Where is null && Keys.Count == Columns.Count
        && Keys.Zip(Columns).All(k => k.First.ToString() == SqlText.Identifier(k.Second).ToString());

    /// <summary>The names of the keys in <see cref="From"/>.</summary>
    public SqlText[] Values => [.. Keys.Select((_, i) => (SqlText)$"k.k{SqlText.Literal(i)}")];

    /// <summary>From "from" on, the rows t that are compared, with their keys as k.</summary>
    public SqlText From => $"""
        from {Table} t cross join lateral (
          select {Keys.Select((k, i) => (SqlText)$"{k} as k{SqlText.Literal(i)}")} from (select t.*) cells
          where {Where ?? (SqlText)$"true"}) k
        where {(NullsClash
            ? (SqlText)$"true"
            : SqlText.Join(" and ", Values.Select(v => (SqlText)$"{v} is not null")))}
        """;

    /// <summary>A key as one text, as <c>breads,breadpage</c>.</summary>
    public SqlText Text => KeyText.Joined(Values.Select(v => (SqlText)$"{v}::text"));

    /// <summary>The schema whose names are bare in the keys; null where all are qualified.</summary>
    public string? Own { get; init; }

    /// <summary>
    /// Has the transaction read the table itself: an index that is not valid, or whose order is another one by now,
    /// would hide the rows that it has let in. Names in the keys are found.
    /// </summary>
    public void ReadPastIndexes(Session session, CancellationToken cancellation)
    {
        if (Own is not null)
            session.Run($"set local search_path = pg_catalog, {SqlText.Identifier(Own)}, pg_temp", cancellation);
        if (Table.IndexDefinitions.Any(i => i.IsUnique && i.Columns.Any(Columns.Contains)))
            session.Run($"set local enable_indexscan = off; set local enable_indexonlyscan = off; "
                + $"set local enable_bitmapscan = off", cancellation);
    }

    /// <summary>Ends <see cref="ReadPastIndexes"/>.</summary>
    public static void ReadAsUsual(Session session, CancellationToken cancellation) => session.Run(
        $"set local enable_indexscan to default; set local enable_indexonlyscan to default; "
            + $"set local enable_bitmapscan to default; set local search_path = pg_catalog", cancellation);

    /// <summary>The values that several rows have, how many rows, and the keys of the first, in order.</summary>
    public IEnumerable<(string? Value, long Rows, FirstRows First)> Read(
        Session session, CancellationToken cancellation)
    {
        SqlText order = Table.SingleKey is { } single ? single.In("t") : KeyText.Of(Table, "t");
        return session.Read(
            $"""
            select {Text}, count(*),
              (array_agg({KeyText.Of(Table, "t")} order by {order}))[1:{SqlText.Literal(FirstRows.Most)}]
            {From} group by {Values} having count(*) > 1 order by 1
            """,
            r => (r.IsDBNull(0) ? null : r.GetString(0), r.GetInt64(1), new FirstRows(r.GetFieldValue<string[]>(2))),
            cancellation);
    }
}
