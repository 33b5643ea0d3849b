namespace DataOps.Core.Features.Storages;

/// <summary>A problem of files and the rows that name them.</summary>
public enum StorageProblem : long
{
    /// <summary>A row names a file that is not there.</summary>
    MissingFile,

    /// <summary>The file that a row names differs in case, or in the form of its accents.</summary>
    DifferentName,

    /// <summary>A row names what is no path below its storage.</summary>
    OutsideStorage,

    /// <summary>The file that a row names is empty.</summary>
    EmptyFile,

    /// <summary>The file does not have the size that its row says.</summary>
    WrongSize,

    /// <summary>The file does not have the SHA-1 that its row says.</summary>
    WrongHash,

    /// <summary>Several rows name a file that the application deletes with each of them.</summary>
    SharedFile,

    /// <summary>The image of a rendition is gone.</summary>
    RenditionWithoutImage,

    /// <summary>No row names the file, in a folder that the application's fields write to.</summary>
    FileWithoutRow,

    /// <summary>Files in a folder that no known field writes to: whose they are cannot be told.</summary>
    UnknownFile,

    /// <summary>A column that nobody calls a file field holds paths of files that are there.</summary>
    UnknownField,
}
