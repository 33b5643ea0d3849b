using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Django.Values;

/// <summary>An hstore as Django writes it: <c>{"k": "v", "n": null}</c>, in a string.</summary>
internal sealed class HstoreEncoder : NestedJsonEncoder
{
    protected override void WriteText(ReadOnlySpan<byte> field, Utf8Output text)
    {
        FieldCursor cursor = new(field);
        text.WriteByte((byte)'{');
        for (int i = 0, count = cursor.Int32(); i < count && cursor.Value(out ReadOnlySpan<byte> key); i++)
        {
            if (i > 0)
                text.Write(", "u8);
            text.WriteAsciiJsonString(key);
            text.Write(": "u8);
            if (cursor.Value(out ReadOnlySpan<byte> value))
                text.WriteAsciiJsonString(value);
            else
                text.Write("null"u8);
        }
        text.WriteByte((byte)'}');
    }
}
