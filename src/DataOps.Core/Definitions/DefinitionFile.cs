using System.Text;

namespace DataOps.Core.Definitions;

/// <summary>Reads the JSON of a definition, or of a part of one: a file's, or that of an option itself.</summary>
internal static class DefinitionFile
{
    private const string Source = "$source";
    private const long LargestFile = 16 << 20;

    /// <summary>Whether a text is the JSON itself, and no path.</summary>
    public static bool IsJson(string text) => text.TrimStart().StartsWith('{');

    /// <summary>Reads the JSON that an option holds.</summary>
    /// <param name="text">The JSON.</param>
    /// <param name="option">What messages call its place where it is from no file; null for its path alone.</param>
    /// <returns>The JSON, and the file that it was converted from: errors name it.</returns>
    /// <exception cref="DataOpsException"><c>InvalidDefinition</c>: it is no JSON.</exception>
    public static (PlacedJson Json, string? From) OfText(string text, string? option = null)
    {
        byte[] json = Encoding.UTF8.GetBytes(text);
        string? from = PlacedJson.Parse(json, option)[Source]?.Text;
        PlacedJson parsed = PlacedJson.Parse(json, from ?? option, hasLines: false);
        return (parsed with { Members = [.. parsed.Members.Where(m => m.Key != Source)] }, from);
    }

    /// <summary>Reads a file.</summary>
    /// <param name="path">Its full path.</param>
    /// <param name="option">The option that names it, as <c>-Definition</c>.</param>
    /// <param name="includedAt">Where a definition includes it; null where the option itself names it.</param>
    /// <exception cref="DataOpsException">It is not there, cannot be read, or is no JSON.</exception>
    public static PlacedJson OfFile(string path, string option, JsonPlace? includedAt = null)
    {
        if (path.EndsWith(".psd1", StringComparison.OrdinalIgnoreCase))
            throw new DataOpsException(
                ErrorIds.InvalidDefinition, FailureKind.InvalidArgument,
                $"{path} is PowerShell data, which only PowerShell reads.",
                $"Give it to the cmdlet's {option}, or include JSON.", path);
        if (!File.Exists(path))
            throw includedAt is null
                ? new DataOpsException(ErrorIds.FileNotFound, FailureKind.NotFound, $"There is no file {path}.",
                    $"Check the path of {option}.", path)
                : DefinitionError.At(includedAt, $"there is no file {path}.", id: ErrorIds.FileNotFound);
        try
        {
            if (new FileInfo(path).Length > LargestFile)
                throw new DataOpsException(ErrorIds.InvalidDefinition, FailureKind.InvalidData,
                    $"{path} is larger than any definition.", target: path);
            return PlacedJson.Parse(File.ReadAllBytes(path), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataOpsException(ErrorIds.ReadFailed, FailureKind.InvalidOperation,
                $"{path} could not be read: {e.Message}", target: path, inner: e);
        }
    }
}
