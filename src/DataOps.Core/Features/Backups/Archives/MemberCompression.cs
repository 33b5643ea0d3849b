namespace DataOps.Core.Features.Backups.Archives;

/// <summary>How the members of an archive are compressed.</summary>
public enum BackupCompression : long
{
    /// <summary>By Zstandard, as <c>zstd</c> reads it.</summary>
    Zstd,

    /// <summary>By gzip.</summary>
    Gzip,

    /// <summary>Not at all.</summary>
    None,
}

/// <summary>How members of an archive are named by their compression.</summary>
internal static class MemberCompression
{
    /// <summary>What the names of compressed members end in.</summary>
    public static string Ending(this BackupCompression compression) => compression switch
    {
        BackupCompression.Zstd => ".zst",
        BackupCompression.Gzip => ".gz",
        _ => "",
    };
}
