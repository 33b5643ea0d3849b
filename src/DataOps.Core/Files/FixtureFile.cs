using DataOps.Core.Files.Compression;

namespace DataOps.Core.Files;

/// <summary>A dataset file to read, or the standard input.</summary>
/// <param name="Path">Where it is; <c>-</c> for the standard input.</param>
/// <param name="Format">What the user says about its format; null when its name or its content tells.</param>
internal sealed record FixtureFile(string Path, DatasetFormat? Format)
{
    private const string StandardStream = "-";

    /// <summary>What messages call it.</summary>
    public string Name => IsStandard(Path) ? "standard input" : Path;

    /// <summary>Takes a path as the user gives it.</summary>
    /// <exception cref="DataOpsException">No path is given.</exception>
    public static FixtureFile Of(string path, DatasetFormat? format)
    {
        if (string.IsNullOrWhiteSpace(path))
            throw new DataOpsException(ErrorIds.MissingOption, FailureKind.InvalidArgument, "No file is named.",
                "Name the dataset file with -Path.", nameof(Path));
        return new FixtureFile(IsStandard(path) ? path : FullPath.Of(path), format);
    }

    /// <summary>Whether a path stands for the standard input or output.</summary>
    public static bool IsStandard(string path) => path == StandardStream;

    /// <summary>Opens it for reading, decompressed.</summary>
    /// <exception cref="DataOpsException">There is no such file, it may not be read, or its compression is
    /// damaged.</exception>
    public Decompression Open()
    {
        Stream file = OpenFile();
        try
        {
            return Decompression.Open(file, Name);
        }
        catch (InvalidDataException e)
        {
            file.Dispose();
            throw new DataOpsException(
                ErrorIds.DamagedFile, FailureKind.InvalidData,
                $"{Name} cannot be decompressed: {e.Message.TrimEnd('.')}. Nothing was loaded.",
                "Copy or export the file again.", Path, e);
        }
    }

    private Stream OpenFile()
    {
        if (IsStandard(Path))
            return Console.OpenStandardInput();
        try
        {
            return new FileStream(
                Path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new DataOpsException(
                ErrorIds.FileNotFound, FailureKind.NotFound, $"There is no file {Path}.", "Check the path.", Path, e);
        }
        catch (UnauthorizedAccessException e)
        {
            string what = Directory.Exists(Path) ? "is a folder" : "may not be read by this user";
            throw new DataOpsException(ErrorIds.ReadFailed, FailureKind.PermissionDenied, $"{Path} {what}.",
                "Name a dataset file that you may read.", Path, e);
        }
    }
}
