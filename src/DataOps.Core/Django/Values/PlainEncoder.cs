using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Django.Values;

/// <summary>Values that JSON writes without quotes, and Python's <c>str()</c> of them where they are elements.</summary>
internal sealed class PlainEncoder(FieldText json, FieldText element) : PgToJson
{
    public PlainEncoder(FieldText text) : this(text, text)
    {
    }

    public override void Write(ReadOnlySpan<byte> field, Utf8Output output) => json(field, output);

    public override void WriteElement(ReadOnlySpan<byte> field, Utf8Output output)
    {
        output.WriteByte((byte)'"');
        element(field, output);
        output.WriteByte((byte)'"');
    }
}
