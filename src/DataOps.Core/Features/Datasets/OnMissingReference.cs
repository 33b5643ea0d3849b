namespace DataOps.Core.Features.Datasets;

/// <summary>What becomes of a reference whose target is missing.</summary>
public enum OnMissingReference
{
    /// <summary>Refuse, with all of them listed. History that outlives its targets by design keeps its keys.</summary>
    Fail,

    /// <summary>NULL, where the column allows it, and out of a many-to-many list; refuse where it does not.</summary>
    Null,

    /// <summary>The key as it is.</summary>
    KeepKey,

    /// <summary>Leave the row out, and then what refers to it.</summary>
    SkipRow,

    /// <summary>The key as it is, and each one named.</summary>
    Report,
}
