using System.Text.Unicode;
using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Django.Values;

/// <summary>
/// Text, labels of enums, and every type that is selected as text because it has no binary form that is read.
/// </summary>
/// <param name="length">Most characters that the column takes; null when unlimited.</param>
internal sealed class TextConverter(int? length = null) : ScalarConverter
{
    public override void WriteJson(ReadOnlySpan<byte> field, Utf8Output output) => output.WriteJsonString(field);

    public override void WriteElement(ReadOnlySpan<byte> field, Utf8Output output) =>
        output.WriteAsciiJsonString(field);

    /// <summary>Writes a text that may be of any length; returns what PostgreSQL would refuse in it, or null.</summary>
    public static string? Copy(ReadOnlySpan<byte> given, Utf8Output text)
    {
        if (given.Contains((byte)0))
            return "holds a NUL character, which PostgreSQL cannot store";
        if (!Utf8.IsValid(given))
            return "not valid Unicode";
        text.Write(given);
        return null;
    }

    protected override string? Read(ReadOnlySpan<byte> given, Utf8Output text) =>
        Copy(given, text) ?? (IsTooLong(given) ? $"longer than {length} characters" : null);

    // PostgreSQL cuts off blanks beyond the length.
    private bool IsTooLong(ReadOnlySpan<byte> given) => given.Length > length && Characters(given) > length
        && Characters(given.TrimEnd((byte)' ')) > length;

    private static int Characters(ReadOnlySpan<byte> utf8)
    {
        int characters = 0;
        foreach (byte b in utf8)
            characters += (b & 0xC0) != 0x80 ? 1 : 0;
        return characters;
    }
}
