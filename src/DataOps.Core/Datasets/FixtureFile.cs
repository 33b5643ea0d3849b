using System.IO.Compression;

namespace DataOps.Core.Datasets;

/// <summary>Opens a dataset file, decompressed where its content is gzip.</summary>
internal static class FixtureFile
{
    /// <exception cref="DataOpsException">There is no such file, or it may not be read.</exception>
    public static Stream Open(string path)
    {
        try
        {
            FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
            return IsGzip(file) ? new GZipStream(file, CompressionMode.Decompress) : file;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new DataOpsException("FileNotFound", FailureKind.NotFound, $"There is no file {path}.", "Check the path.", path, e);
        }
        catch (UnauthorizedAccessException e)
        {
            string what = Directory.Exists(path) ? "is a folder" : "may not be read by this user";
            throw new DataOpsException("FileNotReadable", FailureKind.PermissionDenied, $"{path} {what}.", "Name a dataset file that you may read.", path, e);
        }
    }

    // By content, as files get renamed; a pipe cannot be looked at twice, and there the name tells.
    private static bool IsGzip(FileStream file)
    {
        if (!file.CanSeek)
            return file.Name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);
        bool isGzip = file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
        file.Position = 0;
        return isGzip;
    }
}
