namespace DataOps.Core.Changes;

/// <summary>What to do with a row that references a deleted row, where on_delete is unknown.</summary>
public enum OnDependent
{
    /// <summary>List the rows and change nothing.</summary>
    Fail,

    /// <summary>Delete the row, and the rows that reference it.</summary>
    Cascade,

    /// <summary>
    /// Set the reference to NULL where the column allows it; otherwise list the rows and change nothing.
    /// </summary>
    SetNull,
}
