using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace DataOps.Core.Definitions;

/// <summary>
/// A condition that a definition's author wrote in SQL: one expression, and nothing that could end it.
/// </summary>
internal static partial class AuthoredSql
{
    /// <summary>The condition with each :name replaced.</summary>
    /// <exception cref="DataOpsException">A name has no value, a value no name, or the text is more than one
    /// expression.</exception>
    public static SqlText Compile(Filter.SqlCondition sql, FilterParameters parameters)
    {
        StringBuilder text = new();
        HashSet<string> used = [];
        int depth = 0;
        int at = 0;
        if (string.IsNullOrWhiteSpace(sql.Text) || sql.Text.Contains('\0'))
            throw Wrong(sql, "the condition is empty, or holds a NUL.");
        while (at < sql.Text.Length)
        {
            Match token = Token().Match(sql.Text, at);
            at += token.Length;
            if (token.Groups["name"] is { Success: true, Value: var name })
            {
                used.Add(name);
                text.Append(
                    Value(sql.Values.TryGetValue(name, out PlacedJson? value)
                        ? value
                        : throw Wrong(sql, $"values has no \"{name}\"."), parameters));
                continue;
            }
            depth += token.Value switch { "(" => 1, ")" => -1, _ => 0 };
            if (token.Groups["refused"].Success || depth < 0)
                throw Wrong(sql, $"{token.Value} at character {token.Index + 1} cannot be part of a condition.");
            text.Append(token.Value);
        }
        if (depth != 0)
            throw Wrong(sql, "a parenthesis is not closed.");
        if (sql.Values.Keys.FirstOrDefault(k => !used.Contains(k)) is { } useless)
            throw Wrong(sql, $"no :{useless} is in it, but values has one.");
        return SqlText.Raw(text.ToString());
    }

    private static SqlText Value(PlacedJson value, FilterParameters parameters)
    {
        if (value.Kind == JsonValueKind.Null)
            return $"null";
        if (value.Kind != JsonValueKind.Array)
            return $"{parameters.Add(TypeOf(value).TextOf(value, parameters.TimeZone))}::{TypeOf(value).Cast}";
        ValueType type = value.Items.Count == 0 ? ValueType.Text : TypeOf(value.Items[0]);
        string[] texts = [.. value.Items.Select(i => type.TextOf(i, parameters.TimeZone))];
        return $"{parameters.AddList(texts)}::{type.Cast}[]";
    }

    private static ValueType TypeOf(PlacedJson value) => value.Kind switch
    {
        JsonValueKind.Number => long.TryParse(value.Text, out _) ? ValueType.Integer : ValueType.Number,
        JsonValueKind.True or JsonValueKind.False => ValueType.Boolean,
        JsonValueKind.String => ValueType.Text,
        _ => throw DefinitionError.At(
            value.Place, $"a value is a text, a number, true, false, null or a list of them, not {value.Described}.",
            id: ErrorIds.InvalidValue),
    };

    private static DataOpsException Wrong(Filter.SqlCondition sql, string reason) =>
        DefinitionError.At(sql.Place, reason, id: ErrorIds.InvalidSql);

    // Strings with backslashes, dollar quotes and comments are refused: where they end depends on more than is seen
    // here.
    [GeneratedRegex("""
        \G(?:(?<refused>;|--|/\*|\*/|\$|\\|[eEuU]&?'|'(?![^']*')|"(?![^"]*"))
        |'[^']*'|"[^"]*"|::|:(?<name>[A-Za-z_]\w*)|[A-Za-z_]\w*(?!')|[^'"])
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Token();
}
