namespace DataOps.Core.Features.Datasets.Import;

/// <summary>What becomes of a row of the target that is in the way of a row of the file.</summary>
public enum OnConflict
{
    /// <summary>
    /// A row with the same key gets the file's values; another row that holds a unique value of the file's row is named, and nothing is loaded.
    /// </summary>
    Update,

    /// <summary>As Update, but a row that holds a unique value of the file's row gives way to it, and what referred to it refers to the file's row.</summary>
    Replace,

    /// <summary>The target's row stays as it is, and the file's is left out; what in the file refers to it refers to the row that stays.</summary>
    Skip,

    /// <summary>As Update, but where another row holds a unique text of the file's row, the file's row gets it with -2, -3 and so on behind it.</summary>
    Suffix,

    /// <summary>A row that is there already and differs is named, and nothing is loaded.</summary>
    Fail,
}
