namespace DataOps.Core.Django.References;

/// <summary>
/// A declared foreign key; one that is the primary key leads from a row to its half in the parent's table.
/// </summary>
internal sealed class ForeignKeyReference(
    ForeignKey key, Table table, Table target, bool isParentLink, bool isDescribed) : TargetReference(
    key.Name, ClassOf(key, isParentLink), Severity.Error, table, [.. key.Columns.Select(c => table.Find(c)!)], target,
    [.. key.TargetColumns.Select(c => target.Find(c)!)], EvidenceOf(key, isParentLink))
{
    /// <inheritdoc/>
    public override ForeignKey Constraint => key;

    /// <inheritdoc/>
    public override bool IsParentLink => isParentLink;

    /// <inheritdoc/>
    public override bool IsField => isParentLink || Columns.Count == 1;

    /// <inheritdoc/>
    protected override string Note(string value) => Class == ReferenceClass.Inheritance
        ? $"its parent row in {Target} is missing"
        : $"{Evidence}; the column {(IsNullable ? "can" : "cannot")} be NULL";

    /// <inheritdoc/>
    public override KnownBy KnownBy => isDescribed ? KnownBy.SiteDescription : KnownBy.Constraint;

    /// <summary>Those that a table's rows make.</summary>
    /// <param name="database">The tables.</param>
    /// <param name="table">The table.</param>
    /// <param name="parentLinks">The columns that the site's description calls parent links.</param>
    public static IEnumerable<Reference> Of(
        DatabaseCatalog database, Table table, IReadOnlyList<string> parentLinks) =>
        from key in table.ForeignKeys
        let target = database.Find(key.Target)
        where target is not null
        let isDescribed = key.Columns is [{ } column] && parentLinks.Contains(column) && IsOfKeys(table, key, target)
        select new ForeignKeyReference(
            key, table, target, isDescribed || IsInheritance(table, key, target), isDescribed);

    /// <inheritdoc/>
    internal override SqlText IsTarget(IReadOnlyList<SqlText> values, Alias target) => key.IsTarget(values, target);

    /// <inheritdoc/>
    internal override SqlText IsAmongTargets(Alias alias) => key.IsAmongTargets(alias, Target);

    /// <inheritdoc/>
    internal override IReadOnlyList<OrphanAction> Repairs(ReferenceCatalog catalog) =>
        isParentLink ? HalfRepairs(catalog) : base.Repairs(catalog);

    /// <inheritdoc/>
    internal override OrphanAction? DefaultRepair(ReferenceCatalog catalog) =>
        Class != ReferenceClass.Inheritance && !IsRevisionPointer && Repairs(catalog).Contains(OrphanAction.SetNull)
            ? OrphanAction.SetNull
            : null;

    private static ReferenceClass ClassOf(ForeignKey key, bool isParentLink) =>
        !key.IsValidated || !key.IsEnforced ? ReferenceClass.Unvalidated
        : isParentLink ? ReferenceClass.Inheritance
        : ReferenceClass.ForeignKey;

    private static string EvidenceOf(ForeignKey key, bool isParentLink) => ClassOf(key, isParentLink) switch
    {
        ReferenceClass.Unvalidated when !key.IsEnforced => "foreign key, not enforced",
        ReferenceClass.Unvalidated => "foreign key, NOT VALID",
        ReferenceClass.Inheritance => "foreign key that is the primary key: multi-table inheritance",
        _ => "foreign key",
    };

    // Multi-table inheritance: the primary key is also the foreign key to another table's primary key.
    private static bool IsInheritance(Table table, ForeignKey key, Table target)
    {
        if (!IsOfKeys(table, key, target))
            return false;
        // A one-to-one field that is the primary key looks the same; parent_link fields are named x_ptr, or else the
        // parent says which child it has.
        return key.Columns[0].EndsWith("_ptr_id", StringComparison.Ordinal)
            || (SpecificRowReference.HasTypePointer(target) && !IsNamedAfter(key.Columns[0], target));
    }

    private static bool IsOfKeys(Table table, ForeignKey key, Table target) => key.Columns.Count == 1
        && table.PrimaryKey.SequenceEqual(key.Columns) && target.PrimaryKey.SequenceEqual(key.TargetColumns);

    // page_id of wagtailcore_page, content_type_id of django_content_type.
    private static bool IsNamedAfter(string column, Table target)
    {
        string name = (Field.Referring(column) ?? column).Replace("_", "");
        return target.Name.Replace("_", "").EndsWith(name, StringComparison.Ordinal);
    }
}
