using System.Buffers;
using System.Buffers.Text;
using System.Text;
using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Django.Values;

/// <summary>How values that are bytes are read.</summary>
internal static class BytesRules
{
    private const int Piece = 1 << 16;

    /// <summary>Base64, blanks allowed, into PostgreSQL's hexadecimal form.</summary>
    public static string? Base64(ReadOnlySpan<byte> given, Utf8Output text)
    {
        if (!System.Buffers.Text.Base64.IsValid(given))
            return "not base64";
        text.Write("\\x"u8);
        byte[] bytes = ArrayPool<byte>.Shared.Rent(given.Length / 4 * 3 + 3);
        _ = System.Buffers.Text.Base64.DecodeFromUtf8(given, bytes, out _, out int length);
        WriteHex(bytes.AsSpan(0, length), text);
        ArrayPool<byte>.Shared.Return(bytes);
        return null;
    }

    /// <summary>What Python's UUID takes: hyphens or none, braces, urn:uuid:, any case.</summary>
    public static string? Uuid(ReadOnlySpan<byte> given, Utf8Output text)
    {
        string uuid = Encoding.UTF8.GetString(given);
        if (uuid.StartsWith("urn:uuid:", StringComparison.OrdinalIgnoreCase))
            uuid = uuid["urn:uuid:".Length..];
        if (!Guid.TryParseExact(uuid, "D", out Guid value) && !Guid.TryParseExact(uuid, "N", out value) && !Guid.TryParseExact(uuid, "B", out value))
            return "not a UUID";
        _ = Utf8Formatter.TryFormat(value, text.Reserve(36), out int length);
        text.Advance(length);
        return null;
    }

    private static void WriteHex(ReadOnlySpan<byte> bytes, Utf8Output text)
    {
        ReadOnlySpan<byte> digits = "0123456789abcdef"u8;
        while (!bytes.IsEmpty)
        {
            ReadOnlySpan<byte> piece = bytes[..Math.Min(Piece, bytes.Length)];
            Span<byte> hex = text.Reserve(piece.Length * 2);
            for (int i = 0; i < piece.Length; i++)
            {
                hex[2 * i] = digits[piece[i] >> 4];
                hex[2 * i + 1] = digits[piece[i] & 0xF];
            }
            text.Advance(piece.Length * 2);
            bytes = bytes[piece.Length..];
        }
    }
}
