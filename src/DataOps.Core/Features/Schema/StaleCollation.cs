namespace DataOps.Core.Features.Schema;

/// <summary>
/// A collation of which the operating system has another version than the one that indexes were built with.
/// </summary>
/// <param name="Name">Its name, quoted where needed; the database's for the database's own.</param>
/// <param name="IsDefault">Whether it is the database's own.</param>
/// <param name="Was">The version that the indexes were built with.</param>
/// <param name="Now">The version of the operating system.</param>
/// <param name="Indexes">The indexes in which it orders text: table, name, and the name as SQL.</param>
internal sealed record StaleCollation(
    string Name, bool IsDefault, string Was, string Now, IReadOnlyList<(Table Table, string Name, string Sql)> Indexes)
{
    private const int MostNamed = 10;

    private sealed record Row(
        string Name, bool IsDefault, string Was, string Now, uint Table, string Index, string Sql);

    /// <summary>Reads those that indexes of the site use.</summary>
    public static IReadOnlyList<StaleCollation> Read(
        Session session, DatabaseCatalog catalog, CancellationToken cancellation)
    {
        // Only the versions of collations in use are asked for: that of one that the system has lost is an error.
        SqlText ofDatabase = session.ServerVersion.Major < 15 ? SqlText.Empty : $"""
            union all
            select 'pg_catalog."default"'::regcollation::oid, quote_ident(d.datname), true, d.datcollversion,
                   pg_database_collation_actual_version(d.oid)
            from pg_database d where d.datname = current_database() and d.datcollversion is not null
            """;
        return [.. session.Query<Row>(
            $"""
            with used as materialized (
              select distinct coalesce(pg_partition_root(i.indrelid)::oid, i.indrelid) as "table",
                     c.relname::text as index, format('%I.%I', n.nspname, c.relname) as sql, k.oid as collated
              from pg_index i join pg_class c on c.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace
              cross join lateral unnest(i.indcollation::oid[]) k (oid)
              where k.oid <> 0 and not c.relispartition and {CatalogRows.IsOwn("c")}),
            versions as materialized (
              select c.oid, c.oid::regcollation::text as name, false as isdefault, c.collversion as was,
                     pg_collation_actual_version(c.oid) as now
              from pg_collation c where c.collversion is not null and c.oid in (select collated from used)
              {ofDatabase})
            select v.name, v.isdefault, v.was, v.now, u.table, u.index, u.sql
            from versions v join used u on u.collated = v.oid where v.now <> v.was order by v.name, u.sql
            """, cancellation)
            .Where(r => catalog.Find(r.Table) is { } table && catalog.IsOfSite(table))
            .GroupBy(r => (r.Name, r.IsDefault, r.Was, r.Now), r => (catalog.Find(r.Table)!, r.Index, r.Sql))
            .Select(g => new StaleCollation(g.Key.Name, g.Key.IsDefault, g.Key.Was, g.Key.Now, [.. g]))];
    }

    /// <summary>A finding for each.</summary>
    public static IEnumerable<Finding> Find(
        Session session, ReferenceCatalog catalog, CancellationToken cancellation) =>
        Read(session, catalog.Database, cancellation).Select(c =>
            SchemaAudit.Of(session, catalog, null, SchemaProblem.Collation) with
            {
                Value = c.Was,
                Expected = c.Now,
                Problem = $"{(c.IsDefault ? "the database's collation" : $"the collation {c.Name}")} was version "
                    + $"{c.Was} and is {c.Now} now: what sorted by it was sorted in another order, so {c.Indexes.Count}"
                    + $" {(c.Indexes.Count == 1 ? "index" : "indexes")} may miss rows and let doubled ones in",
                Remedy = $"{c.Reindex(session)}; {c.Refresh}",
            });

    private string Reindex(Session session) => IsDefault || Indexes.Count > MostNamed
        ? $"reindex database concurrently {SqlText.Identifier(session.Database)}"
        : string.Join("; ", Indexes.Select(i => $"reindex index concurrently {i.Sql}"));

    private string Refresh => IsDefault
        ? $"alter database {Name} refresh collation version"
        : $"alter collation {Name} refresh version";
}
