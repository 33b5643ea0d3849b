using System.Buffers;
using System.Globalization;
using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Django.Values;

/// <summary>Small numbers inside JSON: jsonb writes 0.0000001 where Python writes 1e-07.</summary>
/// <remarks>Only a number that Python's float holds to its last digit is written in this way: every other one keeps the digits that PostgreSQL has.</remarks>
internal static class JsonNumbers
{
    private const int MostDigits = 17;

    private static readonly SearchValues<byte> InNumbers = SearchValues.Create("+-.0123456789Ee"u8);

    /// <summary>The JSON with such numbers as Python writes them; the same JSON when there are none.</summary>
    public static ReadOnlySpan<byte> AsPython(ReadOnlySpan<byte> json, Utf8Output scratch)
    {
        if (json.IndexOf("0.0000"u8) < 0)
            return json;
        scratch.Clear();
        while (!json.IsEmpty)
        {
            int length = json[0] == '"' ? JsonText.StringLength(json) : NumberLength(json);
            if (length == 0 || json[0] == '"' || !TryWrite(json[..length], scratch))
                scratch.Write(json[..Math.Max(length, 1)]);
            json = json[Math.Max(length, 1)..];
        }
        return scratch.Written;
    }

    private static int NumberLength(ReadOnlySpan<byte> json)
    {
        int end = json.IndexOfAnyExcept(InNumbers);
        return json[0] is (byte)'-' or (>= (byte)'0' and <= (byte)'9') ? end < 0 ? json.Length : end : 0;
    }

    private static bool TryWrite(ReadOnlySpan<byte> number, Utf8Output output)
    {
        ReadOnlySpan<byte> digits = number.TrimStart((byte)'-');
        if (!digits.StartsWith("0.0000"u8) || digits[^1] == '0' || digits.ContainsAny((byte)'e', (byte)'E'))
            return false;
        ReadOnlySpan<byte> significant = digits[1..].TrimStart(".0"u8);
        if (significant.Length > MostDigits || !double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out double value))
            return false;
        Span<byte> shortest = stackalloc byte[32];
        Span<byte> own = stackalloc byte[MostDigits];
        int mark = value.TryFormat(shortest, out int length, "R", CultureInfo.InvariantCulture) ? shortest[..length].IndexOf((byte)'E') : -1;
        if (mark < 0)
            return false;
        int count = 0;
        foreach (byte b in shortest[..mark])
            if (char.IsAsciiDigit((char)b))
                own[count++] = b;
        if (!own[..count].SequenceEqual(significant))
            return false;
        NumberText.WriteRepr(shortest[..length], output);
        return true;
    }
}
