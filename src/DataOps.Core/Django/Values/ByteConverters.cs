using System.Buffers;
using System.Buffers.Text;
using System.Text;
using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Django.Values;

/// <summary>Bytes as base64, read with blanks in it too.</summary>
internal sealed class BytesConverter() : PlainConverter(isQuoted: true, $"''")
{
    // A multiple of three, so that only the last piece is padded; pieces, so that a large value needs no second copy of
    // itself.
    private const int Piece = 48 * 1024;

    protected override void Write(ReadOnlySpan<byte> field, Utf8Output output)
    {
        while (!field.IsEmpty)
        {
            ReadOnlySpan<byte> piece = field[..Math.Min(Piece, field.Length)];
            Span<byte> space = output.Reserve(Base64.GetMaxEncodedToUtf8Length(piece.Length));
            _ = Base64.EncodeToUtf8(piece, space, out _, out int length);
            output.Advance(length);
            field = field[piece.Length..];
        }
    }

    protected override string? Read(ReadOnlySpan<byte> given, Utf8Output text)
    {
        if (!Base64.IsValid(given))
            return "not base64";
        text.Write("\\x"u8);
        byte[] bytes = ArrayPool<byte>.Shared.Rent(given.Length / 4 * 3 + 3);
        _ = Base64.DecodeFromUtf8(given, bytes, out _, out int length);
        for (int i = 0; i < length; i += Piece)
            text.WriteHex(bytes.AsSpan(i, Math.Min(Piece, length - i)));
        ArrayPool<byte>.Shared.Return(bytes);
        return null;
    }
}

/// <summary>
/// UUIDs, read as Python's UUID takes them: with hyphens or none, in braces, behind urn:uuid:, in any case.
/// </summary>
internal sealed class UuidConverter() : PlainConverter(isQuoted: true, $"gen_random_uuid()")
{
    private const string Urn = "urn:uuid:";
    private const int Length = 36;

    protected override void Write(ReadOnlySpan<byte> field, Utf8Output output) =>
        Write(new Guid(field, bigEndian: true), output);

    protected override string? Read(ReadOnlySpan<byte> given, Utf8Output text)
    {
        string uuid = Encoding.UTF8.GetString(given);
        if (uuid.StartsWith(Urn, StringComparison.OrdinalIgnoreCase))
            uuid = uuid[Urn.Length..];
        if (!Guid.TryParseExact(uuid, "D", out Guid value) && !Guid.TryParseExact(uuid, "N", out value)
            && !Guid.TryParseExact(uuid, "B", out value))
            return "not a UUID";
        Write(value, text);
        return null;
    }

    private static void Write(Guid value, Utf8Output output)
    {
        _ = Utf8Formatter.TryFormat(value, output.Reserve(Length), out int length);
        output.Advance(length);
    }
}
