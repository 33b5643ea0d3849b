using System.IO.Compression;
using ZstdSharp;

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

/// <summary>How members of an archive are named by their compression, and read.</summary>
internal static class MemberCompression
{
    /// <summary>What the names of compressed members end in.</summary>
    public static string Ending(this BackupCompression compression) => compression switch
    {
        BackupCompression.Zstd => ".zst",
        BackupCompression.Gzip => ".gz",
        _ => "",
    };

    /// <summary>What a member was before; its name tells how it was compressed.</summary>
    /// <param name="name">The member.</param>
    /// <param name="packed">Its content.</param>
    /// <param name="most">The most bytes that it can have been; more are refused before they are made.</param>
    /// <exception cref="InvalidDataException">It cannot be unpacked, or was larger.</exception>
    public static byte[] Unpack(string name, byte[] packed, int most)
    {
        try
        {
            if (name.EndsWith(".zst", StringComparison.Ordinal))
            {
                using Decompressor zstd = new();
                return zstd.Unwrap(packed, most).ToArray();
            }
            if (!name.EndsWith(".gz", StringComparison.Ordinal))
                return packed;
            using GZipStream gzip = new(new MemoryStream(packed), CompressionMode.Decompress);
            MemoryStream content = new();
            byte[] buffer = new byte[1 << 16];
            for (int read; (read = gzip.Read(buffer)) > 0;)
            {
                content.Write(buffer, 0, read);
                if (content.Length > most)
                    throw new InvalidDataException($"{name} is larger than any member.");
            }
            return content.ToArray();
        }
        catch (ZstdException e)
        {
            throw new InvalidDataException($"{name} cannot be unpacked: {e.Message}", e);
        }
    }
}
