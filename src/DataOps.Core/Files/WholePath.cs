using System.Text.RegularExpressions;

namespace DataOps.Core.Files;

/// <summary>The place of a file or folder that is made beside it, and put there when it is whole.</summary>
internal static partial class WholePath
{
    /// <summary>Checks everything that can be checked before anything is read.</summary>
    /// <param name="full">The full path.</param>
    /// <param name="isFolder">Whether a folder will be there.</param>
    /// <param name="overwrite">Whether one that is there is replaced.</param>
    /// <returns>The path.</returns>
    /// <exception cref="DataOpsException">Something is there, or the folder above is not.</exception>
    public static string Require(string full, bool isFolder, bool overwrite)
    {
        (bool isThere, bool isOther) = isFolder
            ? (Directory.Exists(full), File.Exists(full))
            : (File.Exists(full), Directory.Exists(full));
        if (isOther)
            throw new DataOpsException(
                ErrorIds.InvalidPath, FailureKind.InvalidArgument, $"{full} is a {(isFolder ? "file" : "folder")}.",
                isFolder ? "Name a folder." : "Name a file in it.", full);
        if (isThere && !overwrite)
            throw new DataOpsException(
                ErrorIds.FileExists, FailureKind.AlreadyExists, $"{full} exists already.",
                "Choose another name, or overwrite it with -Force.", full);
        string? above = Path.GetDirectoryName(full);
        return Directory.Exists(above)
            ? full
            : throw new DataOpsException(
                ErrorIds.FolderNotFound, FailureKind.NotFound, $"There is no folder {above}.", "Create it first.",
                full);
    }

    /// <summary>A new, hidden name beside it.</summary>
    public static string Hidden(string full) =>
        Path.Join(Path.GetDirectoryName(full), $".{Path.GetFileName(full)}.{Guid.NewGuid():N}");

    /// <summary>The name that a hidden one was made of; null where it is none.</summary>
    public static string? Shown(string hidden) =>
        HiddenName().Match(hidden) is { Success: true } name ? name.Groups[1].Value : null;

    [GeneratedRegex(@"^\.(.+)\.[0-9a-f]{32}$", RegexOptions.Singleline)]
    private static partial Regex HiddenName();
}
