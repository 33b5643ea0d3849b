using DataOps.Core.Features.Schema.Constraints;

namespace DataOps.Core.Features.Schema;

/// <summary>An index that PostgreSQL keeps, and does not use.</summary>
/// <param name="Table">pg_class.oid of the table; of a partition, of the partitioned table.</param>
/// <param name="Schema">The index's schema.</param>
/// <param name="Index">The index.</param>
/// <param name="Relation">The table or the partition that it is of, as SQL.</param>
/// <param name="IsUnique">Whether it is unique.</param>
/// <param name="IsReady">Whether rows that are written are kept apart by it.</param>
/// <param name="IsPartitioned">Whether a partition lacks its part of it.</param>
/// <param name="IsRemnant">Whether a REINDEX CONCURRENTLY that failed has left it.</param>
internal sealed record InvalidIndex(
    uint Table, string Schema, string Index, string Relation, bool IsUnique, bool IsReady, bool IsPartitioned,
    bool IsRemnant)
{
    /// <summary>Its name as SQL.</summary>
    public SqlText Sql => SqlText.Identifier(Schema, Index);

    /// <summary>What it breaks.</summary>
    public string Broken => this switch
    {
        { IsPartitioned: true } => "a partition lacks its part of it",
        { IsRemnant: true } => "a REINDEX CONCURRENTLY that failed has left it; writes keep it up, nothing uses it",
        { IsUnique: true, IsReady: false } => "queries do not use it, and rows can come twice",
        { IsUnique: true } =>
            "queries do not use it, rows that were there before it may be doubled, and pg_dump leaves it out",
        _ => "queries do not use it, and pg_dump leaves it out",
    };

    /// <summary>What ends it; null where which part a partition lacks, a person has to say.</summary>
    public SqlText? Statement => this switch
    {
        { IsPartitioned: true } => null,
        { IsRemnant: true } => $"drop index concurrently {Sql}",
        _ => $"reindex index concurrently {Sql}",
    };
}

/// <summary>Indexes that PostgreSQL keeps, and does not use.</summary>
internal static class InvalidIndexes
{
    /// <summary>Reads them, those of partitions included; one that is being built is none.</summary>
    // REINDEX CONCURRENTLY that fails leaves its new index or the old one behind, beside the one in use.
    public static IReadOnlyList<InvalidIndex> Read(Session session, CancellationToken cancellation) =>
        session.Query<InvalidIndex>($"""
            select coalesce(pg_partition_root(i.indrelid)::oid, i.indrelid) as table,
                   n.nspname::text as schema, c.relname::text as index, i.indrelid::regclass::text as relation,
                   i.indisunique as isunique, i.indisready as isready, c.relkind = 'I' as ispartitioned,
                   c.relname ~ '_cc(new|old)[0-9]*$' as isremnant
            from pg_index i join pg_class c on c.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace
            where not (i.indisvalid and i.indisready) and {CatalogRows.IsOwn("c")}
              and not exists (select 1 from pg_stat_progress_create_index p where p.index_relid = i.indexrelid)
            order by 2, 3
            """, cancellation);

    /// <summary>Finds them.</summary>
    public static IEnumerable<Finding> Find(
        Session session, ReferenceCatalog catalog, CancellationToken cancellation) =>
        from index in Read(session, cancellation)
        let table = catalog.Database.Find(index.Table)
        where table is not null && catalog.Database.IsOfSite(table)
        select SchemaAudit.Of(session, catalog, table, SchemaProblem.InvalidIndex) with
        {
            Value = index.Index,
            Problem = $"{index.Sql} of {index.Relation} is not valid: {index.Broken}",
            Remedy = index.Statement is null ? null : RepairConstraint.Command(index.Index),
        };
}
