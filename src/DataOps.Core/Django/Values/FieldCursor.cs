using System.Buffers.Binary;

namespace DataOps.Core.Django.Values;

/// <summary>Reads the parts of a composed binary field (array, range, hstore) in order.</summary>
internal ref struct FieldCursor(ReadOnlySpan<byte> field)
{
    private ReadOnlySpan<byte> _rest = field;

    public byte Byte()
    {
        byte value = _rest[0];
        _rest = _rest[1..];
        return value;
    }

    public int Int32()
    {
        int value = BinaryPrimitives.ReadInt32BigEndian(_rest);
        _rest = _rest[sizeof(int)..];
        return value;
    }

    /// <summary>A value with its length before it; false when NULL.</summary>
    public bool Value(out ReadOnlySpan<byte> value)
    {
        int length = Int32();
        value = _rest[..Math.Max(length, 0)];
        _rest = _rest[value.Length..];
        return length >= 0;
    }
}
