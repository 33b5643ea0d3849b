namespace DataOps.Core.Changes;

/// <summary>What to do with a row that references a deleted row, where on_delete is unknown.</summary>
public enum OnDependent
{
    /// <summary>List the rows and change nothing.</summary>
    Fail,

    /// <summary>
    /// Delete the row, and the rows that reference it; a reference that may be NULL is cleared, and its row stays.
    /// </summary>
    Cascade,

    /// <summary>As Cascade, and also delete the rows, but for pages, whose reference may be NULL.</summary>
    CascadeAll,

    /// <summary>
    /// Set the reference to NULL where the column allows it; otherwise list the rows and change nothing.
    /// </summary>
    SetNull,
}
