using System.Text;
using System.Text.RegularExpressions;

namespace DataOps.Cli;

/// <summary>PowerShell's names as the command line writes them.</summary>
internal static partial class Naming
{
    /// <summary>IncludeExpected becomes include-expected.</summary>
    public static string Kebab(string pascal)
    {
        StringBuilder text = new();
        for (int i = 0; i < pascal.Length; i++)
        {
            bool startsWord = i > 0 && char.IsUpper(pascal[i]) && (!char.IsUpper(pascal[i - 1]) || (i + 1 < pascal.Length && char.IsLower(pascal[i + 1])));
            if (startsWord)
                text.Append('-');
            text.Append(char.ToLowerInvariant(pascal[i]));
        }
        return text.ToString();
    }

    /// <summary>Writes -LockTimeout in a text as --lock-timeout, and leaves everything that is not a parameter as it is.</summary>
    public static string Localize(string text) => Parameter().Replace(text, m => "--" + Kebab(m.Groups[1].Value));

    [GeneratedRegex(@"(?<![\w-])-([A-Z][a-z]+(?:[A-Z][a-z]+)*)\b")]
    private static partial Regex Parameter();
}
