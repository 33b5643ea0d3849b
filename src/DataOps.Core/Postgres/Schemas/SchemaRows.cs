namespace DataOps.Core.Postgres.Schemas;

/// <summary>The rows of the queries that read a schema as definitions.</summary>
internal static class SchemaRows
{
    /// <summary>The kinds of <see cref="TextRow"/>.</summary>
    public enum TextKind
    {
        Type, Default, Constraint, Index, Predicate, View, Trigger, Using, Check, PartitionKey, Bounds, Base,
    }

    public sealed record RelationRow(
        uint Oid, string Schema, string Name, char Kind, bool IsUnlogged, bool HasRowSecurity, bool IsForced,
        bool IsPartition, string? Options, string? Comment, uint Parent, bool IsOfExtension);

    public sealed record ColumnRow(
        uint Table, short Number, string Name, bool NotNull, char Identity, char Generated, string? CollationSchema,
        string? Collation, string? Comment);

    public sealed record ConstraintRow(
        uint Oid, uint Table, uint Domain, string Name, char Kind, Array Columns, uint Target, Array TargetColumns,
        char OnDelete, char OnUpdate, char Match, bool IsDeferrable, bool IsDeferred, bool IsValidated,
        bool IsEnforced, bool IsNoInherit, uint Index);

    public sealed record IndexRow(
        uint Oid, uint Table, string Name, string Method, bool IsUnique, bool IsValid, bool NullsNotDistinct,
        string? Options, int KeyCount, Array Numbers, Array Flags, Array Classes, Array Collations, Array Columns,
        bool IsOfConstraint);

    public sealed record SequenceRow(
        uint Oid, string Type, long Start, long Increment, long Least, long Most, long Cache, bool Cycles,
        uint OwnerTable, short OwnerColumn, bool IsIdentity);

    public sealed record TypeRow(
        uint Oid, string Schema, string Name, char Kind, bool NotNull, string? Default, Array Labels, uint Relation);

    public sealed record TriggerRow(uint Oid, uint Table, string Name, char Mode);

    public sealed record PolicyRow(
        uint Oid, uint Table, string Name, char Command, bool IsPermissive, Array Roles);

    /// <summary>A text that PostgreSQL makes as the search path needs it.</summary>
    public sealed record TextRow(string Kind, uint Oid, int Part, string? Text);

    /// <summary>The relations that the queries are about: a database's own, or a session's temporary ones.</summary>
    public static SqlText Scope(Alias relation, bool isTemporary) => isTemporary
        ? $"{relation}.relnamespace = pg_my_temp_schema()"
        : CatalogRows.IsOwn(relation);

    public static SqlText Relations(bool isTemporary) => $"""
        select c.oid, n.nspname::text as schema, c.relname::text as name, c.relkind::text as kind,
               c.relpersistence = 'u' as isunlogged, c.relrowsecurity as hasrowsecurity,
               c.relforcerowsecurity as isforced, c.relispartition as ispartition,
               array_to_string(array(select o from unnest(c.reloptions) o order by o), ', ') as options,
               d.description as comment,
               coalesce((select i.inhparent from pg_inherits i where i.inhrelid = c.oid order by i.inhseqno limit 1),
                        0) as parent,
               exists (select 1 from pg_depend e where e.classid = 'pg_class'::regclass and e.objid = c.oid
                       and e.deptype = 'e') as isofextension
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        left join pg_description d on d.classoid = 'pg_class'::regclass and d.objoid = c.oid and d.objsubid = 0
        where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S') and {Scope("c", isTemporary)}
        """;

    public static SqlText Columns(bool isTemporary) => $"""
        select a.attrelid as table, a.attnum as number, a.attname::text as name, a.attnotnull as notnull,
               coalesce(nullif(a.attidentity::text, ''), '-') as identity,
               coalesce(nullif(a.attgenerated::text, ''), '-') as generated,
               cn.nspname::text as collationschema, co.collname::text as collation, d.description as comment
        from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_type t on t.oid = a.atttypid
        left join pg_collation co on co.oid = a.attcollation and a.attcollation <> t.typcollation
        left join pg_namespace cn on cn.oid = co.collnamespace
        left join pg_description d on d.classoid = 'pg_class'::regclass and d.objoid = c.oid
          and d.objsubid = a.attnum
        where a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'p', 'v', 'm', 'f', 'c')
          and {Scope("c", isTemporary)}
        order by a.attrelid, a.attnum
        """;

    // conenforced came with PostgreSQL 18, which also has a constraint for each NOT NULL.
    public static SqlText Constraints(Version server) => $$"""
        select c.oid, c.conrelid as table, c.contypid as domain, c.conname::text as name, c.contype::text as kind,
               coalesce(c.conkey, '{}') as columns, c.confrelid as target, coalesce(c.confkey, '{}') as targetcolumns,
               c.confdeltype::text as ondelete, c.confupdtype::text as onupdate, c.confmatchtype::text as match,
               c.condeferrable as isdeferrable, c.condeferred as isdeferred, c.convalidated as isvalidated,
               {{(server.Major >= 18 ? (SqlText)$"c.conenforced" : (SqlText)$"true")}}
                 and not exists (select 1 from pg_trigger g where g.tgconstraint = c.oid
                     and g.tgenabled in ('D', 'R')) as isenforced,
               c.connoinherit as isnoinherit, c.conindid as index
        from pg_constraint c
        where c.contype in ('p', 'u', 'c', 'f', 'x') and c.oid >= 16384 and c.conparentid = 0
          and (c.conislocal or c.conrelid = 0)
        """;

    public static SqlText Indexes(bool isTemporary) => $$"""
        select i.indexrelid as oid, i.indrelid as table, c.relname::text as name, am.amname::text as method,
               i.indisunique as isunique, i.indisvalid and i.indisready as isvalid,
               coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false) as nullsnotdistinct,
               array_to_string(array(select o from unnest(c.reloptions) o order by o), ', ') as options,
               i.indnkeyatts::int as keycount, (i.indkey::int2[])[0:] as numbers,
               (i.indoption::int2[])[0:] as flags,
               array(select case when o.opcdefault then '' else format('%I', o.opcname) end
                     from unnest(i.indclass::oid[]) with ordinality u (oid, place)
                     join pg_opclass o on o.oid = u.oid order by u.place) as classes,
               array(select case when u.oid = 0 or u.oid = t.typcollation or u.oid = a.attcollation then ''
                       else case cn.nspname when 'pg_catalog' then format('%I', co.collname)
                              else format('%I.%I', cn.nspname, co.collname) end end
                     from unnest(i.indcollation::oid[]) with ordinality u (oid, place)
                     left join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[u.place - 1]
                       and a.attnum > 0
                     left join pg_attribute k on k.attrelid = i.indexrelid and k.attnum = u.place
                     left join pg_type t on t.oid = k.atttypid
                     left join pg_collation co on co.oid = u.oid left join pg_namespace cn on cn.oid = co.collnamespace
                     order by u.place) as collations,
               array(select a.attname::text from pg_attribute a
                     where a.attrelid = i.indrelid and a.attnum > 0
                       and (a.attnum = any (i.indkey::int2[]) or exists (
                         select 1 from pg_depend d
                         where (i.indexprs is not null or i.indpred is not null)
                           and d.classid = 'pg_class'::regclass and d.objid = i.indexrelid
                           and d.refclassid = 'pg_class'::regclass and d.refobjid = i.indrelid
                           and d.refobjsubid = a.attnum))
                     order by a.attname) as columns,
               exists (select 1 from pg_constraint k where k.conindid = i.indexrelid
                       and k.contype in ('p', 'u', 'x')) as isofconstraint
        from pg_index i join pg_class c on c.oid = i.indexrelid join pg_am am on am.oid = c.relam
        where {{Scope("c", isTemporary)}}
          and not exists (select 1 from pg_inherits h where h.inhrelid = i.indexrelid)
        """;

    public static readonly SqlText Sequences = $"""
        select q.seqrelid as oid, format_type(q.seqtypid, null) as type, q.seqstart as start,
               q.seqincrement as increment, q.seqmin as least, q.seqmax as most, q.seqcache as cache,
               q.seqcycle as cycles, coalesce(o.refobjid, 0) as ownertable,
               coalesce(o.refobjsubid, 0)::int2 as ownercolumn, coalesce(o.deptype = 'i', false) as isidentity
        from pg_sequence q
        left join pg_depend o on o.classid = 'pg_class'::regclass and o.objid = q.seqrelid
          and o.deptype in ('a', 'i') and o.refclassid = 'pg_class'::regclass and o.refobjsubid > 0
        """;

    /// <summary>The kind of an extension among types; its version is the default.</summary>
    public const char Extension = 'x';

    public static readonly SqlText Types = $$"""
        select t.oid, n.nspname::text as schema, t.typname::text as name, t.typtype::text as kind,
               t.typnotnull as notnull, t.typdefault as default,
               array(select e.enumlabel::text from pg_enum e where e.enumtypid = t.oid order by e.enumsortorder)
                 as labels, t.typrelid as relation
        from pg_type t join pg_namespace n on n.oid = t.typnamespace
        left join pg_class c on c.oid = t.typrelid
        where (t.typtype in ('e', 'd') or c.relkind = 'c') and t.oid >= 16384
          and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
          and not exists (select 1 from pg_depend e where e.classid = 'pg_type'::regclass and e.objid = t.oid
                          and e.deptype = 'e')
        union all
        select e.oid, n.nspname::text, e.extname::text, 'x', false, e.extversion, '{}', 0
        from pg_extension e join pg_namespace n on n.oid = e.extnamespace
        """;

    public static readonly SqlText Triggers = $"""
        select g.oid, g.tgrelid as table, g.tgname::text as name, g.tgenabled::text as mode
        from pg_trigger g
        where not g.tgisinternal and coalesce((to_jsonb(g) ->> 'tgparentid')::oid, 0) = 0
        """;

    public static readonly SqlText Policies = $"""
        select p.oid, p.polrelid as table, p.polname::text as name, p.polcmd::text as command,
               p.polpermissive as ispermissive,
               array(select pg_get_userbyid(r)::text from unnest(p.polroles) r where r <> 0 order by 1) as roles
        from pg_policy p
        """;

    /// <summary>
    /// Runs under the site's search path, so that the site's own names are bare: it uses no operator and no function
    /// but pg_catalog's, by their names.
    /// </summary>
    // The objects of initdb have smaller numbers.
    public static readonly SqlText Texts = $"""
        select 'Type' as kind, a.attrelid as oid, a.attnum::pg_catalog.int4 as part,
               pg_catalog.format_type(a.atttypid, a.atttypmod) as text
        from pg_catalog.pg_attribute a
        where a.attrelid operator(pg_catalog.>=) 16384::pg_catalog.oid
          and a.attnum operator(pg_catalog.>) 0::pg_catalog.int2 and not a.attisdropped
        union all
        select 'Default', d.adrelid, d.adnum, pg_catalog.pg_get_expr(d.adbin, d.adrelid)
        from pg_catalog.pg_attrdef d
        union all
        select 'Constraint', c.oid, 0, case when c.contype operator(pg_catalog.=) 'c'::pg_catalog."char"
                 then pg_catalog.pg_get_expr(c.conbin, c.conrelid)
                 else pg_catalog.pg_get_constraintdef(c.oid) end
        from pg_catalog.pg_constraint c
        where c.oid operator(pg_catalog.>=) 16384::pg_catalog.oid
          and (c.contype operator(pg_catalog.=) 'c'::pg_catalog."char"
            or c.contype operator(pg_catalog.=) 'x'::pg_catalog."char")
        union all
        select 'Index', i.indexrelid, k, pg_catalog.pg_get_indexdef(i.indexrelid, k, false)
        from pg_catalog.pg_index i, pg_catalog.generate_series(1, i.indnatts::pg_catalog.int4) k
        where i.indexrelid operator(pg_catalog.>=) 16384::pg_catalog.oid
        union all
        select 'Predicate', i.indexrelid, 0, pg_catalog.pg_get_expr(i.indpred, i.indrelid)
        from pg_catalog.pg_index i where i.indpred is not null
        union all
        select 'View', c.oid, 0, pg_catalog.pg_get_viewdef(c.oid)
        from pg_catalog.pg_class c
        where c.oid operator(pg_catalog.>=) 16384::pg_catalog.oid
          and (c.relkind operator(pg_catalog.=) 'v'::pg_catalog."char"
            or c.relkind operator(pg_catalog.=) 'm'::pg_catalog."char")
        union all
        select 'Trigger', g.oid, 0, pg_catalog.pg_get_triggerdef(g.oid, true)
        from pg_catalog.pg_trigger g where not g.tgisinternal
        union all
        select 'Using', p.oid, 0, pg_catalog.pg_get_expr(p.polqual, p.polrelid)
        from pg_catalog.pg_policy p where p.polqual is not null
        union all
        select 'Check', p.oid, 0, pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid)
        from pg_catalog.pg_policy p where p.polwithcheck is not null
        union all
        select 'PartitionKey', p.partrelid, 0, pg_catalog.pg_get_partkeydef(p.partrelid)
        from pg_catalog.pg_partitioned_table p
        union all
        select 'Bounds', c.oid, 0, pg_catalog.pg_get_expr(c.relpartbound, c.oid)
        from pg_catalog.pg_class c where c.relpartbound is not null
        union all
        select 'Base', t.oid, 0, pg_catalog.format_type(t.typbasetype, t.typtypmod)
        from pg_catalog.pg_type t where t.oid operator(pg_catalog.>=) 16384::pg_catalog.oid
          and t.typtype operator(pg_catalog.=) 'd'::pg_catalog."char"
        """;
}
