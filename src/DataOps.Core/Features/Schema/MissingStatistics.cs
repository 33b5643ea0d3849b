namespace DataOps.Core.Features.Schema;

/// <summary>
/// Tables with rows that were never analysed, as after a restore: PostgreSQL plans its queries without knowing what is
/// in them.
/// </summary>
internal static class MissingStatistics
{
    private const int Named = 3;

    /// <summary>One finding for the database, or none.</summary>
    /// <remarks>
    /// The number of rows is known from building an index as well, so pg_stats is asked; it shows what the role may
    /// read. A table of one page needs no plan.
    /// </remarks>
    public static IEnumerable<Finding> Find(
        Session session, ReferenceCatalog catalog, CancellationToken cancellation)
    {
        long[] oids = [.. catalog.Database.Tables.Where(
            t => t.Kind == TableKind.Table && catalog.Database.IsOfSite(t)).Select(t => (long)t.Oid)];
        Table[] candidates = [.. session.Query<uint>($"""
            select c.oid from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where c.oid::int8 = any({oids}) and pg_relation_size(c.oid) > current_setting('block_size')::int8
              and has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select')
              and not row_security_active(c.oid)
              and not exists (select 1 from pg_stats s where s.schemaname = n.nspname and s.tablename = c.relname)
            order by pg_relation_size(c.oid) desc, c.relname
            """, cancellation).Select(catalog.Database.Find).OfType<Table>()];
        Table[] tables = [.. candidates.Where(t => session.Query<bool>(
            $"select exists (select 1 from {t})", cancellation)[0])];
        if (tables.Length == 0)
            yield break;
        string names = string.Join(", ", tables.Take(Named).Select(t => t.DisplayName));
        yield return SchemaAudit.Of(session, catalog, null, SchemaProblem.Statistics) with
        {
            Severity = Severity.Expected,
            Count = tables.Length,
            Problem = tables.Length == 1
                ? $"{names} was never analysed: PostgreSQL plans its queries without knowing what is in it"
                : $"{tables.Length} tables were never analysed, the largest are {names}: PostgreSQL plans their "
                    + "queries without knowing what is in them",
            Remedy = tables.Length <= Named
                ? ((SqlText)$"analyze {tables.Select(t => t.Sql)}").ToString()
                : "analyze",
        };
    }
}
