namespace DataOps.Core.Tests.Support;

/// <summary>
/// Damage to a Wagtail site as manual SQL and interrupted deletes leave it: past every constraint and trigger.
/// </summary>
internal static class RandomDamage
{
    /// <summary>Does some of it.</summary>
    public static void Do(TestDatabase site, Random random)
    {
        IReadOnlyList<object?[]> references = site.Rows("""
            select c.conrelid::regclass::text, a.attname::text, format_type(a.atttypid, null)
            from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
            where c.contype = 'f' and c.connamespace = 'public'::regnamespace order by 1, 2
            """);
        (string table, string column, string type) =
            references[random.Next(references.Count)] is [string t, string c, string y] ? (t, c, y) : default;
        string some =
            $"ctid in (select ctid from {table} order by md5(ctid::text || {random.Next()}) limit {random.Next(1, 4)})";
        string pages =
            $"id in (select id from wagtailcore_page where depth > 2 order by md5(id::text || {random.Next()}) " +
                $"limit {random.Next(1, 3)})";
        string damage = random.Next(9) switch
        {
            0 or 1 => $"delete from {table} where {some}",
            2 or 3 => type is "uuid" ? $"update {table} set {column} = gen_random_uuid() where {some}"
                : type is "integer" or "bigint"
                    ? $"update {table} set {column} = {random.Next(7000, 7009)} where {some}"
                    : $"delete from {table} where {some}",
            4 => $"update wagtailcore_page set numchild = numchild + 1 where {pages}",
            5 => $"update wagtailcore_page set url_path = '/lost' || url_path where {pages}",
            6 => $"delete from wagtailcore_page where {pages}",
            7 => $"update wagtailcore_page set content_type_id = 1 where {pages}",
            _ => $"update wagtailcore_page set depth = depth + 1 where {pages}",
        };
        // What a unique constraint refuses is no damage that a site can have.
        site.Execute($"""
            begin; set local session_replication_role = replica;
            do $$ begin {damage}; exception when unique_violation then null; end $$;
            commit
            """);
    }
}
