namespace DataOps.Core.Features.Datasets;

/// <summary>What to do with a reference without a target.</summary>
public enum OnMissingReference
{
    /// <summary>Refuse and list the references; history that outlives its targets by design keeps its keys.</summary>
    Fail,

    /// <summary>Set NULL where the column allows it, otherwise refuse; leave out many-to-many rows.</summary>
    Null,

    /// <summary>Keep the key.</summary>
    KeepKey,

    /// <summary>Leave out the row, and the rows that reference it.</summary>
    SkipRow,

    /// <summary>Keep the key, and list the references in a warning.</summary>
    Report,
}
