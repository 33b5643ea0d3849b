using DataOps.Core.Django.Knowledge;
using DataOps.Core.Django.References;
using DataOps.Core.Kernel;
using DataOps.Core.Postgres.Catalog;

namespace DataOps.Core.Features.Orphans;

/// <summary>Which actions suit the orphans of a reference, and which is safe when nobody says.</summary>
internal static class RepairChoices
{
    /// <summary>The actions that suit, the mildest first; none for what another cmdlet repairs.</summary>
    public static IReadOnlyList<OrphanAction> Of(ReferenceCatalog catalog, Reference reference) => reference switch
    {
        { Class: ReferenceClass.Tree or ReferenceClass.Embedded } => [],
        { Class: ReferenceClass.Inheritance, ContentTypeColumn: not null } => IsPage(catalog, reference.Table)
            ? [OrphanAction.RebuildHalf, OrphanAction.PlainPage, OrphanAction.Quarantine, OrphanAction.Delete]
            : [OrphanAction.Quarantine, OrphanAction.Delete],
        { IsParentLink: true } => LeadsToPage(catalog, reference)
            ? [OrphanAction.RebuildHalf, OrphanAction.RecreateParent, OrphanAction.Quarantine, OrphanAction.Delete]
            : [OrphanAction.RecreateParent, OrphanAction.Quarantine, OrphanAction.Delete],
        _ => [.. Ordinary(catalog, reference)],
    };

    /// <summary>What is done when nobody says: a declared reference that may be NULL is cleared, and nothing else is certain.</summary>
    public static OrphanAction? Default(ReferenceCatalog catalog, Reference reference) =>
        reference.Severity != Severity.Expected
        && reference.Class is ReferenceClass.ForeignKey or ReferenceClass.Unvalidated or ReferenceClass.Generic
        && Of(catalog, reference).Contains(OrphanAction.SetNull)
            ? OrphanAction.SetNull : null;

    /// <summary>The columns that clearing a reference sets to NULL: those that may be.</summary>
    public static IEnumerable<Column> Clearable(Reference reference) =>
        (reference.Class == ReferenceClass.Generic ? reference.Columns.Append(reference.ContentTypeColumn!) : reference.Columns)
            .Where(c => c is { NotNull: false, IsWritable: true });

    /// <summary>Whether a table is Wagtail's of pages.</summary>
    public static bool IsPage(ReferenceCatalog catalog, Table table) => table == catalog.TableOf(WagtailTables.Page);

    /// <summary>Whether a half belongs to a page, be it over several tables.</summary>
    public static bool LeadsToPage(ReferenceCatalog catalog, Reference link)
    {
        for (Reference? next = link; next is not null; next = catalog.ParentLink(next.Target!))
            if (IsPage(catalog, next.Target!))
                return true;
        return false;
    }

    private static IEnumerable<OrphanAction> Ordinary(ReferenceCatalog catalog, Reference reference)
    {
        if (Clearable(reference).Any())
            yield return OrphanAction.SetNull;
        // A row cannot be told any more when its own key changes.
        if (reference.Columns.Count == 1 && !reference.Table.PrimaryKey.Contains(reference.Column.Name))
            yield return OrphanAction.Repoint;
        if (reference is { Columns.Count: 1, Target: { } target } && PlaceholderParents.Obstacle(catalog, target, reference.TargetColumns[0]) is null)
            yield return OrphanAction.RecreateParent;
        yield return OrphanAction.Quarantine;
        yield return OrphanAction.Delete;
    }
}
