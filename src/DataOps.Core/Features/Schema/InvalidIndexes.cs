namespace DataOps.Core.Features.Schema;

/// <summary>Indexes that PostgreSQL keeps, and does not use.</summary>
internal static class InvalidIndexes
{
    private sealed record Row(
        uint Table, string Index, string Relation, bool IsUnique, bool IsReady, bool IsPartitioned, bool IsRemnant);

    /// <summary>Finds them, those of partitions included; one that is being built is none.</summary>
    public static IEnumerable<Finding> Find(Session session, ReferenceCatalog catalog, CancellationToken cancellation)
    {
        // REINDEX CONCURRENTLY that fails leaves its new index or the old one behind, beside the one in use.
        IReadOnlyList<Row> rows = session.Query<Row>($"""
            select coalesce(pg_partition_root(i.indrelid)::oid, i.indrelid) as table,
                   format('%I.%I', n.nspname, c.relname) as index, i.indrelid::regclass::text as relation,
                   i.indisunique as isunique, i.indisready as isready, c.relkind = 'I' as ispartitioned,
                   c.relname ~ '_cc(new|old)[0-9]*$' as isremnant
            from pg_index i join pg_class c on c.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace
            where not (i.indisvalid and i.indisready) and {CatalogRows.IsOwn("c")}
              and not exists (select 1 from pg_stat_progress_create_index p where p.index_relid = i.indexrelid)
            order by 2
            """, cancellation);
        return from row in rows
               let table = catalog.Database.Find(row.Table)
               where table is not null && catalog.Database.IsOfSite(table)
               select SchemaAudit.Of(session, catalog, table, SchemaProblem.InvalidIndex) with
               {
                   Problem = $"{row.Index} of {row.Relation} is not valid: {Broken(row)}",
                   Remedy = Remedy(row),
               };
    }

    private static string Broken(Row row) => row switch
    {
        { IsPartitioned: true } => "a partition lacks its part of it",
        { IsRemnant: true } => "a REINDEX CONCURRENTLY that failed has left it; writes keep it up, nothing uses it",
        { IsUnique: true, IsReady: false } => "queries do not use it, and rows can come twice",
        { IsUnique: true } =>
            "queries do not use it, rows that were there before it may be doubled, and pg_dump leaves it out",
        _ => "queries do not use it, and pg_dump leaves it out",
    };

    // Which part a partition lacks, a person has to say.
    private static string? Remedy(Row row) => row switch
    {
        { IsPartitioned: true } => null,
        { IsRemnant: true } => $"drop index concurrently {row.Index}",
        _ => $"reindex index concurrently {row.Index}",
    };
}
