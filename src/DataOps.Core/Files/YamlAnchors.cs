namespace DataOps.Core.Files;

/// <summary>
/// The values of a YAML file that have a name, to be repeated; both are limited, as a few names can stand for any
/// amount of text.
/// </summary>
internal sealed class YamlAnchors
{
    private const long MostKept = 1 << 24;
    private const long MostRepeated = 1 << 26;

    private readonly Dictionary<string, byte[]> _values = [];
    private long _kept;
    private long _repeated;

    /// <summary>A new object may repeat as much again.</summary>
    public void StartObject() => _repeated = 0;

    /// <summary>Keeps a value under a name, the last of several; false when there is no room for it.</summary>
    public bool TryKeep(string name, ReadOnlySpan<byte> json)
    {
        _kept += json.Length - (_values.TryGetValue(name, out byte[]? before) ? before.Length : 0);
        if (_kept > MostKept)
            return false;
        byte[] value = json.ToArray();
        // It may be repeated in another line.
        value.AsSpan().Replace((byte)'\n', (byte)' ');
        _values[name] = value;
        return true;
    }

    /// <summary>The value of a name; null when there is none.</summary>
    public byte[]? Find(string name) => _values.GetValueOrDefault(name);

    /// <summary>Counts a repetition; false when it is too much.</summary>
    public bool TryRepeat(byte[] value)
    {
        _repeated += value.Length;
        return _repeated <= MostRepeated;
    }
}
