namespace DataOps.Core.Files.Compression;

/// <summary>The checksums of zip and xz.</summary>
internal sealed class Crc
{
    private static readonly ulong[] s_table32 = Table(0xEDB88320);
    private static readonly ulong[] s_table64 = Table(0xC96C5795D7870F42);

    private readonly ulong[] _table;
    private readonly ulong _mask;
    private ulong _state;

    private Crc(ulong[] table, ulong mask) => (_table, _mask, _state) = (table, mask, mask);

    /// <summary>CRC-32.</summary>
    public static Crc Bits32() => new(s_table32, uint.MaxValue);

    /// <summary>CRC-64 as xz has it.</summary>
    public static Crc Bits64() => new(s_table64, ulong.MaxValue);

    /// <summary>The checksum of what was added.</summary>
    public ulong Value => _state ^ _mask;

    /// <summary>CRC-32 of some bytes.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        Crc crc = Bits32();
        crc.Add(bytes);
        return (uint)crc.Value;
    }

    /// <summary>Adds bytes.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        ulong state = _state;
        foreach (byte b in bytes)
            state = _table[(byte)state ^ b] ^ (state >> 8);
        _state = state;
    }

    private static ulong[] Table(ulong polynomial)
    {
        ulong[] table = new ulong[256];
        for (int i = 0; i < table.Length; i++)
        {
            ulong value = (ulong)i;
            for (int bit = 0; bit < 8; bit++)
                value = (value & 1) != 0 ? (value >> 1) ^ polynomial : value >> 1;
            table[i] = value;
        }
        return table;
    }
}
