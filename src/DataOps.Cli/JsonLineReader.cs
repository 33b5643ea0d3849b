using System.Collections;
using System.Text.Json;
using DataOps.Core.Kernel;

namespace DataOps.Cli;

/// <summary>Reads what another command has written: one JSON object a line, from a file or the standard input.</summary>
internal static class JsonLineReader
{
    private static readonly JsonSerializerOptions s_options = new() { PropertyNameCaseInsensitive = true };

    /// <summary>Reads all of it; properties that the type does not have are left out.</summary>
    /// <exception cref="DataOpsException">A line is no JSON object, or holds a value of another type.</exception>
    public static IList Read(Type item, string option, string path)
    {
        IList records = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(item))!;
        using StreamReader reader = new(path == "-" ? Console.OpenStandardInput() : File.OpenRead(path));
        for (int number = 1; reader.ReadLine() is { } line; number++)
            if (!string.IsNullOrWhiteSpace(line))
                records.Add(Parse(item, line, $"{option} {path}, line {number}"));
        return records;
    }

    private static object Parse(Type item, string line, string place)
    {
        try
        {
            if (JsonSerializer.Deserialize(line, item, s_options) is { } record)
                return record;
        }
        catch (JsonException e)
        {
            throw Invalid(place, e);
        }
        throw Invalid(place, null);
    }

    private static DataOpsException Invalid(string place, JsonException? cause) => new(
        "InvalidInput", FailureKind.InvalidData, $"{place} is not an object of JSON as a command writes it.",
            "Pass on what another command has written, one object a line.", place, cause);
}
