namespace DataOps.Core.Postgres.Catalog;

/// <summary>
/// Tables with rows that were never analysed, as after a restore: PostgreSQL plans its queries without knowing what is
/// in them.
/// </summary>
internal static class UnanalysedTables
{
    /// <summary>The site's, the largest first.</summary>
    /// <param name="session">The session.</param>
    /// <param name="catalog">The database.</param>
    /// <param name="pages">They are larger than so many pages of PostgreSQL's.</param>
    /// <param name="cancellation">Cancels the query.</param>
    /// <remarks>
    /// The number of rows is known from building an index as well, so pg_stats is asked; it shows what the role may
    /// read.
    /// </remarks>
    public static IReadOnlyList<Table> Find(
        Session session, DatabaseCatalog catalog, int pages, CancellationToken cancellation)
    {
        long[] oids = [.. catalog.Tables.Where(t => t.Kind == TableKind.Table && catalog.IsOfSite(t))
            .Select(t => (long)t.Oid)];
        Table[] candidates = [.. session.Query<uint>($"""
            select c.oid from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where c.oid::int8 = any({oids})
              and pg_relation_size(c.oid) > {pages}::int8 * current_setting('block_size')::int8
              and has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select')
              and not row_security_active(c.oid)
              and not exists (select 1 from pg_stats s where s.schemaname = n.nspname and s.tablename = c.relname)
            order by pg_relation_size(c.oid) desc, c.relname
            """, cancellation).Select(catalog.Find).OfType<Table>()];
        return [.. candidates.Where(t => session.Query<bool>(
            $"select exists (select 1 from {t})", cancellation)[0])];
    }

    /// <summary>
    /// Of tables, those that the role may analyse: it owns them, or may maintain them (PostgreSQL 17).
    /// </summary>
    public static IReadOnlyList<Table> MayBeAnalysed(
        Session session, IReadOnlyList<Table> tables, CancellationToken cancellation)
    {
        SqlText maintains = session.ServerVersion.Major >= 17
            ? (SqlText)$" or has_table_privilege(c.oid, 'maintain')"
            : SqlText.Empty;
        HashSet<uint> owned = [.. session.Query<uint>($"""
            select c.oid from pg_class c where c.oid::int8 = any({tables.Select(t => (long)t.Oid).ToArray()})
              and (pg_has_role(c.relowner, 'usage'){maintains})
            """, cancellation)];
        return [.. tables.Where(t => owned.Contains(t.Oid))];
    }
}
