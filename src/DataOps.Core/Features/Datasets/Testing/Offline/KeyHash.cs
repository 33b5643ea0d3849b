using System.Buffers.Text;
using System.Text.Json;
using DataOps.Core.Django.Values;
using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Features.Datasets.Testing.Offline;

/// <summary>64 bits for a key or a natural key; the same for all ways in which a file may write it.</summary>
internal struct KeyHash()
{
    private const byte End = 0xFF;
    private static readonly Utf8Output s_unused = new();
    private ulong _hash = 0xcbf29ce484222325;

    /// <summary>The bits.</summary>
    public readonly ulong Value
    {
        get
        {
            ulong mixed = (_hash ^ (_hash >> 33)) * 0xff51afd7ed558ccd;
            return mixed ^ (mixed >> 33);
        }
    }

    /// <summary>Those of a JSON value.</summary>
    public static ulong Of(ReadOnlySpan<byte> json)
    {
        KeyHash hash = new();
        hash.Add(json);
        return hash.Value;
    }

    /// <summary>
    /// Adds a JSON value; a list counts as its values one after the other, as a natural key is written inside another
    /// one.
    /// </summary>
    public void Add(ReadOnlySpan<byte> json)
    {
        Utf8JsonReader reader = JsonText.Reader(json);
        while (reader.Read())
            Add(ref reader);
    }

    /// <summary>Adds the value on which a reader stands.</summary>
    public void Add(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.EndArray)
            return;
        if (reader.TokenType != JsonTokenType.String)
            Add(reader.ValueSpan, End);
        else
            AddText(ref reader);
    }

    // Upper or lower case, with hyphens or without: one UUID.
    private void AddText(ref Utf8JsonReader reader)
    {
        // What is no Unicode counts as it is written.
        JsonText.TryUnescape(
            ref reader, reader.ValueIsEscaped ? new Utf8Output() : s_unused, out ReadOnlySpan<byte> text);
        if (TryUuid(text, out Guid uuid))
        {
            Span<byte> bytes = stackalloc byte[16];
            uuid.TryWriteBytes(bytes);
            Add(bytes, End);
        }
        else
        {
            Add(text, End);
        }
    }

    /// <summary>Whether a text is a UUID.</summary>
    public static bool TryUuid(ReadOnlySpan<byte> text, out Guid uuid)
    {
        uuid = default;
        return text.Length switch
        {
            32 => Utf8Parser.TryParse(text, out uuid, out int read, 'N') && read == 32,
            36 => Utf8Parser.TryParse(text, out uuid, out int read, 'D') && read == 36,
            _ => false,
        };
    }

    private void Add(ReadOnlySpan<byte> bytes, byte end)
    {
        ulong hash = _hash;
        foreach (byte b in bytes)
            hash = (hash ^ b) * 0x100000001b3;
        _hash = (hash ^ end) * 0x100000001b3;
    }
}
