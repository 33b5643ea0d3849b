using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Django.Values;

/// <summary>A range as Django's range fields write it: <c>{"bounds": "[)", "lower": "1", "upper": "5"}</c> or <c>{"empty": true}</c>, in a string.</summary>
internal sealed class RangeEncoder(PgToJson end) : NestedJsonEncoder
{
    private const int Empty = 1;
    private const int LowerIncluded = 2;
    private const int UpperIncluded = 4;
    private const int LowerInfinite = 8;
    private const int UpperInfinite = 16;

    protected override void WriteText(ReadOnlySpan<byte> field, Utf8Output text)
    {
        FieldCursor cursor = new(field);
        int flags = cursor.Byte();
        if ((flags & Empty) != 0)
        {
            text.Write("""{"empty": true}"""u8);
            return;
        }
        text.Write("{\"bounds\": \""u8);
        text.WriteByte((flags & LowerIncluded) != 0 ? (byte)'[' : (byte)'(');
        text.WriteByte((flags & UpperIncluded) != 0 ? (byte)']' : (byte)')');
        text.Write("\", \"lower\": "u8);
        WriteEnd((flags & LowerInfinite) != 0, ref cursor, text);
        text.Write(", \"upper\": "u8);
        WriteEnd((flags & UpperInfinite) != 0, ref cursor, text);
        text.WriteByte((byte)'}');
    }

    private void WriteEnd(bool infinite, ref FieldCursor cursor, Utf8Output text)
    {
        if (!infinite && cursor.Value(out ReadOnlySpan<byte> value))
            end.WriteElement(value, text);
        else
            text.Write("null"u8);
    }
}
