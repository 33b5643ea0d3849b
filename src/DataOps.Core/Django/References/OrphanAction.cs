namespace DataOps.Core.Django.References;

/// <summary>How an orphan is repaired.</summary>
public enum OrphanAction : long
{
    /// <summary>Set the reference to NULL.</summary>
    SetNull,

    /// <summary>Delete the row and apply Django's on_delete to dependent rows.</summary>
    Delete,

    /// <summary>Change the reference to another row.</summary>
    Repoint,

    /// <summary>Copy the row and its dependent rows as JSON into a table, then delete them.</summary>
    Quarantine,

    /// <summary>
    /// Insert the missing target: a placeholder with its key; for a specific row without its page, from the newest
    /// revision.
    /// </summary>
    RecreateParent,

    /// <summary>
    /// Insert the missing row of a page, in wagtailcore_page or its specific table, from the newest revision.
    /// </summary>
    RebuildHalf,

    /// <summary>Convert a page without its specific row to a plain page.</summary>
    PlainPage,
}
