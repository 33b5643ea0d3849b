namespace DataOps.Core.Kernel;

/// <summary>A file's path as the user gives it, made absolute.</summary>
internal static class FullPath
{
    /// <summary>Makes a path absolute.</summary>
    /// <exception cref="DataOpsException"><c>FileNotFound</c>: it holds a NUL character, which no path has.</exception>
    public static string Of(string path) => path.Contains('\0')
        ? throw new DataOpsException(
            ErrorIds.FileNotFound, FailureKind.NotFound,
            $"There is no file {path.Replace("\0", "\\0")}: no path holds a NUL character.", null, path)
        : Path.GetFullPath(path);
}
