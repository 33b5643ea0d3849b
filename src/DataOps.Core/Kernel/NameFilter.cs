using System.Text.RegularExpressions;

namespace DataOps.Core.Kernel;

/// <summary>Names with PowerShell's wildcards: * ? [a-z]; upper and lower case are the same.</summary>
internal sealed class NameFilter
{
    private readonly (string Text, Regex Pattern)[] _patterns;

    public NameFilter(IEnumerable<string> names) => _patterns = [.. names.Select(n => (n, ToRegex(n)))];

    /// <summary>Whether a name has wildcards.</summary>
    public static bool HasWildcards(string name) => name.IndexOfAny(['*', '?', '[']) >= 0;

    /// <summary>Whether there is nothing to filter by.</summary>
    public bool IsEmpty => _patterns.Length == 0;

    /// <summary>Whether one of the names matches; everything does where there is nothing to filter by.</summary>
    public bool Matches(params string?[] names) =>
        IsEmpty || _patterns.Any(p => names.Any(n => n is not null && p.Pattern.IsMatch(n)));

    /// <summary>The names that match none of these: most likely slips of the pen.</summary>
    public IEnumerable<string> Unmatched(IEnumerable<string?[]> candidates)
    {
        string?[][] all = [.. candidates];
        return _patterns.Where(p => !all.Any(c => c.Any(n => n is not null && p.Pattern.IsMatch(n)))).Select(
            p => p.Text);
    }

    // Brackets stay as they are: they mean the same in both.
    private static Regex ToRegex(string name)
    {
        string pattern = Regex.Escape(name).Replace("\\*", ".*").Replace("\\?", ".").Replace("\\[", "[");
        try
        {
            return new Regex(
                $"^{pattern}$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.Singleline);
        }
        catch (ArgumentException e)
        {
            throw new DataOpsException(ErrorIds.InvalidPattern, FailureKind.InvalidArgument,
                $"\"{name}\" is not a name with wildcards.", "Use * ? [a-z].", name, e);
        }
    }
}
