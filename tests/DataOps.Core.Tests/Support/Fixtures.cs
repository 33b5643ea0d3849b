using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace DataOps.Core.Tests.Support;

/// <summary>Fixture files as tests compare them.</summary>
internal static class Fixtures
{
    /// <summary>The objects of a JSON file, compressed or not.</summary>
    public static JsonNode[] Objects(string path)
    {
        using FileStream file = File.OpenRead(path);
        using Stream text = path.EndsWith(".gz", StringComparison.Ordinal)
            ? new GZipStream(file, CompressionMode.Decompress)
            : file;
        return [.. JsonNode.Parse(text)!.AsArray().Select(o => o!)];
    }

    /// <summary>
    /// Each object as a text that is the same for the same content, in order: names sorted, and lists of natural keys
    /// or numbers, which have no order in Django, too.
    /// </summary>
    public static string[] Bag(string path, params string[] without) =>
        [.. Objects(path).Where(o => !without.Contains((string?)o["model"])).Select(o => Sorted(o)!.ToJsonString())
            .Order(StringComparer.Ordinal)];

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject o =>
            new JsonObject(
                o.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => KeyValuePair.Create(p.Key, Sorted(p.Value)))),
        JsonArray list when IsManyToMany(list) =>
            new JsonArray([.. list.Select(Sorted).OrderBy(i => i?.ToJsonString(), StringComparer.Ordinal)]),
        JsonArray list => new JsonArray([.. list.Select(Sorted)]),
        _ => node?.DeepClone(),
    };

    // A value of the fields: keys, or natural keys; one natural key alone is a list of texts, whose order matters.
    private static bool IsManyToMany(JsonArray list) =>
        list.Parent?.Parent?.Parent is JsonArray
            && (list.All(i => i is JsonArray) || list.All(i => i?.GetValueKind() == JsonValueKind.Number));
}
