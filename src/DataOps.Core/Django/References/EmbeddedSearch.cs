using DataOps.Core.Django.Knowledge;
using DataOps.Core.Postgres.Catalog;
using DataOps.Core.Postgres.Connections;
using DataOps.Core.Postgres.Sql;
using Npgsql;

namespace DataOps.Core.Django.References;

/// <summary>Ids inside JSON and rich text: where wagtailcore_referenceindex has a reference without a target, and the text still holds the id.</summary>
internal static class EmbeddedSearch
{
    public static IEnumerable<DanglingReference> In(Session session, ReferenceCatalog catalog, Reference reference, CancellationToken cancellation)
    {
        string index = catalog.TableOf(WagtailTables.ReferenceIndex)!.Sql;
        Table holder = reference.Table;
        // The index may be older than the text, so the text has the last word; it is only read for what is missing.
        string sql = $$"""
            with missing as materialized (
              select r.object_id, r.to_object_id, min(r.content_path) as content_path from {{index}} r
              where r.content_type_id = $1 and r.to_content_type_id = $2 and split_part(r.model_path, '.', 1) = $3
              and not exists (select 1 from {{reference.Target!.Sql}} p where p.{{SqlText.Identifier(reference.TargetColumns[0].Name)}}::text = r.to_object_id)
              group by r.object_id, r.to_object_id)
            select {{OrphanSql.Key(holder, "s")}}, m.to_object_id, m.content_path
            from missing m join {{holder.Sql}} s on s.{{SqlText.Identifier(holder.PrimaryKey[0])}}::text = m.object_id
            where s.{{SqlText.Identifier(reference.Column.Name)}}::text
              ~ ('(^|[^0-9a-zA-Z-])' || regexp_replace(m.to_object_id, '([^0-9a-zA-Z-])', '\\\1', 'g') || '($|[^0-9a-zA-Z-])')
            """;
        return catalog.EmbeddedPaths.Where(p => Concerns(catalog, reference, p)).SelectMany(p => session.Stream(
            sql,
            row => new DanglingReference(reference, row.GetString(0), row.GetString(1), null, $"inside the text, at {row.GetString(2)}"),
            cancellation,
            new NpgsqlParameter<int> { TypedValue = p.Source },
            new NpgsqlParameter<int> { TypedValue = p.Target },
            new NpgsqlParameter<string> { TypedValue = p.FieldName }));
    }

    private static bool Concerns(ReferenceCatalog catalog, Reference reference, EmbeddedPath path) =>
        path.FieldName == reference.Column.Name
        && catalog.ContentTypeOf(path.Target)?.Table?.Oid == reference.Target!.Oid
        && catalog.ContentTypeOf(path.Source)?.Table is { } source
        && Chain(catalog, source).Any(t => t.Oid == reference.Table.Oid);

    private static IEnumerable<Table> Chain(ReferenceCatalog catalog, Table table)
    {
        for (Table? next = table; next is not null; next = catalog.ModelOf(next)?.Parent)
            yield return next;
    }
}
