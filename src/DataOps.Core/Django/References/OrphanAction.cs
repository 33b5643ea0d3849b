namespace DataOps.Core.Django.References;

/// <summary>What becomes of an orphan.</summary>
public enum OrphanAction : long
{
    /// <summary>Its reference is cleared.</summary>
    SetNull,

    /// <summary>It is deleted, with all that depends on it by Django's on_delete.</summary>
    Delete,

    /// <summary>It refers to another row from now on.</summary>
    Repoint,

    /// <summary>It is copied as JSON into a table of its own, and deleted as by Delete.</summary>
    Quarantine,

    /// <summary>The row that it refers to is made anew: a placeholder with its key; for a stray half of a page, from the newest revision.</summary>
    RecreateParent,

    /// <summary>The missing half of a page, be it the page's or the specific one, is made anew from the newest revision.</summary>
    RebuildHalf,

    /// <summary>A page whose specific half is missing becomes a plain page.</summary>
    PlainPage,
}
