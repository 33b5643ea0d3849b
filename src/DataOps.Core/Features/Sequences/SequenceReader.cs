using DataOps.Core.Postgres.Catalog;
using DataOps.Core.Postgres.Connections;
using DataOps.Core.Postgres.Sql;

namespace DataOps.Core.Features.Sequences;

/// <summary>Reads the sequences of identity and serial columns, and how far they and their tables are.</summary>
internal sealed class SequenceReader(Session session, DatabaseCatalog catalog, CancellationToken cancellation)
{
    private const int Together = 50;

    private const string Query = """
        select a.attrelid as table, a.attname::text as column, s.oid as sequence, n.nspname::text as schema, s.relname::text as name,
               q.seqincrement as increment, q.seqmin as least, q.seqmax as most, q.seqcycle as cycles,
               exists (select 1 from pg_depend o where o.classid = 'pg_class'::regclass and o.objid = s.oid and o.deptype in ('a', 'i')
                         and o.refclassid = 'pg_class'::regclass and o.refobjsubid > 0) as isowned,
               s.relowner = c.relowner and s.relnamespace = c.relnamespace as canbeowned
        from pg_attribute a join pg_class c on c.oid = a.attrelid and c.relkind in ('r', 'p') and not c.relispartition
        left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
        join pg_depend p on p.refclassid = 'pg_class'::regclass and (
            (p.classid = 'pg_class'::regclass and p.refobjid = a.attrelid and p.refobjsubid = a.attnum and p.deptype = 'i')
            or (p.classid = 'pg_attrdef'::regclass and p.objid = d.oid))
        join pg_class s on s.oid = case when p.deptype = 'i' then p.objid else p.refobjid end and s.relkind = 'S'
        join pg_namespace n on n.oid = s.relnamespace
        join pg_sequence q on q.seqrelid = s.oid
        where a.attnum > 0 and not a.attisdropped
        """;

    private sealed record SequenceRow(
        uint Table, string Column, uint Sequence, string Schema, string Name,
        long Increment, long Least, long Most, bool Cycles, bool IsOwned, bool CanBeOwned);

    private sealed record ValueRow(int Number, long Last, bool IsCalled, long? Used);

    /// <summary>Reads them, by table and column.</summary>
    /// <param name="wanted">Which tables.</param>
    public IReadOnlyList<SequenceState> Read(Func<Table, bool> wanted)
    {
        (SequenceRow Row, Table Table, Column Column)[] all =
        [
            .. session.List<SequenceRow>(Query, null, cancellation)
                .Select(r => (Row: r, Table: catalog.Find(r.Table)!))
                .Where(r => r.Table is not null)
                .Select(r => (r.Row, r.Table, Column: r.Table.Find(r.Row.Column)!))
                .Where(r => r.Column.Type.Underlying.Name is "int2" or "int4" or "int8")
                .OrderBy(r => r.Table.Schema, StringComparer.Ordinal).ThenBy(r => r.Table.Name, StringComparer.Ordinal).ThenBy(r => r.Column.Number),
        ];
        ILookup<uint, string> columns = all.ToLookup(s => s.Row.Sequence, s => Furthest(s.Table, s.Column, s.Row.Increment));
        List<SequenceState> states = [];
        foreach ((SequenceRow Row, Table Table, Column Column)[] some in all.Where(s => wanted(s.Table)).Chunk(Together))
        {
            IEnumerable<string> values = some.Select((s, i) => Values(i, s.Row, columns[s.Row.Sequence]));
            IReadOnlyList<ValueRow> read = session.List<ValueRow>(string.Join(" union all ", values), null, cancellation);
            states.AddRange(read.OrderBy(v => v.Number).Select(v => State(some[v.Number], v)));
        }
        return states;

        static SequenceState State((SequenceRow Row, Table Table, Column Column) of, ValueRow value) => new(
            of.Table, of.Column, of.Row.Schema, of.Row.Name, value.Last, value.IsCalled, of.Row.Increment, of.Row.Least, of.Row.Most,
            of.Row.Cycles, of.Row.IsOwned, of.Row.CanBeOwned, value.Used);
    }

    /// <summary>Reads one of them again.</summary>
    public SequenceState Read(SequenceState known) => Read(t => t.Oid == known.Table.Oid).First(s => s.Column.Name == known.Column.Name && s.Sql == known.Sql);

    // Several tables may draw from one sequence: it has to be ahead of all of them.
    private static string Values(int number, SequenceRow row, IEnumerable<string> furthest) => $"""
        select {number} as number, q.last_value as last, q.is_called as iscalled,
               (select {(row.Increment > 0 ? "max" : "min")}(v) from (values {string.Join(", ", furthest.Select(f => $"(({f}))"))}) x (v)) as used
        from {SqlText.Identifier(row.Schema, row.Name)} q
        """;

    private static string Furthest(Table table, Column column, long increment) =>
        $"select {(increment > 0 ? "max" : "min")}({SqlText.Identifier(column.Name)})::int8 from {table.Sql}";
}
