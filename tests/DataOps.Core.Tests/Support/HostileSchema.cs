namespace DataOps.Core.Tests.Support;

/// <summary>
/// A database in which somebody made operators, functions and types of PostgreSQL's names in the schema that the
/// application's search_path has first, before pg_catalog itself; each raises an exception.
/// </summary>
internal static class HostileSchema
{
    /// <summary>Makes them, and opens the database's session with that path.</summary>
    public static void Set(TestDatabase database)
    {
        database.Execute(Operators);
        database.Execute(Functions);
        database.Execute($"alter database {database.Name} set search_path = public, pg_catalog");
        _ = database.Session;
        // The test's own statements are not to meet them.
        database.Execute($"alter database {database.Name} reset search_path");
    }

    private const string Types = """
        array['bool','bytea','name','int2','int4','int8','text','varchar','bpchar','oid','tid','xid','float8','numeric',
              'date','time','timestamp','timestamptz','interval','uuid','jsonb','char']::regtype[]
        """;

    // All of PostgreSQL's own, and for varchar, which has none, those of text.
    private const string Operators = $$"""
        do $do$
        declare o record; n int := 0;
        begin
          for o in
            select oprname, oprleft::regtype as l, oprright::regtype as r, oprresult::regtype as result from pg_operator
            where oprnamespace = 'pg_catalog'::regnamespace
              and oprleft = any ({{Types}}) and oprright = any ({{Types}}) and oprresult = any ({{Types}})
            union
            select oprname, l::regtype, r::regtype, oprresult::regtype from pg_operator,
              (values ('varchar', 'varchar'), ('varchar', 'text'), ('text', 'varchar')) v (l, r)
            where oprnamespace = 'pg_catalog'::regnamespace and oprleft = 'text'::regtype and oprright = 'text'::regtype
              and oprresult = any ({{Types}})
          loop
            n := n + 1;
            execute format('create function public.hostile_%s(%s, %s) returns %s language plpgsql as '
              '$f$ begin raise exception ''hostile operator %s (%s, %s)''; end $f$',
              n, o.l, o.r, o.result, replace(o.oprname, '%', '%%'), o.l, o.r);
            execute format('create operator public.%s (function = public.hostile_%s, leftarg = %s, rightarg = %s)',
              o.oprname, n, o.l, o.r);
          end loop;
        end $do$
        """;

    private const string Functions = $$"""
        do $do$
        declare f record;
        begin
          for f in
            select distinct proname, proargtypes::regtype[] as args, prorettype::regtype as result from pg_proc
            where pronamespace = 'pg_catalog'::regnamespace and prokind = 'f' and not proretset
              and proname in ('length', 'lower', 'upper', 'left', 'right', 'substr', 'replace', 'concat', 'concat_ws',
                'now', 'gen_random_uuid', 'date_trunc', 'jsonb_typeof', 'jsonb_set', 'set_config', 'current_setting',
                'nextval', 'setval', 'chr', 'md5', 'hashtext', 'row_to_json', 'to_jsonb', 'encode', 'sha256')
              and prorettype = any ({{Types}}) and proargtypes::regtype[] <@ {{Types}}
          loop
            execute format('create function public.%s(%s) returns %s language plpgsql as '
              '$f$ begin raise exception ''hostile function %s''; end $f$',
              f.proname, array_to_string(f.args, ', '), f.result, f.proname);
          end loop;
          foreach f.proname in array array['int2', 'int4', 'int8', 'text', 'varchar', 'timestamptz'] loop
            execute format('create function public.hostile_step(%s, %1$s) returns %1$s language plpgsql as '
              '$f$ begin raise exception ''hostile aggregate''; end $f$', f.proname);
            execute format('create aggregate public.max(%s) (sfunc = public.hostile_step, stype = %1$s)', f.proname);
            execute format('create aggregate public.min(%s) (sfunc = public.hostile_step, stype = %1$s)', f.proname);
          end loop;
          create domain public.text as pg_catalog.varchar(1);
          create domain public.int8 as pg_catalog.int2 check (value is null);
        end $do$
        """;
}
