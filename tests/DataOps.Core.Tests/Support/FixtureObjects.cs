using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DataOps.Core.Files;

namespace DataOps.Core.Tests.Support;

/// <summary>What a reader makes of a file, each object as JSON.</summary>
internal static class FixtureObjects
{
    /// <summary>Reads a text in a format.</summary>
    public static List<JsonObject> Of(DatasetFormat format, string text) => Of(format, Encoding.UTF8.GetBytes(text));

    /// <summary>Reads bytes in a format.</summary>
    public static List<JsonObject> Of(DatasetFormat format, byte[] bytes) =>
        ReadAll(Reader(format, new MemoryStream(bytes)));

    /// <summary>Reads bytes as a file, whose compression and encoding are found out.</summary>
    public static List<JsonObject> OfFile(DatasetFormat format, byte[] bytes)
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, bytes);
            return ReadAll(FixtureReader.Open(FixtureFile.Of(path, format), CancellationToken.None));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static List<JsonObject> ReadAll(FixtureReader opened)
    {
        using FixtureReader reader = opened;
        List<JsonObject> objects = [];
        while (reader.Read())
            objects.Add(ToJson(reader.Current));
        return objects;
    }

    /// <summary>What is wrong with a text.</summary>
    public static DataOpsException Refused(DatasetFormat format, string text) =>
        Assert.ThrowsAny<DataOpsException>(() => Of(format, text));

    /// <summary>A reader of a stream, with values of up to 1 GB or of <paramref name="largest"/> bytes.</summary>
    public static FixtureReader Reader(
        DatasetFormat format, Stream stream, int largest = (1 << 30) - 1, CancellationToken cancellation = default) =>
        format switch
        {
            DatasetFormat.Xml => new XmlFixtureReader("file", stream, cancellation) { LargestValue = largest },
            DatasetFormat.Yaml => new YamlFixtureReader("file", stream, cancellation) { LargestValue = largest },
            _ => new JsonFixtureReader("file", stream, format == DatasetFormat.Jsonl, cancellation)
            {
                LargestValue = largest,
            },
        };

    private static JsonObject ToJson(FixtureObject current)
    {
        JsonObject fields = [];
        foreach (FixtureField field in current.Fields)
            fields[current.NameOf(field)] = Node(Encoding.UTF8.GetString(current[field.Value]));
        return new JsonObject
        {
            ["model"] = current.Label,
            ["pk"] = current.Key is { } key ? Node(Encoding.UTF8.GetString(current[key])) : null,
            ["fields"] = fields,
        };
    }

    private static JsonNode? Node(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 6000 });
        return Node(document.RootElement);
    }

    // Of a name that repeats, the last one counts, as in Python and in PostgreSQL.
    private static JsonNode? Node(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Array)
            return new JsonArray([.. element.EnumerateArray().Select(Node)]);
        if (element.ValueKind != JsonValueKind.Object)
            return JsonNode.Parse(element.GetRawText());
        JsonObject members = [];
        foreach (JsonProperty member in element.EnumerateObject())
            members[member.Name] = Node(member.Value);
        return members;
    }
}
