namespace DataOps.Core.Files;

/// <summary>
/// A file in the making: written beside its place, and put there when it is whole. The standard output gets what is
/// written at once.
/// </summary>
/// <param name="Path">The full path; <c>-</c> for the standard output.</param>
/// <param name="Overwrite">Whether a file that is there is replaced.</param>
internal sealed record WholeFile(string Path, bool Overwrite)
{
    /// <summary>Checks everything that can be checked before anything is read.</summary>
    /// <exception cref="DataOpsException">The file is there, or the folder is not.</exception>
    public static WholeFile Create(string path, bool overwrite)
    {
        if (string.IsNullOrWhiteSpace(path))
            throw new DataOpsException(
                ErrorIds.InvalidPath, FailureKind.InvalidArgument, "There is no path to write to.", "Give -Path.");
        if (FixtureFile.IsStandard(path))
            return new(path, overwrite);
        return new(WholePath.Require(FullPath.Of(path), isFolder: false, overwrite), overwrite);
    }

    /// <summary>
    /// Writes the file and returns its size in bytes; whatever fails, a file that was there before is as it was, and no
    /// half one is left.
    /// </summary>
    public long Write(Action<Stream> write)
    {
        if (FixtureFile.IsStandard(Path))
            return WriteStandard(write);
        string unfinished = WholePath.Hidden(Path);
        try
        {
            using (FileStream file = PrivateFile.Create(unfinished, Path))
            {
                write(file);
                file.Flush(flushToDisk: true);
                // As long as it has its hidden name it is held: whoever finds it free has found what was left behind.
                if (!OperatingSystem.IsWindows())
                    File.Move(unfinished, Path, Overwrite);
            }
            if (OperatingSystem.IsWindows())
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
