namespace DataOps.Core.Rows;

/// <summary>A jsonb value of a Wagtail StreamField: a JSON text inside a string, with ASCII escapes inside as Python's <c>json.dumps()</c> makes them.</summary>
internal sealed class StreamFieldEncoder : FieldEncoder
{
    public override void Write(ReadOnlySpan<byte> field, Utf8Output output) => JsonText.WriteAsciiString(JsonText.OfBinary(field), output);

    public override void WriteElement(ReadOnlySpan<byte> field, Utf8Output output) => Write(field, output);
}
