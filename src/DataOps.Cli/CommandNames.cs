using System.Text;
using System.Text.RegularExpressions;
using DataOps.Core.Operations;

namespace DataOps.Cli;

/// <summary>An operation and its options as the command line calls them.</summary>
internal sealed partial class CommandNames(OperationDescription operation)
{
    /// <summary>The command, as find-orphan.</summary>
    public string Command { get; } = $"{Kebab(operation.Verb)}-{Kebab(operation.Noun)}";

    /// <summary>
    /// An option, as --include-expected. Every command has --format for its results; the format of a dataset is
    /// --dataset-format.
    /// </summary>
    public string Option(string name) =>
        name == "Format" && operation.Options.Any(o => o.Name == name)
            ? $"--{Kebab(operation.Noun)}-format"
            : "--" + Kebab(name);

    /// <summary>
    /// Writes -LockTimeout in a text as --lock-timeout, and leaves everything that is not a parameter as it is.
    /// </summary>
    public string Localize(string text) => Parameter().Replace(text, m => Option(m.Groups[1].Value));

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

    [GeneratedRegex(@"(?<![\w-])-([A-Z][a-z]+(?:[A-Z][a-z]+)*)\b")]
    private static partial Regex Parameter();
}
