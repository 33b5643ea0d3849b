namespace DataOps.Core.Django.Trees;

/// <summary>Problems of a tree's nodes and of Wagtail's pages.</summary>
public enum TreeProblem : long
{
    /// <summary>A path has a character that is not in the alphabet.</summary>
    Alphabet,

    /// <summary>The length of a path is not a multiple of the step length.</summary>
    Length,

    /// <summary>The parent does not exist.</summary>
    Orphan,

    /// <summary>The parent exists, but the branch is below an orphan or a cycle.</summary>
    BelowOrphan,

    /// <summary>A node is its own ancestor.</summary>
    Cycle,

    /// <summary>Two nodes have the same path, or one that differs in case only.</summary>
    Duplicate,

    /// <summary>The depth does not match the node's path.</summary>
    Depth,

    /// <summary>The number of children is wrong.</summary>
    NumChild,

    /// <summary>A step of zeros: treebeard counts from one.</summary>
    Step,

    /// <summary>The last possible step is taken: no sibling can be added after it.</summary>
    Full,

    /// <summary>A second root where only one is expected.</summary>
    Root,

    /// <summary>The collation of the database sorts paths in another order than the alphabet.</summary>
    Collation,

    /// <summary>A nested set that ends before it begins.</summary>
    Interval,

    /// <summary>A nested set that begins in another and ends outside.</summary>
    Overlap,

    /// <summary>The left number is wrong.</summary>
    Left,

    /// <summary>The right number is wrong.</summary>
    Right,

    /// <summary>The level is not the number of ancestors.</summary>
    Level,

    /// <summary>The tree id is not that of the node's root, or is also that of another tree.</summary>
    TreeId,

    /// <summary>Two siblings have the same sort order.</summary>
    Order,

    /// <summary>A column that a package derives from the parents is wrong: django-treenode's.</summary>
    Derived,

    /// <summary>A closure table lacks a row of an ancestor and its descendant, or has a wrong one.</summary>
    Closure,

    /// <summary>The parent column names another row than the path, as in django CMS.</summary>
    Parent,

    /// <summary>A page's url_path does not follow from its slug and its parent's.</summary>
    UrlPath,

    /// <summary>
    /// A page's url_path names a parent that no longer exists, and another page has got that parent's path since.
    /// </summary>
    LostParent,

    /// <summary>Two children of a page have the same slug.</summary>
    Slug,

    /// <summary>A page's content type is not that of its specific row.</summary>
    ContentType,

    /// <summary>A page without its specific row.</summary>
    MissingSpecific,

    /// <summary>A specific row without a page, or of a page of another type.</summary>
    StraySpecific,

    /// <summary>The latest revision is missing, another object's, or not set though there are revisions.</summary>
    LatestRevision,

    /// <summary>The live revision is missing, or another object's.</summary>
    LiveRevision,

    /// <summary>A revision's base content type is not that of the model that its content type inherits from.</summary>
    RevisionType,

    /// <summary>A revision's content has the key of another object.</summary>
    RevisionObject,

    /// <summary>
    /// The JSON of a page's revision has another content type's number than its row: that of the site it came from.
    /// </summary>
    RevisionContentType,

    /// <summary>An alias of a page that does not exist, or of itself through other aliases.</summary>
    Alias,

    /// <summary>Two pages have the same translation key and locale.</summary>
    Translation,

    /// <summary>A site whose root page does not exist, or is not connected to the tree.</summary>
    Site,
}

/// <summary>One thing that is wrong with a row.</summary>
/// <param name="Class">What.</param>
/// <param name="Severity">How bad that is.</param>
/// <param name="Table">The table.</param>
/// <param name="Key">The row's key as text; null where the table is meant.</param>
/// <param name="Column">The column.</param>
/// <param name="Value">What stands there.</param>
/// <param name="Expected">What should; null for NULL, or where only a person can say.</param>
/// <param name="Note">What else there is to know.</param>
internal sealed record Problem(
    TreeProblem Class, Severity Severity, Table Table, string? Key, string Column, string? Value, string? Expected,
    string? Note = null)
{
    /// <summary>All of it in words, where value and expectation do not say it; else null.</summary>
    public string? Sentence { get; init; }
}
