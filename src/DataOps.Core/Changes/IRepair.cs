namespace DataOps.Core.Changes;

/// <summary>One thing that a repair does: planned with all others, applied under lock.</summary>
internal interface IRepair
{
    /// <summary>Plans the rows that it changes.</summary>
    /// <exception cref="DataOpsException">It cannot be done to some of them: to which, and why.</exception>
    void Plan();

    /// <summary>Changes them, except for rows that are deleted: the plan does that.</summary>
    void Apply();

    /// <summary>What changes in rows that stay, and which come.</summary>
    IEnumerable<RowChange> Describe(RowChanges changed);
}
