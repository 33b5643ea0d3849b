using System.Text;

namespace DataOps.Core.Kernel;

/// <summary>Text for a terminal: data, names and server messages may hold what a terminal obeys.</summary>
public static class VisibleText
{
    // U+202A to U+202E and U+2066 to U+2069 turn the direction of what follows.
    private const string Turning = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069";

    /// <summary>
    /// The text with its control characters written as JSON writes them, <c>\u001b</c> for the escape; line breaks and
    /// tabs stay.
    /// </summary>
    public static string Of(string text)
    {
        if (!text.Any(IsHidden))
            return text;
        StringBuilder visible = new(text.Length + 16);
        foreach (char c in text)
            visible = IsHidden(c) ? visible.Append($"\\u{(int)c:x4}") : visible.Append(c);
        return visible.ToString();
    }

    private static bool IsHidden(char c) =>
        (char.IsControl(c) && c is not ('\n' or '\r' or '\t')) || Turning.Contains(c);
}
