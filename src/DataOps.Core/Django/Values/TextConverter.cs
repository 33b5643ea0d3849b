using System.Text.Json;
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
        string? problem = ProblemOf(given);
        if (problem is null)
            text.Write(given);
        return problem;
    }

    /// <summary>A text with escapes goes straight to where it is wanted: it may be large.</summary>
    public override string? ReadJson(ref Utf8JsonReader value, Utf8Output text)
    {
        if (!value.ValueIsEscaped)
            return base.ReadJson(ref value, text);
        int start = text.Written.Length;
        string? problem = JsonText.TryUnescape(ref value, text, out ReadOnlySpan<byte> given)
            ? ProblemOf(given) ?? TooLong(given)
            : "not valid Unicode";
        if (problem is not null)
            text.CutTo(start);
        return problem;
    }

    protected override string? Read(ReadOnlySpan<byte> given, Utf8Output text) => Copy(given, text) ?? TooLong(given);

    private static string? ProblemOf(ReadOnlySpan<byte> given) =>
        given.Contains((byte)0) ? "holds a NUL character, which PostgreSQL cannot store"
        : Utf8.IsValid(given) ? null
        : "not valid Unicode";

    private string? TooLong(ReadOnlySpan<byte> given) =>
        IsTooLong(given) ? $"longer than {length} characters" : null;

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
