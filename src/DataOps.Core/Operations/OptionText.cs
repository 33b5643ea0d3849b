namespace DataOps.Core.Operations;

/// <summary>Reads the values of options from text.</summary>
public static class OptionText
{
    /// <summary>
    /// Reads a list: its values are given one by one, or separated by commas; a JSON object is one value.
    /// </summary>
    /// <exception cref="DataOpsException"><c>InvalidOption</c>: a text is not a value of the type.</exception>
    public static IReadOnlyList<T> List<T>(string name, IEnumerable<string> texts) =>
        [.. texts.SelectMany(Values).Select(t => Parse<T>(name, t))];

    /// <summary>
    /// Whether an entry names a file and not an app or a model: it has a path's separator, or ends in .json or .txt.
    /// </summary>
    public static bool IsFile(string entry) =>
        entry.AsSpan().IndexOfAny('/', '\\') >= 0
        || entry.EndsWith(".json", StringComparison.OrdinalIgnoreCase)
        || entry.EndsWith(".txt", StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads a value: a text, a number, true or false, or a member of an enumeration.</summary>
    /// <exception cref="DataOpsException"><c>InvalidOption</c>: the text is not a value of the type.</exception>
    public static T Parse<T>(string name, string text)
    {
        if (typeof(T) == typeof(string))
            return (T)(object)text;
        if (typeof(T).IsEnum)
            return Enum.GetNames(typeof(T))
                .FirstOrDefault(n => n.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } member
                ? (T)Enum.Parse(typeof(T), member)
                : throw Wrong(name, $"\"{text}\"", $"Use {string.Join(", ", Enum.GetNames(typeof(T)))}.");
        try
        {
            return (T)Convert.ChangeType(text, typeof(T), null);
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            throw Wrong(name, $"\"{text}\"", typeof(T) == typeof(bool) ? "Use true or false." : "Use a number.");
        }
    }

    private static string[] Values(string text) => text.StartsWith('{')
        ? [text]
        : text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>The refusal of a value.</summary>
    internal static DataOpsException Wrong(string name, string value, string advice) =>
        new(ErrorIds.InvalidOption, FailureKind.InvalidArgument, $"-{name} cannot be {value}.", advice, name);
}
