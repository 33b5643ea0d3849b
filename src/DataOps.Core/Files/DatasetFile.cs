using System.IO.Compression;

namespace DataOps.Core.Files;

/// <summary>
/// A dataset file in the making: written beside its place, and put there when it is whole. The standard output gets
/// what is written at once.
/// </summary>
internal sealed record DatasetFile(string Path, DatasetFormat Format, bool IsCompressed, bool Overwrite)
{
    /// <summary>Checks everything that can be checked before a row is read.</summary>
    /// <exception cref="DataOpsException">The file is there, the folder is not, or the ending names no
    /// format.</exception>
    public static DatasetFile Create(string path, DatasetFormat? format, bool overwrite)
    {
        if (string.IsNullOrWhiteSpace(path))
            throw new DataOpsException(
                ErrorIds.InvalidPath, FailureKind.InvalidArgument, "There is no path to write to.", "Give -Path.");
        if (FixtureFile.IsStandard(path))
            return new DatasetFile(path, format ?? DatasetFormat.Json, IsCompressed: false, overwrite);
        string full = FullPath.Of(path);
        bool isCompressed = full.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);
        format ??= System.IO.Path.GetExtension(isCompressed ? full[..^3] : full).ToLowerInvariant() switch
        {
            ".json" => DatasetFormat.Json,
            ".jsonl" => DatasetFormat.Jsonl,
            string ending => throw new DataOpsException(
                ErrorIds.UnknownFormat, FailureKind.InvalidArgument,
                $"The ending \"{ending}\" of {full} names no format.",
                "End the name in .json or .jsonl (and .gz to compress), or give -Format.", full),
        };
        if (Directory.Exists(full))
            throw new DataOpsException(
                ErrorIds.InvalidPath, FailureKind.InvalidArgument, $"{full} is a folder.", "Name a file in it.", full);
        if (File.Exists(full) && !overwrite)
            throw new DataOpsException(
                ErrorIds.FileExists, FailureKind.AlreadyExists, $"{full} exists already.",
                "Choose another name, or overwrite it with -Force.", full);
        if (!Directory.Exists(System.IO.Path.GetDirectoryName(full)))
            throw new DataOpsException(
                ErrorIds.FolderNotFound, FailureKind.NotFound,
                $"There is no folder {System.IO.Path.GetDirectoryName(full)}.", "Create it first.", full);
        return new DatasetFile(full, format.Value, isCompressed, overwrite);
    }

    /// <summary>
    /// Writes the file and returns its size in bytes; whatever fails, a file that was there before is as it was, and no
    /// half one is left.
    /// </summary>
    public long Write(Action<Stream> write)
    {
        if (FixtureFile.IsStandard(Path))
            return WriteStandard(write);
        string unfinished = System.IO.Path.Join(
            System.IO.Path.GetDirectoryName(Path), $".{System.IO.Path.GetFileName(Path)}.{Guid.NewGuid():N}");
        try
        {
            using (FileStream file = PrivateFile.Create(unfinished, Path))
            {
                if (IsCompressed)
                    using (GZipStream gzip = new(file, CompressionLevel.Optimal, leaveOpen: true))
                        write(gzip);
                else
                    write(file);
                file.Flush(flushToDisk: true);
            }
            File.Move(unfinished, Path, Overwrite);
            return new FileInfo(Path).Length;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataOpsException(
                ErrorIds.WriteFailed, FailureKind.InvalidOperation, $"{Path} could not be written: {e.Message}",
                "Check the free space and the folder's rights.", Path, e);
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    private static long WriteStandard(Action<Stream> write)
    {
        try
        {
            using CountingStream output = new(StandardOutput.Open());
            write(output);
            return output.Count;
        }
        catch (IOException e)
        {
            throw new DataOpsException(
                ErrorIds.WriteFailed, FailureKind.InvalidOperation,
                $"The standard output could not be written: {e.Message}",
                "What was written is incomplete.", "-", e);
        }
    }
}
