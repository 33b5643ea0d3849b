using System.Buffers.Text;
using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Django.Values;

/// <summary>Values that are bytes.</summary>
internal static class BytesText
{
    // A multiple of three, so that only the last piece is padded; pieces, so that a large value needs no second copy of itself.
    private const int Piece = 48 * 1024;

    public static void Base64(ReadOnlySpan<byte> field, Utf8Output output)
    {
        while (!field.IsEmpty)
        {
            ReadOnlySpan<byte> piece = field[..Math.Min(Piece, field.Length)];
            Span<byte> space = output.Reserve(System.Buffers.Text.Base64.GetMaxEncodedToUtf8Length(piece.Length));
            _ = System.Buffers.Text.Base64.EncodeToUtf8(piece, space, out _, out int length);
            output.Advance(length);
            field = field[piece.Length..];
        }
    }

    public static void Uuid(ReadOnlySpan<byte> field, Utf8Output output)
    {
        _ = Utf8Formatter.TryFormat(new Guid(field, bigEndian: true), output.Reserve(36), out int length);
        output.Advance(length);
    }
}
