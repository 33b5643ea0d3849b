namespace DataOps.Core.Changes;

/// <summary>
/// The SQL that finds, for one unique index, the rows whose present key another planned row takes, and that moves them
/// out of the way.
/// </summary>
/// <remarks>
/// Keys are evaluated as the index has them, expressions and predicate included, over the present columns and over the
/// new ones.
/// </remarks>
internal sealed class ParkingQuery
{
    private readonly SqlText _rows;

    public ParkingQuery(
        Table table, SqlText relation, IReadOnlySet<string> columns, SqlText condition, IndexDefinition index)
    {
        (Table, Index) = (table, index);
        IEnumerable<SqlText> present = index.Columns.Select(new Alias("t").Column);
        IEnumerable<SqlText> wanted = index.Columns.Select(c => columns.Contains(c)
            ? (SqlText)$"{new Alias("s").Column(c)}::{table.Find(c)!.Type.Underlying}"
            : new Alias("t").Column(c));
        IEnumerable<SqlText> keys = Enumerable.Range(0, index.Keys.Count).Select(i => SqlText.Literal(i))
            .Select(i => (SqlText)$"present.k{i} as p{i}, wanted.k{i} as w{i}");
        // A row leaves the index, or enters it, where a predicate keeps one side away.
        _rows = $"""
            with planned as materialized (
              select t.tableoid as _table, t.ctid as _place, {keys}, present._here as _has, wanted._here as _wants
              from {table} t join {relation} s on {condition}
              left join lateral (select true as _here, k.* from ({index.KeysOf(present)}) k) present on true
              left join lateral (select true as _here, k.* from ({index.KeysOf(wanted)}) k) wanted on true
              where ({index.Same("present", "wanted")}) is not true),
            blocking as (
              select h._table, h._place, row_number() over () as n from planned h
              where h._has and exists (
                select 1 from planned w
                where w._wants and (w._table, w._place) <> (h._table, h._place) and {index.Same("w", "h", "w", "p")}))
            """;
    }

    /// <summary>The table that will be updated.</summary>
    public Table Table { get; }

    /// <summary>The index.</summary>
    public IndexDefinition Index { get; }

    /// <summary>How many rows are in another's way.</summary>
    public SqlText Count => $"{_rows} select count(*) from blocking";

    /// <summary>Where the rows that are parked are, and what they are parked on.</summary>
    public SqlText Parked(ParkingValue way) => $"""
        {_rows}
        select b._table, b._place, {way.Expression} as _value
        from {Table} t join blocking b on t.tableoid = b._table and t.ctid = b._place
        """;
}
