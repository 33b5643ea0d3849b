using System.IO.Compression;

namespace DataOps.Core.Files;

/// <summary>A dataset file in the making, which appears when it is whole.</summary>
internal sealed record DatasetFile(WholeFile File, DatasetFormat Format, bool IsCompressed)
{
    /// <summary>Its full path; <c>-</c> for the standard output.</summary>
    public string Path => File.Path;

    /// <summary>Checks everything that can be checked before a row is read.</summary>
    /// <exception cref="DataOpsException">The file is there, the folder is not, or the ending names no
    /// format.</exception>
    public static DatasetFile Create(string path, DatasetFormat? format, bool overwrite)
    {
        if (FixtureFile.IsStandard(path))
            return new DatasetFile(
                WholeFile.Create(path, overwrite), format ?? DatasetFormat.Json, IsCompressed: false);
        bool isCompressed = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);
        if (!string.IsNullOrWhiteSpace(path))
            format ??= FormatOf(FullPath.Of(path), isCompressed);
        return new DatasetFile(
            WholeFile.Create(path, overwrite), format ?? DatasetFormat.Json, isCompressed);
    }

    /// <inheritdoc cref="WholeFile.Write"/>
    public long Write(Action<Stream> write) => File.Write(!IsCompressed ? write : file =>
    {
        using GZipStream gzip = new(file, CompressionLevel.Optimal, leaveOpen: true);
        write(gzip);
    });

    private static DatasetFormat FormatOf(string full, bool isCompressed) =>
        System.IO.Path.GetExtension(isCompressed ? full[..^3] : full).ToLowerInvariant() switch
        {
            ".json" => DatasetFormat.Json,
            ".jsonl" => DatasetFormat.Jsonl,
            string ending => throw new DataOpsException(
                ErrorIds.UnknownFormat, FailureKind.InvalidArgument,
                $"The ending \"{ending}\" of {full} names no format.",
                "End the name in .json or .jsonl (and .gz to compress), or give -Format.", full),
        };
}
