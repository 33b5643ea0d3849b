namespace DataOps.Core.Rows;

/// <summary>A json or jsonb value, embedded as the value that it is.</summary>
/// <remarks>jsonb's text has Python's separators already; json is stored as it was typed and gets them. Numbers keep all their digits, which Python would round.</remarks>
internal sealed class JsonEncoder(bool isBinary) : FieldEncoder
{
    private readonly Utf8Output _spaced = new();

    public override void Write(ReadOnlySpan<byte> field, Utf8Output output)
    {
        if (isBinary)
            output.Write(JsonText.OfBinary(field));
        else
            JsonText.WriteSpaced(field, output);
    }

    public override void WriteElement(ReadOnlySpan<byte> field, Utf8Output output)
    {
        _spaced.Clear();
        Write(field, _spaced);
        JsonText.WriteAscii(_spaced.Written, output);
    }
}
