using System.Text.Json;
using DataOps.Core.Kernel;

namespace DataOps.Cli;

/// <summary>
/// Reads what another command has written: one JSON object a line, from a file or the standard input.
/// </summary>
internal static class JsonLineReader
{
    /// <summary>
    /// Reads all objects, each as the text of a property by its name; null where it has none, or null.
    /// </summary>
    /// <exception cref="DataOpsException">A line is no JSON object.</exception>
    public static IEnumerable<Func<string, string?>> Read(string option, string path)
    {
        using StreamReader reader = new(path == "-" ? Console.OpenStandardInput() : File.OpenRead(path));
        for (int number = 1; reader.ReadLine() is { } line; number++)
            if (!string.IsNullOrWhiteSpace(line))
                yield return Parse(line, $"{option} {path}, line {number}").GetValueOrDefault;
    }

    private static Dictionary<string, string?> Parse(string line, string place)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(line);
            Dictionary<string, string?> properties = new(StringComparer.OrdinalIgnoreCase);
            foreach (JsonProperty property in json.RootElement.EnumerateObject())
                properties[property.Name] = property.Value.ValueKind == JsonValueKind.Null
                    ? null
                    : property.Value.ToString();
            return properties;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new DataOpsException(
                ErrorIds.InvalidInput, FailureKind.InvalidData,
                $"{place} is not a JSON object as another command writes it.",
                "Pipe the output of another command, one object per line.", place, e);
        }
    }
}
