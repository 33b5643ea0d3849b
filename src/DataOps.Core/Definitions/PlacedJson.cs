using System.Text;
using System.Text.Json;

namespace DataOps.Core.Definitions;

/// <summary>A JSON value that knows where it stands, so that whatever is wrong with it can be named.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">A string's value, or a number as it is written; empty for others.</param>
/// <param name="Items">The items of an array.</param>
/// <param name="Members">The members of an object, in their order.</param>
/// <param name="Place">Where it stands.</param>
internal sealed record PlacedJson(
    JsonValueKind Kind, string Text, IReadOnlyList<PlacedJson> Items,
    IReadOnlyList<KeyValuePair<string, PlacedJson>> Members, JsonPlace Place)
{
    private const int DeepestNesting = 64;

    /// <summary>What a message calls it.</summary>
    public string Described => Kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => $"\"{Text}\"",
        JsonValueKind.Number => Text,
        JsonValueKind.Null => "null",
        _ => Kind == JsonValueKind.True ? "true" : "false",
    };

    /// <summary>The member of that name; null when there is none.</summary>
    public PlacedJson? this[string name] => Members.FirstOrDefault(m => m.Key == name).Value;

    /// <summary>A text that stands nowhere else: an argument.</summary>
    public static PlacedJson OfText(string text, JsonPlace place) => new(JsonValueKind.String, text, [], [], place);

    /// <summary>A list of values.</summary>
    public static PlacedJson OfList(IReadOnlyList<PlacedJson> items, JsonPlace place) =>
        new(JsonValueKind.Array, "", items, [], place);

    /// <summary>Reads a whole text.</summary>
    /// <param name="json">UTF-8; a byte order mark is skipped.</param>
    /// <param name="file">The file that it is from; null for none.</param>
    /// <param name="hasLines">Whether its lines are those of the file.</param>
    /// <exception cref="DataOpsException">It is no JSON, or an object names a member twice.</exception>
    public static PlacedJson Parse(ReadOnlySpan<byte> json, string? file, bool hasLines = true)
    {
        if (json.StartsWith(Encoding.UTF8.Preamble))
            json = json[Encoding.UTF8.Preamble.Length..];
        Lines lines = new(json, file, hasLines);
        Utf8JsonReader reader = new(json, new JsonReaderOptions
        {
            MaxDepth = DeepestNesting, CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true,
        });
        try
        {
            reader.Read();
            PlacedJson value = Read(ref reader, lines, "$");
            reader.Read();
            return value;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // A text that is no UTF-8 is found when the string is read.
            int line = e is JsonException { LineNumber: { } number }
                ? (int)number + 1
                : lines.LineOf(reader.TokenStartIndex);
            throw new DataOpsException(
                ErrorIds.InvalidDefinition, FailureKind.InvalidData,
                $"{file ?? "The definition"} line {line} is not JSON: {e.Message}",
                "docs/dataset.schema.json tells editors what a definition holds.", file, e);
        }
    }

    private static PlacedJson Read(ref Utf8JsonReader reader, Lines lines, string path)
    {
        JsonPlace place = lines.Place(reader.TokenStartIndex, path);
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                List<KeyValuePair<string, PlacedJson>> members = [];
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    string name = reader.GetString()!;
                    JsonPlace member = lines.Place(reader.TokenStartIndex, $"{path}.{name}");
                    if (members.Any(m => m.Key == name))
                        throw DefinitionError.At(member, "it is there twice.");
                    reader.Read();
                    members.Add(new(name, Read(ref reader, lines, member.Path)));
                }
                return new(JsonValueKind.Object, "", [], members, place);
            case JsonTokenType.StartArray:
                List<PlacedJson> items = [];
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    items.Add(Read(ref reader, lines, $"{path}[{items.Count}]"));
                return OfList(items, place);
            case JsonTokenType.String:
                return OfText(reader.GetString()!, place);
            case JsonTokenType.Number:
                return new(JsonValueKind.Number, Encoding.ASCII.GetString(reader.ValueSpan), [], [], place);
            default:
                JsonValueKind kind = reader.TokenType switch
                {
                    JsonTokenType.True => JsonValueKind.True,
                    JsonTokenType.False => JsonValueKind.False,
                    _ => JsonValueKind.Null,
                };
                return new(kind, "", [], [], place);
        }
    }

    // Where each line starts.
    private sealed class Lines
    {
        private readonly List<int> _starts = [0];
        private readonly string? _file;
        private readonly bool _hasLines;

        public Lines(ReadOnlySpan<byte> json, string? file, bool hasLines)
        {
            (_file, _hasLines) = (file, hasLines);
            for (int i = 0; i < json.Length; i++)
                if (json[i] == '\n')
                    _starts.Add(i + 1);
        }

        public JsonPlace Place(long at, string path) => new(_file, path, _hasLines ? LineOf(at) : 0);

        public int LineOf(long at)
        {
            int found = _starts.BinarySearch((int)at);
            return found >= 0 ? found + 1 : ~found;
        }
    }
}
