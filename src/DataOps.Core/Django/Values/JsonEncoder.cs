using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Django.Values;

/// <summary>A json or jsonb value, embedded as the value that it is.</summary>
/// <remarks>
/// jsonb's text has the separators of Python's default already; json is stored as it was typed and gets them.
/// Numbers keep all their digits, where Python would round some.
/// </remarks>
internal sealed class JsonEncoder(bool isBinary, JsonSeparator separator, int? indent = null) : PgToJson
{
    // A field's value stands in "fields", which stands in its object.
    private const int Depth = 2;

    private readonly Utf8Output _spaced = new();
    private readonly Utf8Output _numbers = new();

    public override void Write(ReadOnlySpan<byte> field, Utf8Output output)
    {
        if (indent is { } blanks)
            JsonIndent.Write(TextOf(field), blanks, Depth, output);
        else
            Write(field, separator, output);
    }

    public override void WriteElement(ReadOnlySpan<byte> field, Utf8Output output)
    {
        _spaced.Clear();
        Write(field, JsonSeparator.CommaAndBlank, _spaced);
        JsonText.WriteAscii(_spaced.Written, output);
    }

    private void Write(ReadOnlySpan<byte> field, JsonSeparator between, Utf8Output output)
    {
        ReadOnlySpan<byte> json = TextOf(field);
        if (isBinary && between == JsonSeparator.CommaAndBlank)
            output.Write(json);
        else
            JsonText.WriteSpaced(json, between, output);
    }

    private ReadOnlySpan<byte> TextOf(ReadOnlySpan<byte> field) => isBinary ? JsonNumbers.AsPython(JsonText.OfBinary(field), _numbers) : field;
}
