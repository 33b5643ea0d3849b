namespace DataOps.Core.Features.Trees;

/// <summary>What becomes of nodes that are not connected to the tree, and of all below them.</summary>
public enum OrphanNodes
{
    /// <summary>They stay as they are, and are told.</summary>
    Report,

    /// <summary>They get a place below the nearest ancestor that is left.</summary>
    Reattach,

    /// <summary>They are deleted, with all that depends on them.</summary>
    Delete,
}
