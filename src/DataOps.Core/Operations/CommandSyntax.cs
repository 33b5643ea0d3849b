using System.Text;
using System.Text.RegularExpressions;

namespace DataOps.Core.Operations;

/// <summary>Cmdlets and their parameters as the command line calls them.</summary>
public static partial class CommandSyntax
{
    /// <summary>IncludeExpected becomes include-expected.</summary>
    public static string Kebab(string pascal)
    {
        StringBuilder text = new();
        for (int i = 0; i < pascal.Length; i++)
        {
            bool startsWord = i > 0 && char.IsUpper(pascal[i])
                && (!char.IsUpper(pascal[i - 1]) || (i + 1 < pascal.Length && char.IsLower(pascal[i + 1])));
            if (startsWord)
                text.Append('-');
            text.Append(char.ToLowerInvariant(pascal[i]));
        }
        return text.ToString();
    }

    /// <summary>A text with <c>Find-Orphan -IncludeExpected</c> as <c>find-orphan --include-expected</c>.</summary>
    /// <param name="text">A message or a help; what is no cmdlet and no parameter stays.</param>
    /// <param name="option">The name of an option as a command has it; its own in lower case when absent.</param>
    public static string InWords(string text, Func<string, string>? option = null) => WithCommands(
        Parameter().Replace(text, m => option?.Invoke(m.Groups[1].Value) ?? "--" + Kebab(m.Groups[1].Value)), "");

    /// <summary>
    /// A remedy as it is typed in a shell: <c>dataops find-orphan --include-expected</c>; one that names no cmdlet, as
    /// a statement of SQL, stays.
    /// </summary>
    public static string Remedy(string text) =>
        Cmdlet().Matches(text).All(m => !IsCmdlet(m.Value)) ? text : WithCommands(
            // An apostrophe inside one's own quotes.
            Parameter().Replace(text.Replace("''", @"'\''", StringComparison.Ordinal),
                m => "--" + Kebab(m.Groups[1].Value)),
            "dataops ");

    private static string WithCommands(string text, string program) => Cmdlet().Replace(text, m => IsCmdlet(m.Value)
        ? program + Kebab(m.Value.Replace("-", "", StringComparison.Ordinal))
        : m.Value);

    private static bool IsCmdlet(string name) => OperationDescription.All.Any(o => o.Name == name);

    [GeneratedRegex(@"(?<![\w-])-([A-Z][a-z]+(?:[A-Z][a-z]+)*)\b")]
    private static partial Regex Parameter();

    [GeneratedRegex(@"(?<![\w.-])[A-Z][a-z]+-[A-Z][A-Za-z]+\b")]
    private static partial Regex Cmdlet();
}
