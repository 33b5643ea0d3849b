using System.Text.Json;
using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Django.Values;

/// <summary>
/// Whether a JSON column is a Wagtail StreamField, whose values a fixture holds as a JSON text in a string.
/// </summary>
internal enum StreamFieldUse
{
    /// <summary>
    /// Nothing is known: values are written as JSON, and a string that is the text of blocks is read as blocks.
    /// </summary>
    Unknown,

    /// <summary>
    /// The rows look like it: values that are blocks are written as a text, others as JSON; read as when nothing is
    /// known.
    /// </summary>
    Found,

    /// <summary>The user says so: every value is written as a text, and every string must be one.</summary>
    Yes,

    /// <summary>The user says no: values are JSON, and strings stay strings.</summary>
    No,
}

/// <summary>json and jsonb, embedded as the values that they are, and Wagtail's StreamFields.</summary>
/// <remarks>
/// jsonb's text has the separators of Python's default already; json is stored as it was typed and gets them.
/// Numbers keep all their digits, where Python would round some.
/// </remarks>
internal sealed class JsonConverter(bool isBinary, ValueForm form) : ValueConverter($"'{{}}'")
{
    private const byte JsonbVersion = 1;

    // A field's value stands in "fields", which stands in its object.
    private const int Depth = 2;

    private readonly Utf8Output _scratch = new();
    private readonly Utf8Output _spaced = new();

    public override bool HasNull => true;

    public override void WriteJson(ReadOnlySpan<byte> field, Utf8Output output)
    {
        ReadOnlySpan<byte> json = TextOf(field);
        if (form.StreamField is StreamFieldUse.Found or StreamFieldUse.Yes && TryWriteStream(json, output))
            return;
        form.Losses?.Add(LossOf(json));
        if (form.Indent is { } blanks)
            PythonJson.WriteIndented(json, blanks, Depth, output);
        else
            WriteSpaced(json, form.Separator, output);
    }

    public override void WriteElement(ReadOnlySpan<byte> field, Utf8Output output)
    {
        ReadOnlySpan<byte> json = TextOf(field);
        form.Losses?.Add(LossOf(json));
        _spaced.Clear();
        WriteSpaced(json, JsonSeparator.CommaAndBlank, _spaced);
        PythonJson.WriteAscii(_spaced.Written, output);
    }

    public override string? ReadJson(ref Utf8JsonReader value, Utf8Output text)
    {
        _scratch.Clear();
        if (form.StreamField == StreamFieldUse.No || value.TokenType != JsonTokenType.String
            || !JsonText.TryUnescape(ref value, _scratch, out ReadOnlySpan<byte> inner))
            return JsonText.Copy(ref value, text);
        bool isRequired = form.StreamField == StreamFieldUse.Yes;
        if (!isRequired && !AreBlocks(inner))
            return JsonText.Copy(ref value, text);
        if (isRequired && !JsonText.IsValid(inner))
            return "not the JSON text of a StreamField";
        Utf8JsonReader json = JsonText.Reader(inner);
        json.Read();
        return JsonText.Copy(ref json, text);
    }

    private bool TryWriteStream(ReadOnlySpan<byte> json, Utf8Output output)
    {
        bool holdsBlocks = AreBlocks(json);
        if (!holdsBlocks && form.StreamField == StreamFieldUse.Found)
            return false;
        form.Losses?.Add(holdsBlocks ? Loss.None : Loss.NoBlocks);
        PythonJson.WriteAsciiString(json, output);
        return true;
    }

    private void WriteSpaced(ReadOnlySpan<byte> json, JsonSeparator separator, Utf8Output output)
    {
        if (isBinary && separator == JsonSeparator.CommaAndBlank)
            output.Write(json);
        else
            PythonJson.WriteSpaced(json, separator, output);
    }

    private ReadOnlySpan<byte> TextOf(ReadOnlySpan<byte> field)
    {
        if (!isBinary)
            return field;
        return field.Length > 0 && field[0] == JsonbVersion
            ? PythonJson.WithPythonNumbers(field[1..], _scratch)
            : throw new InvalidDataException("The server sends jsonb in an unknown binary form.");
    }

    private Loss LossOf(ReadOnlySpan<byte> json)
    {
        ReadOnlySpan<byte> text = isBinary ? json : json.Trim(JsonText.Blanks);
        if (text.SequenceEqual("null"u8))
            return Loss.JsonNull;
        return text.StartsWith("\"["u8) && IsTextOfBlocks(text) ? Loss.BlocksInString : Loss.None;
    }

    private static bool IsTextOfBlocks(ReadOnlySpan<byte> text)
    {
        Utf8JsonReader reader = JsonText.Reader(text);
        reader.Read();
        return JsonText.TryUnescape(ref reader, new Utf8Output(), out ReadOnlySpan<byte> inner) && AreBlocks(inner);
    }

    // What Wagtail's StreamField stores: an array, maybe empty, of objects that have a type and a value.
    private static bool AreBlocks(ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> start = text.TrimStart(JsonText.Blanks);
        if (start.IsEmpty || start[0] != '[')
            return false;
        try
        {
            Utf8JsonReader reader = JsonText.Reader(text);
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
            {
                if (!IsBlock(ref reader))
                    return false;
            }
            return reader.TokenType == JsonTokenType.EndArray && reader.CurrentDepth == 0 && !reader.Read();
        }
        catch (JsonException)
        {
            // Any text may start with a bracket.
            return false;
        }
    }

    private static bool IsBlock(ref Utf8JsonReader reader)
    {
        bool hasType = false;
        bool hasValue = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            hasType |= reader.ValueTextEquals("type"u8);
            hasValue |= reader.ValueTextEquals("value"u8);
            reader.Read();
            reader.Skip();
        }
        return hasType && hasValue;
    }
}
