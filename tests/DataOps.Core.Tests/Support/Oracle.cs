namespace DataOps.Core.Tests.Support;

/// <summary>The orphans of a database as plain, hand-written SQL finds them.</summary>
internal static class Oracle
{
    /// <summary>Every row whose declared single-column foreign key has no target: table|key|column|value.</summary>
    public static IReadOnlyList<string> Declared(TestDatabase site) => site
        .Column("""
            select format($q$select %L, t.%I::text, %L, t.%I::text from %s t where t.%I is not null and not exists (select 1 from %s r where r.%I = t.%I)$q$,
              c.conrelid::regclass::text, k.attname, ca.attname, ca.attname, c.conrelid::regclass, ca.attname, c.confrelid::regclass, ra.attname, ca.attname)
            from pg_constraint c
            join pg_attribute ca on ca.attrelid = c.conrelid and ca.attnum = c.conkey[1] join pg_attribute ra on ra.attrelid = c.confrelid and ra.attnum = c.confkey[1]
            join pg_index i on i.indrelid = c.conrelid and i.indisprimary join pg_attribute k on k.attrelid = c.conrelid and k.attnum = i.indkey[0]
            where c.contype = 'f' and array_length(c.conkey, 1) = 1
            """)
        .SelectMany(sql => site.Rows(sql!))
        .Select(row => string.Join('|', row))
        .Order(StringComparer.Ordinal)
        .ToArray();

    /// <summary>
    /// How many references a load finds no target of: declared ones, and the parents of Wagtail's pages and
    /// collections.
    /// </summary>
    public static long Required(TestDatabase site) => Declared(site).Count + site.Scalar<long>("""
        select count(*) from (select 'p' as t, path::text from wagtailcore_page union all select 'c', path::text from wagtailcore_collection) n
        where length(path) > 4 and not exists (
          select from (select 'p' as t, path::text from wagtailcore_page union all select 'c', path::text from wagtailcore_collection) p
          where p.t = n.t and p.path = left(n.path, -4))
        """);

    /// <summary>
    /// What the reference file of undeclared references finds: kind, place, key, value, what is wrong.
    /// </summary>
    public static IReadOnlyList<string[]> Undeclared(TestDatabase site) => site
        .Rows(File.ReadAllText(Repository.SharedData("audit-soft.sql")))
        .Select(row => row.Select(v => v?.ToString() ?? "").ToArray())
        .ToArray();
}
