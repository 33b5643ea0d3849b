using DataOps.Core.Kernel;
using DataOps.Core.Postgres.Catalog;

namespace DataOps.Core.Django.References;

/// <summary>How one knows that a column points at something, and so what an orphan there means.</summary>
public enum ReferenceClass : long
{
    /// <summary>A declared foreign key that PostgreSQL enforces; violated all the same after damage.</summary>
    ForeignKey,

    /// <summary>A declared foreign key that is NOT VALID, NOT ENFORCED, or whose triggers are disabled.</summary>
    Unvalidated,

    /// <summary>A foreign key of Django's without a constraint (db_constraint=False): history that outlives its target by design.</summary>
    Soft,

    /// <summary>A content type and an object id (GenericForeignKey).</summary>
    Generic,

    /// <summary>Multi-table inheritance: a row in two tables, of which one half is missing.</summary>
    Inheritance,

    /// <summary>A tree node whose parent is told by its path.</summary>
    Tree,

    /// <summary>An id inside JSON or rich text, known from wagtailcore_referenceindex.</summary>
    Embedded,

    /// <summary>A column without a constraint whose name is that of a reference to a model.</summary>
    Implied,
}

/// <summary>One column set that points at another.</summary>
/// <param name="Name">The constraint's name; without a constraint <c>table.column</c>.</param>
/// <param name="Class">How one knows.</param>
/// <param name="Severity">How bad an orphan is.</param>
/// <param name="Table">The table that refers.</param>
/// <param name="Columns">The columns that refer; for a generic reference the object id, for <see cref="ReferenceClass.Tree"/> the path.</param>
/// <param name="Target">The table referred to; null when each row names its own (generic references, the specific halves of inheritance).</param>
/// <param name="TargetColumns">The columns referred to.</param>
/// <param name="Evidence">Why it is taken for a reference, in words.</param>
public sealed record Reference(
    string Name,
    ReferenceClass Class,
    Severity Severity,
    Table Table,
    IReadOnlyList<Column> Columns,
    Table? Target,
    IReadOnlyList<Column> TargetColumns,
    string Evidence)
{
    /// <summary>The declared constraint, where there is one.</summary>
    public ForeignKey? Constraint { get; init; }

    /// <summary>
    /// The column that holds the django_content_type.id that says which table is meant; null unless generic, inheritance's specific half or embedded.
    /// </summary>
    public Column? ContentTypeColumn { get; init; }

    /// <summary>Whether it leads from a row to its own half in the parent's table, be the constraint valid or not.</summary>
    public bool IsParentLink { get; init; }

    /// <summary>
    /// Whether it is a field of Django's that refers; a generic object id and a path are columns like others, and so is a number that only looks like a
    /// reference.
    /// </summary>
    public bool IsField =>
        IsParentLink
        || (Columns.Count == 1 && Class is ReferenceClass.ForeignKey or ReferenceClass.Unvalidated or ReferenceClass.Soft)
        || (Class == ReferenceClass.Implied && ImpliedReferences.IsIndexedAsForeignKey(Table, Column));

    /// <summary>The one column that refers.</summary>
    public Column Column => Columns[0];

    /// <summary>Whether a row can do without its target.</summary>
    public bool IsNullable => Columns.Any(c => !c.NotNull);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
