namespace DataOps.Core.Rows;

/// <summary>A json or jsonb value, embedded as the value that it is.</summary>
/// <remarks>
/// jsonb's text has the separators of Python's default already; json is stored as it was typed and gets them.
/// Numbers keep all their digits, which Python would round.
/// </remarks>
internal sealed class JsonEncoder(bool isBinary, JsonSeparator separator) : FieldEncoder
{
    private readonly Utf8Output _spaced = new();

    public override void Write(ReadOnlySpan<byte> field, Utf8Output output) => Write(field, separator, output);

    public override void WriteElement(ReadOnlySpan<byte> field, Utf8Output output)
    {
        _spaced.Clear();
        Write(field, JsonSeparator.CommaAndBlank, _spaced);
        JsonText.WriteAscii(_spaced.Written, output);
    }

    private void Write(ReadOnlySpan<byte> field, JsonSeparator between, Utf8Output output)
    {
        ReadOnlySpan<byte> json = isBinary ? JsonText.OfBinary(field) : field;
        if (isBinary && between == JsonSeparator.CommaAndBlank)
            output.Write(json);
        else
            JsonText.WriteSpaced(json, between, output);
    }
}
