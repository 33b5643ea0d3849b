using DataOps.Core.Kernel;

namespace DataOps.Core.Django.Pages;

/// <summary>Paths in Wagtail's page tree, four characters of 0-9A-Z a level, as treebeard makes them; and paths in its URLs.</summary>
internal static class PagePath
{
    /// <summary>Characters a level.</summary>
    public const int Step = 4;

    /// <summary>The most characters that a path has room for.</summary>
    public const int Longest = 255;

    private const string Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

    /// <summary>The path of the parent; empty for the root.</summary>
    public static string ParentOf(string path) => path[..^Step];

    /// <summary>A page's number among its siblings, from 1.</summary>
    public static int NumberOf(string path) => path[^Step..].Aggregate(0, (n, digit) => (n * Digits.Length) + Digits.IndexOf(digit));

    /// <summary>The path of a child.</summary>
    /// <exception cref="DataOpsException"><c>TreeFull</c>: it would not fit.</exception>
    public static string Child(string parent, int number)
    {
        char[] step = new char[Step];
        int rest = number;
        for (int i = Step - 1; i >= 0; i--, rest /= Digits.Length)
            step[i] = Digits[rest % Digits.Length];
        if (rest > 0)
            throw Full($"no page below {parent} can have number {number}");
        return parent + new string(step);
    }

    /// <summary>The failure for a path that has no room.</summary>
    public static DataOpsException Full(string why) => new(
        ErrorIds.TreeFull, FailureKind.Limit, $"The page tree has no room: {why}.", "Repair-Tree closes the gaps between siblings.", null);

    /// <summary>A url path as wagtailcore_page has it: with a slash at both ends.</summary>
    public static string Url(string path) => path.Trim('/') is { Length: > 0 } inner ? $"/{inner}/" : "/";
}
