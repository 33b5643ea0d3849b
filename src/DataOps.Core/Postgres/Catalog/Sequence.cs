namespace DataOps.Core.Postgres.Catalog;

/// <summary>A column, by its place in the catalogue.</summary>
/// <param name="Table">pg_class.oid of the table.</param>
/// <param name="Column">pg_attribute.attnum.</param>
internal readonly record struct ColumnPlace(uint Table, short Column);

/// <summary>A sequence, as \d shows it; how far it is, only a query of its own tells.</summary>
/// <param name="Schema">Its schema.</param>
/// <param name="Name">Its name.</param>
/// <param name="TypeText">Its type: smallint, integer or bigint.</param>
/// <param name="Start">Its START.</param>
/// <param name="Increment">Its step; less than 0 when it counts down.</param>
/// <param name="Least">Its MINVALUE.</param>
/// <param name="Most">Its MAXVALUE.</param>
/// <param name="Cache">How many values a session takes at once.</param>
/// <param name="Cycles">Whether it begins again at its end.</param>
/// <param name="Role">The role that owns it.</param>
/// <param name="OwnedBy">The column with which it is dropped; null without one.</param>
/// <param name="IsIdentity">Whether it is that column's identity.</param>
/// <param name="DrawnBy">The columns whose identity or default takes its values, in no order.</param>
internal sealed record Sequence(
    string Schema, string Name, string TypeText, long Start, long Increment, long Least, long Most, long Cache,
    bool Cycles, string Role,
    ColumnPlace? OwnedBy, bool IsIdentity, IReadOnlyList<ColumnPlace> DrawnBy)
{
    private static readonly SqlText s_query = $$"""
        select n.nspname::text as schema, s.relname::text as name, format_type(q.seqtypid, null) as typetext,
               q.seqstart as start, q.seqincrement as increment, q.seqmin as least, q.seqmax as most,
               q.seqcache as cache, q.seqcycle as cycles, pg_get_userbyid(s.relowner)::text as role,
               coalesce(o.refobjid, 0) as ownertable, coalesce(o.refobjsubid, 0)::int2 as ownercolumn,
               coalesce(o.deptype = 'i', false) as isidentity,
               coalesce(d.tables, '{}') as tables, coalesce(d.columns, '{}') as columns
        from pg_sequence q join pg_class s on s.oid = q.seqrelid and {{CatalogRows.IsOwn("s")}}
            join pg_namespace n on n.oid = s.relnamespace
        left join pg_depend o on o.classid = 'pg_class'::regclass and o.objid = s.oid and o.deptype in ('a', 'i')
          and o.refclassid = 'pg_class'::regclass and o.refobjsubid > 0
        left join (
          select p.refobjid as sequence, array_agg(f.adrelid) as tables, array_agg(f.adnum) as columns
          from pg_attrdef f join pg_depend p on p.classid = 'pg_attrdef'::regclass and p.objid = f.oid
              and p.refclassid = 'pg_class'::regclass
          group by 1) d on d.sequence = s.oid
        order by n.nspname, s.relname
        """;

    private sealed record Row(
        string Schema, string Name, string TypeText, long Start, long Increment, long Least, long Most, long Cache,
        bool Cycles, string Role,
        uint OwnerTable, short OwnerColumn, bool IsIdentity, Array Tables, Array Columns);

    /// <summary>The qualified, quoted name.</summary>
    public SqlText Sql => SqlText.Identifier(Schema, Name);

    /// <summary>Reads all of them as they are now, by schema and name.</summary>
    public static IReadOnlyList<Sequence> Read(Session session, CancellationToken cancellation) =>
        [.. session.Query<Row>(s_query, cancellation).Select(ToSequence)];

    /// <summary>The statement that moves the sequence of a table's key behind the largest key; null without.</summary>
    public static SqlText? Raise(Table table) => table.SingleKey is { Sequence: { } sequence } key
        ? (SqlText)$"""
            select setval({SqlText.Literal(sequence)}, greatest(q.last_value, (select max({key}) from {table})))
            from {SqlText.Raw(sequence)} q
            """
        : null;

    private static Sequence ToSequence(Row r)
    {
        ColumnPlace? owner = r.OwnerTable == 0 ? null : new ColumnPlace(r.OwnerTable, r.OwnerColumn);
        IEnumerable<ColumnPlace> drawn = ((uint[])r.Tables).Zip(
            (short[])r.Columns, (table, column) => new ColumnPlace(table, column));
        return new Sequence(
            r.Schema, r.Name, r.TypeText, r.Start, r.Increment, r.Least, r.Most, r.Cache, r.Cycles, r.Role, owner,
            r.IsIdentity,
            [.. r.IsIdentity ? drawn.Append(owner!.Value) : drawn]);
    }
}
