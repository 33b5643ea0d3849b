namespace DataOps.Core.Postgres.Catalog;

/// <summary>A column or an expression that an index is over.</summary>
/// <param name="Expression">As SQL; columns bare, names that are not in pg_catalog qualified.</param>
/// <param name="Column">The column's name; null for an expression.</param>
/// <param name="Equality">
/// The operator by which a B-tree takes two values for the same, qualified, as citext's is not text's; empty for other
/// access methods.
/// </param>
internal sealed record IndexKey(SqlText Expression, string? Column, SqlText Equality);

/// <summary>An index of a table, as pg_indexes shows it, with all that decides which rows clash.</summary>
/// <param name="Table">pg_class.oid of the table.</param>
/// <param name="Name">Its name.</param>
/// <param name="Method">The access method, as <c>btree</c>.</param>
/// <param name="IsUnique">Whether it is unique.</param>
/// <param name="IsPrimary">Whether it is the primary key's.</param>
/// <param name="IsValid">False where CREATE INDEX CONCURRENTLY failed: queries do not use it.</param>
/// <param name="IsImmediate">Whether each row is checked at once; false for a deferrable constraint.</param>
/// <param name="NullsClash">NULLS NOT DISTINCT.</param>
/// <param name="Predicate">The condition of a partial index, as SQL; null without one.</param>
/// <param name="Keys">What it is over, in order; INCLUDE columns not among them.</param>
/// <param name="Columns">All columns that decide whether a row is in it, those of expressions and predicate
/// included.</param>
/// <param name="Definition">The CREATE INDEX statement.</param>
internal sealed record IndexDefinition(
    uint Table, string Name, string Method, bool IsUnique, bool IsPrimary, bool IsValid, bool IsImmediate,
    bool NullsClash, string? Predicate,
    IReadOnlyList<IndexKey> Keys, IReadOnlyList<string> Columns, string Definition)
{
    /// <summary>
    /// The index's keys over cells that are named as its columns, as k0, k1 …; no row where its predicate leaves the
    /// row out.
    /// </summary>
    public SqlText KeysOf(IEnumerable<SqlText> cells) => $"""
        select {Keys.Select((k, i) => (SqlText)$"{k.Expression} as k{SqlText.Literal(i)}")}
        from (select {cells.Zip(Columns, (cell, name) => (SqlText)$"{cell} as {SqlText.Identifier(name)}")}) cells
        where {(Predicate is { } predicate ? SqlText.Raw(predicate) : (SqlText)$"true")}
        """;

    /// <summary>The condition that the index takes the keys of two relations for the same.</summary>
    /// <param name="one">The relation, with keys as <see cref="KeysOf"/> names them.</param>
    /// <param name="other">The other one.</param>
    /// <param name="ones">How its keys begin, where not with k.</param>
    /// <param name="others">How those of the other one do.</param>
    public SqlText Same(Alias one, Alias other, string ones = "k", string others = "k") =>
        SqlText.Join(" and ", Keys.Select((key, i) =>
    {
        (SqlText left, SqlText right) = (one.Column($"{ones}{i}"), other.Column($"{others}{i}"));
        SqlText same = $"{left} {key.Equality} {right}";
        return NullsClash ? (SqlText)$"({same} or ({left} is null and {right} is null))" : same;
    }));

    private static SqlText Query(SqlText which) => $$"""
        select i.indrelid as table, c.relname::text as name, am.amname::text as method,
               i.indisunique as isunique, i.indisprimary as isprimary, i.indisvalid as isvalid,
               i.indimmediate as isimmediate,
               coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false) as nullsclash,
               pg_get_expr(i.indpred, i.indrelid) as predicate,
               array(select pg_get_indexdef(i.indexrelid, k, false)
                     from generate_series(1, i.indnkeyatts::int) k order by k) as expressions,
               array(select coalesce(a.attname::text, '')
                     from generate_series(1, i.indnkeyatts::int) k
                     left join pg_attribute a
                       on a.attrelid = i.indrelid and a.attnum = i.indkey[k - 1] and a.attnum > 0
                     order by k) as names,
               array(select case when o.oid is null then '' else format('operator(%I.%s)', n.nspname, o.oprname) end
                     from generate_series(1, i.indnkeyatts::int) k
                     left join pg_opclass oc on oc.oid = i.indclass[k - 1]
                     left join pg_amop ao on am.amname = 'btree' and ao.amopfamily = oc.opcfamily
                       and ao.amoplefttype = oc.opcintype and ao.amoprighttype = oc.opcintype and ao.amopstrategy = 3
                     left join pg_operator o on o.oid = ao.amopopr
                     left join pg_namespace n on n.oid = o.oprnamespace
                     order by k) as equalities,
               array(select a.attname::text from pg_attribute a
                     where a.attrelid = i.indrelid and a.attnum > 0
                       and (a.attnum = any ((i.indkey::int2[])[0:i.indnkeyatts - 1]) or exists (
                         select 1 from pg_depend d
                         where (i.indexprs is not null or i.indpred is not null)
                           and d.classid = 'pg_class'::regclass and d.objid = i.indexrelid
                           and d.refclassid = 'pg_class'::regclass and d.refobjid = i.indrelid
                           and d.refobjsubid = a.attnum))
                     order by a.attnum) as columns,
               pg_get_indexdef(i.indexrelid) as definition
        from pg_index i join pg_class c on c.oid = i.indexrelid join pg_am am on am.oid = c.relam
        join pg_class t on t.oid = i.indrelid and not t.relispartition and {{CatalogRows.IsOwn("t")}}
        where {{which}}
        order by i.indrelid, i.indisprimary desc, c.relname
        """;

    private sealed record Row(
        uint Table, string Name, string Method, bool IsUnique, bool IsPrimary, bool IsValid, bool IsImmediate,
        bool NullsClash, string? Predicate,
        Array Expressions, Array Names, Array Equalities, Array Columns, string Definition);

    /// <summary>Reads those of all tables, by table; the primary key's first.</summary>
    public static IEnumerable<IndexDefinition> Read(Session session) => Read(session, $"true");

    /// <summary>Reads the unique ones that keep rows apart, of all tables.</summary>
    public static IEnumerable<IndexDefinition> ReadUnique(Session session) =>
        Read(session, $"i.indisunique and i.indisvalid and am.amname = 'btree'");

    private static IEnumerable<IndexDefinition> Read(Session session, SqlText which) => session.Query<Row>(
        Query(which)).Select(row =>
    {
        string[] names = (string[])row.Names;
        string[] equalities = (string[])row.Equalities;
        IEnumerable<IndexKey> keys = ((string[])row.Expressions).Select(
            (e, i) => new IndexKey(SqlText.Raw(e), names[i].Length == 0 ? null : names[i], SqlText.Raw(equalities[i])));
        return new IndexDefinition(
            row.Table, row.Name, row.Method, row.IsUnique, row.IsPrimary, row.IsValid, row.IsImmediate, row.NullsClash,
            row.Predicate, [.. keys],
            (string[])row.Columns, row.Definition);
    });
}
