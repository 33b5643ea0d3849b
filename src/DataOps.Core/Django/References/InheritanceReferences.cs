using DataOps.Core.Django.Models;
using DataOps.Core.Kernel;
using DataOps.Core.Postgres.Catalog;

namespace DataOps.Core.Django.References;

/// <summary>Multi-table inheritance, by the foreign-key rule: the primary key is also the foreign key to another table's primary key.</summary>
internal static class InheritanceReferences
{
    public static bool IsParentLink(Table table, ForeignKey key, Table target)
    {
        if (key.Columns.Count != 1 || !table.PrimaryKey.SequenceEqual(key.Columns) || !target.PrimaryKey.SequenceEqual(key.TargetColumns))
            return false;
        // A one-to-one field that is the primary key looks the same; parent_link fields are named x_ptr, or else the parent says which child it has.
        return key.Columns[0].EndsWith("_ptr_id", StringComparison.Ordinal) || (HasTypePointer(target) && !IsNamedAfter(key.Columns[0], target));
    }

    /// <summary>The other direction: a parent row whose content type says which table has its specific half.</summary>
    public static IEnumerable<Reference> SpecificHalves(IReadOnlyList<Reference> references) =>
        from link in references
        where link.IsParentLink && HasTypePointer(link.Target!)
        group link by link.Target!.Oid into children
        let parent = children.First().Target!
        select new Reference(
            $"{parent.DisplayName}.content_type_id",
            ReferenceClass.Inheritance,
            Severity.Error,
            parent,
            [parent.SingleKey!],
            null,
            [],
            $"the row's content type names the table of its specific half ({string.Join(", ", children.Select(c => c.Table.DisplayName))})")
        {
            ContentTypeColumn = parent.Find("content_type_id"),
        };

    private static bool HasTypePointer(Table table) => table.SingleKey is not null && table.ForeignKeys.Any(k => k.Columns is ["content_type_id"]);

    // page_id of wagtailcore_page, content_type_id of django_content_type.
    private static bool IsNamedAfter(string column, Table target)
    {
        string name = (Field.Referring(column) ?? column).Replace("_", "");
        return target.Name.Replace("_", "").EndsWith(name, StringComparison.Ordinal);
    }
}
