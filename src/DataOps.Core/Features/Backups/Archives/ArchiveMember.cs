using System.Security.Cryptography;

namespace DataOps.Core.Features.Backups.Archives;

/// <summary>A member of an archive.</summary>
/// <param name="Name">Its name in the archive, with slashes.</param>
/// <param name="Bytes">Its size there.</param>
/// <param name="Sha256">The SHA-256 of these bytes, in hexadecimal.</param>
internal sealed record ArchiveMember(string Name, long Bytes, string Sha256)
{
    /// <summary>When the file of a storage was last written, in UTC; null for other members.</summary>
    public DateTime? Modified { get; init; }
}

/// <summary>SHA-256 as texts have it.</summary>
internal static class Sha256Text
{
    /// <summary>The SHA-256 of bytes, in hexadecimal digits of lower case.</summary>
    public static string Of(ReadOnlySpan<byte> bytes) => Convert.ToHexString(SHA256.HashData(bytes)).ToLowerInvariant();
}

/// <summary>The names that members of an archive can have, so that no file is written outside of its place.</summary>
internal static class MemberName
{
    /// <summary>What a backup says of itself; the last member but one.</summary>
    public const string Manifest = "manifest.json";

    /// <summary>The manifest's SHA-256, as <c>sha256sum -c</c> reads it; the last member.</summary>
    public const string ManifestHash = "manifest.json.sha256";

    /// <summary>The modes of files that none runs as another account.</summary>
    public const UnixFileMode PlainMode = (UnixFileMode)0b111_111_111;

    private const int MostBytes = 4096;
    private const int MostOfPart = 255;

    private static readonly string[] s_devices =
    [
        "con", "prn", "aux", "nul", .. Enumerable.Range(1, 9).SelectMany(i => new[] { $"com{i}", $"lpt{i}" }),
    ];

    /// <summary>Why a name is refused; null when it is not.</summary>
    public static string? WhyNot(string name)
    {
        string[] parts = name.Split('/');
        return name.Length is 0 or > MostBytes ? "it is empty, or too long"
            : name.Any(c => char.IsControl(c) || c is '\\' or ':')
                ? "it has a control character, a backslash or a colon"
            : parts.Any(p => p.Length is 0 or > MostOfPart) ? "it has an empty or overlong part"
            : parts.Any(p => p is "." or "..") ? "it leads out of its folder"
            : parts.Any(p => p[^1] is '.' or ' ') ? "a part of it ends in a dot or a space"
            : parts.Any(p => s_devices.Contains(p.Split('.')[0].ToLowerInvariant()))
                ? "a part of it is a device of Windows"
            : null;
    }
}
