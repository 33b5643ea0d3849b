using DataOps.Core.Kernel;
using DataOps.Core.Postgres.Catalog;

namespace DataOps.Core.Django.References;

/// <summary>Ids inside JSON and rich text, where wagtailcore_referenceindex says that they stand.</summary>
internal static class EmbeddedReferences
{
    public static IEnumerable<Reference> Of(IReadOnlyList<ContentType> contentTypes, IReadOnlyList<Reference> references, IReadOnlyList<EmbeddedPath> paths)
    {
        Dictionary<int, ContentType> types = contentTypes.ToDictionary(c => c.Id);
        return
            from path in paths
            let source = types.GetValueOrDefault(path.Source)?.Table
            let target = types.GetValueOrDefault(path.Target)
            where source is not null && target?.Table is { SingleKey: not null }
            let holder = Holder(source, path.FieldName, references)
            where holder is { SingleKey: not null }
            let column = holder.Find(path.FieldName)
            group (path, target) by (holder, column, target.Label) into found
            select new Reference(
                $"{found.Key.holder.DisplayName}.{found.Key.column.Name}->{found.Key.Label}",
                ReferenceClass.Embedded,
                Severity.Warning,
                found.Key.holder,
                [found.Key.column],
                found.First().target.Table,
                [found.First().target.Table!.SingleKey!],
                "ids inside the text, as wagtailcore_referenceindex has them");
    }

    // The field may be inherited: then it stands in a parent's table. Only text and JSON hold ids inside; a plain foreign key's path is its field, which is no
    // column.
    private static Table? Holder(Table source, string field, IReadOnlyList<Reference> references)
    {
        for (Table? table = source; table is not null; table = references.FirstOrDefault(r => r.Table == table && r.IsParentLink)?.Target)
            if (table.Find(field) is { Type.Underlying.Name: "jsonb" or "json" or "text" or "varchar" } column
                && !references.Any(r => r.Table == table && r.Column == column))
                return table;
        return null;
    }
}
