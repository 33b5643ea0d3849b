namespace DataOps.Core.Features.Pages;

/// <summary>The place of a moved page, relative to the target page; as treebeard has it.</summary>
public enum PagePosition
{
    /// <summary>The last child of the target.</summary>
    LastChild,

    /// <summary>The first child of the target.</summary>
    FirstChild,

    /// <summary>The sibling before the target.</summary>
    Left,

    /// <summary>The sibling after the target.</summary>
    Right,

    /// <summary>The first sibling of the target.</summary>
    FirstSibling,

    /// <summary>The last sibling of the target.</summary>
    LastSibling,
}

/// <summary>What to do with a moved page whose slug a sibling has already.</summary>
public enum OnSlugClash
{
    /// <summary>Refuse, and name both pages.</summary>
    Fail,

    /// <summary>Append -2, -3 … to the slug of the moved page.</summary>
    Suffix,
}
