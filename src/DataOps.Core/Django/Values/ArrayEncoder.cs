using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Django.Values;

/// <summary>An array as Django's ArrayField writes it: a JSON text in a string, every element a string, inner arrays such texts again.</summary>
internal sealed class ArrayEncoder : NestedJsonEncoder
{
    private readonly PgToJson _element;

    public ArrayEncoder(PgToJson element)
    {
        _element = element;
        Casts = [.. element.Casts.Select(type => type + "[]")];
    }

    protected override void WriteText(ReadOnlySpan<byte> field, Utf8Output text)
    {
        FieldCursor cursor = new(field);
        int dimensions = cursor.Int32();
        _ = cursor.Int32();
        _ = cursor.Int32();
        int[] sizes = new int[dimensions];
        for (int i = 0; i < dimensions; i++)
        {
            sizes[i] = cursor.Int32();
            _ = cursor.Int32();
        }
        if (dimensions == 0)
            text.Write("[]"u8);
        else
            WriteDimension(sizes, ref cursor, text);
    }

    private void WriteDimension(scoped ReadOnlySpan<int> sizes, ref FieldCursor cursor, Utf8Output text)
    {
        text.WriteByte((byte)'[');
        for (int i = 0; i < sizes[0]; i++)
        {
            if (i > 0)
                text.Write(", "u8);
            if (sizes.Length > 1)
            {
                Utf8Output inner = new();
                WriteDimension(sizes[1..], ref cursor, inner);
                text.WriteJsonString(inner.Written);
            }
            else if (cursor.Value(out ReadOnlySpan<byte> value))
            {
                _element.WriteElement(value, text);
            }
            else
            {
                text.Write("null"u8);
            }
        }
        text.WriteByte((byte)']');
    }
}
