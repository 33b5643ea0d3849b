namespace DataOps.Core.Features.Pages;

/// <summary>Where a page is put, seen from another one; as treebeard has it.</summary>
public enum PagePosition
{
    /// <summary>Below it, behind its other children.</summary>
    LastChild,

    /// <summary>Below it, before its other children.</summary>
    FirstChild,

    /// <summary>Beside it, just before it.</summary>
    Left,

    /// <summary>Beside it, just behind it.</summary>
    Right,

    /// <summary>Beside it, before all others.</summary>
    FirstSibling,

    /// <summary>Beside it, behind all others.</summary>
    LastSibling,
}

/// <summary>What becomes of a page whose slug a page beside its new place has already.</summary>
public enum OnSlugClash
{
    /// <summary>Both are named, and nothing is moved.</summary>
    Fail,

    /// <summary>The moved page gets its slug with -2, -3 and so on behind it.</summary>
    Suffix,
}
