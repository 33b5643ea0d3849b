namespace DataOps.Core.Django.References;

/// <summary>
/// The other direction of inheritance: a parent's row whose content type says which table has its specific half.
/// </summary>
internal sealed class SpecificRowReference(Table parent, string evidence) : TypedReference(
    $"{parent.DisplayName}.content_type_id", ReferenceClass.Inheritance, Severity.Error, parent, parent.SingleKey!,
    parent.Find("content_type_id")!, evidence)
{
    /// <inheritdoc/>
    public override string ColumnText => ContentTypeColumn.Name;

    /// <summary>Those of a database.</summary>
    public static IEnumerable<Reference> Of(DatabaseCatalog database, IReadOnlyList<Reference> references) =>
        from link in references
        where link.IsParentLink && HasTypePointer(link.Target!) && database.IsOfSite(link.Target!)
        group link by link.Target!.Oid into children
        select new SpecificRowReference(
            children.First().Target!,
            "the content type of the row names the table of its specific row "
                + $"({string.Join(", ", children.Select(c => c.Table.DisplayName))})");

    /// <summary>
    /// Whether rows of a table say by a content type what they are; beside an object id it says what they belong to.
    /// </summary>
    public static bool HasTypePointer(Table table) =>
        table.SingleKey is not null && table.ForeignKeys.Any(k => k.Columns is ["content_type_id"])
            && !DjangoTables.ObjectId.Any(n => n.Contains('_') && table.Find(n) is not null);

    // Which row is meant is the key; the value is the content type.
    internal override SqlText Value(Alias alias) => KeyText.Of([ContentTypeColumn], alias);

    /// <inheritdoc/>
    internal override IReadOnlyList<OrphanAction> Repairs(ReferenceCatalog catalog) => catalog.IsPage(Table)
        ? [OrphanAction.RebuildHalf, OrphanAction.PlainPage, OrphanAction.Quarantine, OrphanAction.Delete]
        : [OrphanAction.Quarantine, OrphanAction.Delete];

    /// <inheritdoc/>
    protected override MissingTarget? MissingTarget(int id, ContentType? contentType) => contentType switch
    {
        // A row of the parent's own type, or of a model without columns of its own, has no other half.
        { Table: { } own } when own.Oid == Table.Oid => null,
        { Table: null, Label: var label } => Unknown(id, label),
        { Table: { IsReadable: true, SingleKey: not null } table, Label: var label } =>
            Missing(id, table, $"its specific row in {table} ({label}) is missing"),
        // A content type that is itself missing is the foreign key's finding.
        _ => null,
    };
}
