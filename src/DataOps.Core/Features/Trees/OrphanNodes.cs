namespace DataOps.Core.Features.Trees;

/// <summary>What to do with nodes that are not connected to the tree, and with their descendants.</summary>
public enum OrphanNodes
{
    /// <summary>Report them and keep them.</summary>
    Report,

    /// <summary>Attach them below the nearest ancestor that exists.</summary>
    Reattach,

    /// <summary>Delete them with their dependent rows.</summary>
    Delete,
}
