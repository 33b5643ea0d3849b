namespace DataOps.Core.Postgres.Catalog;

/// <summary>The rows of the catalogue queries; columns go by their numbers.</summary>
internal static class CatalogRows
{
    public sealed record TableRow(
        uint Oid, string Schema, string Name, char Kind, double Tuples, int Pages, string Role);

    public sealed record TypeRow(uint Oid, string Schema, string Name, char Kind, uint Element, uint Base);

    public sealed record ColumnRow(
        uint Table, short Number, string Name, uint Type, int Dimensions, string TypeText, int Modifier, bool NotNull,
        string? Default, string? Generation,
        char Identity, char Generated, string? Collation);

    public sealed record SequenceRow(uint Table, short Column, string Name);

    public sealed record ConstraintRow(
        uint Table, string Name, char Kind, Array Columns, uint Target, Array TargetColumns, Array Equalities,
        char OnDelete,
        bool IsDeferrable, bool IsDeferred, bool IsValidated, bool IsEnforced);

    public sealed record IndexRow(uint Table, string Name, bool IsUnique, bool IsPlain, Array Columns);

    /// <summary>The condition that a relation is none of PostgreSQL's own and none of a session's.</summary>
    public static SqlText IsOwn(Alias relation) => $"""
        {relation}.relpersistence <> 't' and {relation}.relnamespace not in (
          select oid from pg_namespace where nspname in ('pg_catalog', 'information_schema', 'pg_toast'))
        """;

    public static readonly SqlText Tables = $"""
        select c.oid, n.nspname::text as schema, c.relname::text as name, c.relkind::text as kind,
               c.reltuples::float8 as tuples, c.relpages as pages, pg_get_userbyid(c.relowner)::text as role
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition and {IsOwn("c")}
        order by n.nspname, c.relname
        """;

    // All of them: to follow which are in use takes the server longer than to list them. Multiranges came with
    // PostgreSQL 14.
    public static SqlText Types(Version server) => $"""
        select t.oid, n.nspname::text as schema, t.typname::text as name, t.typtype::text as kind,
               case when t.typcategory = 'A' then t.typelem else 0 end as element,
               coalesce(nullif(t.typbasetype, 0), r.rngsubtype, {(server.Major >= 14 ? (SqlText)$"m.rngtypid"
                   : $"null")}, 0) as base
        from pg_type t join pg_namespace n on n.oid = t.typnamespace
        left join pg_range r on r.rngtypid = t.oid
        {(server.Major >= 14 ? (SqlText)$"left join pg_range m on m.rngmultitypid = t.oid" : $"")}
        where t.typtype <> 'p'
        """;

    public static readonly SqlText Columns = $"""
        select a.attrelid as table, a.attnum as number, a.attname::text as name, a.atttypid as type,
               a.attndims::int as dimensions, format_type(a.atttypid, a.atttypmod) as typetext,
               a.atttypmod as modifier, a.attnotnull as notnull,
               case when a.attgenerated = '' then pg_get_expr(d.adbin, d.adrelid) end as default,
               case when a.attgenerated <> '' then pg_get_expr(d.adbin, d.adrelid) end as generation,
               coalesce(nullif(a.attidentity::text, ''), '-') as identity,
               coalesce(nullif(a.attgenerated::text, ''), '-') as generated,
               case when a.attcollation <> t.typcollation then co.collname::text end as collation
        from pg_attribute a
        join pg_class c on c.oid = a.attrelid
        join pg_type t on t.oid = a.atttypid
        left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
        left join pg_collation co on co.oid = a.attcollation
        where a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition
          and {IsOwn("c")}
        order by a.attrelid, a.attnum
        """;

    // Those that a column owns come before those that its default draws from.
    public static readonly SqlText Sequences = $"""
        select dep.refobjid as table, dep.refobjsubid::int2 as column, format('%I.%I', n.nspname, s.relname) as name
        from pg_depend dep join pg_class s on s.oid = dep.objid and s.relkind = 'S'
            join pg_namespace n on n.oid = s.relnamespace
        where dep.classid = 'pg_class'::regclass and dep.refclassid = 'pg_class'::regclass and dep.refobjsubid > 0
            and dep.deptype in ('a', 'i')
        union all
        select d.adrelid, d.adnum, format('%I.%I', n.nspname, s.relname)
        from pg_attrdef d join pg_depend dep on dep.classid = 'pg_attrdef'::regclass and dep.objid = d.oid
            and dep.refclassid = 'pg_class'::regclass
        join pg_class s on s.oid = dep.refobjid and s.relkind = 'S' join pg_namespace n on n.oid = s.relnamespace
        """;

    // conenforced came with PostgreSQL 18. Few lists of operators stand behind many foreign keys: each is named once.
    public static SqlText Constraints(Version server) => $$"""
        select c.conrelid as table, c.conname::text as name, c.contype::text as kind, c.conkey as columns,
               c.confrelid as target, coalesce(c.confkey, '{}') as targetcolumns,
               coalesce(e.names, '{}') as equalities, c.confdeltype::text as ondelete,
               c.condeferrable as isdeferrable, c.condeferred as isdeferred, c.convalidated as isvalidated,
               {{(server.Major >= 18 ? (SqlText)$"c.conenforced" : (SqlText)$"true")}}
                 and not exists (select 1 from pg_trigger g where g.tgconstraint = c.oid
                     and g.tgenabled in ('D', 'R')) as isenforced
        from pg_constraint c
        left join (
          select d.conpfeqop as operators,
                 array(select format('operator(%I.%s)', n.nspname, o.oprname)
                       from unnest(d.conpfeqop) with ordinality u(oid, number)
                       join pg_operator o on o.oid = u.oid join pg_namespace n on n.oid = o.oprnamespace
                       order by u.number) as names
          from (select distinct conpfeqop from pg_constraint where contype = 'f') d) e on e.operators = c.conpfeqop
        where c.contype in ('p', 'u', 'f') and c.conparentid = 0 and c.conrelid <> 0
        order by c.conrelid, c.conname
        """;

    public static readonly SqlText Indexes = $"""
        select i.indrelid as table, c.relname::text as name, i.indisunique as isunique,
               (i.indpred is null and i.indexprs is null) as isplain,
               (i.indkey::int2[])[0:i.indnkeyatts - 1] as columns
        from pg_index i join pg_class c on c.oid = i.indexrelid join pg_class t on t.oid = i.indrelid
        where i.indisvalid and not t.relispartition and {IsOwn("t")}
        order by i.indrelid, c.relname
        """;
}
