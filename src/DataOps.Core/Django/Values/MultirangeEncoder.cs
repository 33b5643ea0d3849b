using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Django.Values;

/// <summary>A multirange, for which Django has no field: written as an array of its ranges.</summary>
internal sealed class MultirangeEncoder(RangeEncoder range) : NestedJsonEncoder
{
    protected override void WriteText(ReadOnlySpan<byte> field, Utf8Output text)
    {
        FieldCursor cursor = new(field);
        text.WriteByte((byte)'[');
        for (int i = 0, count = cursor.Int32(); i < count && cursor.Value(out ReadOnlySpan<byte> value); i++)
        {
            if (i > 0)
                text.Write(", "u8);
            range.WriteElement(value, text);
        }
        text.WriteByte((byte)']');
    }
}
