using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Django.Values;

/// <summary>Values that are strings in JSON and never need an escape: times, decimals, uuids.</summary>
internal sealed class QuotedEncoder(FieldText json, FieldText element) : PgToJson
{
    public QuotedEncoder(FieldText text) : this(text, text)
    {
    }

    public override void Write(ReadOnlySpan<byte> field, Utf8Output output)
    {
        output.WriteByte((byte)'"');
        json(field, output);
        output.WriteByte((byte)'"');
    }

    public override void WriteElement(ReadOnlySpan<byte> field, Utf8Output output)
    {
        output.WriteByte((byte)'"');
        element(field, output);
        output.WriteByte((byte)'"');
    }
}
