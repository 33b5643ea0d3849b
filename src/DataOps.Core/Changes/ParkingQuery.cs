using DataOps.Core.Postgres.Catalog;
using DataOps.Core.Postgres.Sql;

namespace DataOps.Core.Changes;

/// <summary>The SQL that finds, for one unique index, the rows whose present key another planned row takes, and that moves them out of the way.</summary>
/// <remarks>Keys are evaluated as the index has them, expressions and predicate included, over the present columns and over the new ones.</remarks>
internal sealed class ParkingQuery
{
    private readonly string _rows;

    public ParkingQuery(Table table, string relation, IReadOnlySet<string> columns, string condition, IndexDefinition index)
    {
        (Table, Index) = (table, index);
        string Column(string name, bool isNew) => isNew && columns.Contains(name)
            ? $"s.{SqlText.Identifier(name)}::{table.Find(name)!.Type.Underlying.Sql}"
            : $"t.{SqlText.Identifier(name)}";
        string Keys(string alias, bool isNew) => $"""
            lateral (
              select true as here, {string.Join(", ", index.Keys.Select((k, i) => $"{k.Expression} as k{i}"))}
              from (select {string.Join(", ", index.Columns.Select(c => $"{Column(c, isNew)} as {SqlText.Identifier(c)}"))}) cells
              where {index.Predicate ?? "true"}) {alias}
            """;
        string changes = string.Join(" and ", index.Keys.Select((k, i) => Same("present", "wanted", i)));
        // A row leaves the index, or enters it, where a predicate keeps one side away.
        _rows = $"""
            with planned as materialized (
              select t.tableoid as _table, t.ctid as _place, {string.Join(", ", index.Keys.Select((_, i) => $"present.k{i} as p{i}, wanted.k{i} as w{i}"))},
                     present.here as _has, wanted.here as _wants
              from {table.Sql} t join {relation} s on {condition}
              left join {Keys("present", false)} on true
              left join {Keys("wanted", true)} on true
              where ({changes}) is not true),
            blocking as (
              select h._table, h._place, row_number() over () as n from planned h
              where h._has and exists (
                select 1 from planned w
                where w._wants and (w._table, w._place) <> (h._table, h._place) and {string.Join(" and ", index.Keys.Select((k, i) => Held(k, i)))}))
            """;

        string Same(string one, string other, int i) => index.NullsClash
            ? $"({one}.k{i} {index.Keys[i].Equality} {other}.k{i} or ({one}.k{i} is null and {other}.k{i} is null))"
            : $"{one}.k{i} {index.Keys[i].Equality} {other}.k{i}";
        string Held(IndexKey key, int i) => index.NullsClash
            ? $"(w.w{i} {key.Equality} h.p{i} or (w.w{i} is null and h.p{i} is null))"
            : $"w.w{i} {key.Equality} h.p{i}";
    }

    /// <summary>The table that will be updated.</summary>
    public Table Table { get; }

    /// <summary>The index.</summary>
    public IndexDefinition Index { get; }

    /// <summary>How many rows are in another's way.</summary>
    public string Count => $"{_rows} select count(*) from blocking";

    /// <summary>Parks them.</summary>
    public string Update(ParkingValue way) => $"""
        {_rows}
        update {Table.Sql} as t set {SqlText.Identifier(way.Column)} = {way.Expression} from blocking b where t.tableoid = b._table and t.ctid = b._place
        """;
}
