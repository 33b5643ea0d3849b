using DataOps.Core.Postgres.Connections;

namespace DataOps.Core.Postgres.Catalog;

/// <summary>A column or an expression that a unique index is over.</summary>
/// <param name="Expression">As SQL; columns bare, everything else found by the search path of now.</param>
/// <param name="Column">The column's name; null for an expression.</param>
/// <param name="Equality">The operator by which the index takes two values for the same, qualified: citext's is not text's.</param>
internal sealed record UniqueIndexKey(string Expression, string? Column, string Equality);

/// <summary>A unique index of a table, with all that decides which rows clash.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsPrimary">Whether it is the primary key's.</param>
/// <param name="IsImmediate">Whether each row is checked at once; false for a deferrable constraint.</param>
/// <param name="NullsClash">NULLS NOT DISTINCT.</param>
/// <param name="Predicate">The condition of a partial index, as SQL; null without one.</param>
/// <param name="Keys">What it is over, in order.</param>
/// <param name="Columns">All columns that it depends on, those of expressions and predicate included.</param>
internal sealed record UniqueIndex(
    string Name, bool IsPrimary, bool IsImmediate, bool NullsClash, string? Predicate, IReadOnlyList<UniqueIndexKey> Keys, IReadOnlyList<string> Columns)
{
    private const string Query = """
        select c.relname::text as name, i.indisprimary as isprimary, i.indimmediate as isimmediate,
               coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false) as nullsclash, pg_get_expr(i.indpred, i.indrelid) as predicate,
               array(select pg_get_indexdef(i.indexrelid, k, false) from generate_series(1, i.indnkeyatts::int) k order by k) as expressions,
               array(select coalesce(a.attname::text, '') from generate_series(1, i.indnkeyatts::int) k
                     left join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[k - 1] and a.attnum > 0 order by k) as names,
               array(select format('operator(%I.%s)', n.nspname, o.oprname) from generate_series(1, i.indnkeyatts::int) k
                     join pg_opclass oc on oc.oid = i.indclass[k - 1]
                     join pg_amop ao on ao.amopfamily = oc.opcfamily and ao.amoplefttype = oc.opcintype and ao.amoprighttype = oc.opcintype
                       and ao.amopstrategy = 3
                     join pg_operator o on o.oid = ao.amopopr join pg_namespace n on n.oid = o.oprnamespace order by k) as equalities,
               array(select a.attname::text from pg_attribute a
                     where a.attrelid = i.indrelid and a.attnum > 0
                       and (a.attnum = any ((i.indkey::int2[])[0:i.indnkeyatts - 1]) or exists (
                         select 1 from pg_depend d
                         where d.classid = 'pg_class'::regclass and d.objid = i.indexrelid and d.refclassid = 'pg_class'::regclass
                           and d.refobjid = i.indrelid and d.refobjsubid = a.attnum)) order by a.attnum) as columns
        from pg_index i join pg_class c on c.oid = i.indexrelid join pg_am am on am.oid = c.relam
        where i.indrelid = @oid::oid and i.indisunique and i.indisvalid and am.amname = 'btree'
        order by i.indisprimary desc, c.relname
        """;

    private sealed record IndexRow(
        string Name, bool IsPrimary, bool IsImmediate, bool NullsClash, string? Predicate, Array Expressions, Array Names, Array Equalities, Array Columns);

    /// <summary>Reads those of a table, the primary key's first.</summary>
    public static IReadOnlyList<UniqueIndex> Read(Session session, Table table, CancellationToken cancellation) =>
        [.. session.List<IndexRow>(Query, new { oid = (long)table.Oid }, cancellation).Select(ToIndex)];

    private static UniqueIndex ToIndex(IndexRow row)
    {
        string[] names = (string[])row.Names;
        string[] equalities = (string[])row.Equalities;
        IEnumerable<UniqueIndexKey> keys = ((string[])row.Expressions)
            .Select((e, i) => new UniqueIndexKey(e, names[i].Length == 0 ? null : names[i], equalities[i]));
        return new UniqueIndex(row.Name, row.IsPrimary, row.IsImmediate, row.NullsClash, row.Predicate, [.. keys], (string[])row.Columns);
    }
}
