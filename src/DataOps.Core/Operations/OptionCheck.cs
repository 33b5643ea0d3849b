using System.Text.RegularExpressions;

namespace DataOps.Core.Operations;

/// <summary>
/// The checks of which <see cref="IOptions.Validate"/> is made at build time, and the words in which they refuse.
/// </summary>
public static partial class OptionCheck
{
    /// <summary>Refuses an option that is missing.</summary>
    /// <exception cref="DataOpsException"><c>MissingOption</c>.</exception>
    public static void Given(string name, bool isGiven, string text)
    {
        if (!isGiven)
            throw new DataOpsException(
                ErrorIds.MissingOption, FailureKind.InvalidArgument, $"-{name} is missing.", text, name);
    }

    /// <summary>Refuses an empty text.</summary>
    /// <exception cref="DataOpsException"><c>InvalidOption</c>.</exception>
    public static void NotEmpty(string name, string? value)
    {
        if (value is { Length: 0 })
            throw new DataOpsException(ErrorIds.InvalidOption, FailureKind.InvalidArgument, $"-{name} cannot be empty.",
                "Give a value, or leave it out.", name);
    }

    /// <summary>Refuses a number that is too small or too large.</summary>
    /// <exception cref="DataOpsException"><c>InvalidOption</c>.</exception>
    public static void InRange(string name, int? value, int least, int most)
    {
        if (value < least || value > most)
            throw OptionText.Wrong(
                name, $"{value}", $"Use a number from {least} {(most == int.MaxValue ? "on" : $"to {most}")}.");
    }

    /// <summary>Refuses an address where a path is needed.</summary>
    /// <exception cref="DataOpsException"><c>NotAFile</c>.</exception>
    public static void NotAnAddress(string? path)
    {
        if (path is not null && Address().IsMatch(path))
            throw new DataOpsException(
                ErrorIds.NotAFile, FailureKind.InvalidArgument, $"{path} is an address, not a path.",
                "Files are neither fetched nor sent: name one in the file system.", path);
    }

    /// <summary>Refuses the path of a file or a folder that is not there.</summary>
    /// <param name="path">The path; a blank text, - and JSON are none.</param>
    /// <param name="advice">What to do then.</param>
    /// <exception cref="DataOpsException"><c>FileNotFound</c>.</exception>
    public static void Exists(string? path, string advice)
    {
        if (string.IsNullOrWhiteSpace(path) || path == "-" || path.AsSpan().TrimStart() is ['{', ..])
            return;
        string full = FullPath.Of(path);
        try
        {
            _ = File.GetAttributes(full);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new DataOpsException(
                ErrorIds.FileNotFound, FailureKind.NotFound, $"There is no file {full}.", advice, full, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Whoever reads it says what is wrong with it.
            return;
        }
    }

    /// <summary>Refuses an entry of a list that names a file which is not there.</summary>
    /// <inheritdoc cref="Exists"/>
    public static void ExistsIfFile(string entry, string advice)
    {
        if (OptionText.IsFile(entry))
            Exists(entry, advice);
    }

    /// <summary>Refuses an option that means nothing without another one.</summary>
    /// <exception cref="DataOpsException"><c>ContradictingOptions</c>.</exception>
    public static void OnlyWith(string name, bool isGiven, bool isOther, string other)
    {
        if (isGiven && !isOther)
            throw Contradiction($"-{name} means nothing without {other}.", $"Add {other}, or leave -{name} out.", name);
    }

    /// <summary>Refuses an option that contradicts another one.</summary>
    /// <exception cref="DataOpsException"><c>ContradictingOptions</c>.</exception>
    public static void NotWith(string name, bool isGiven, bool isOther, string other)
    {
        if (isGiven && isOther)
            throw Contradiction($"-{name} and {other} contradict each other.", "Leave one of them out.", name);
    }

    private static DataOpsException Contradiction(string message, string advice, string name) =>
        new(ErrorIds.ContradictingOptions, FailureKind.InvalidArgument, message, advice, name);

    // C:\ is a path, and no scheme has a single letter.
    [GeneratedRegex("^[A-Za-z][A-Za-z0-9+.-]+://")]
    private static partial Regex Address();
}
