namespace DataOps.Core.Django.Pages;

/// <summary>Slugs of siblings, of which each must differ from the others.</summary>
internal static class PageSlug
{
    private const int Longest = 255;

    /// <summary>
    /// The slug with the first ending that makes it free: -2, -3 and so on, or a suffix, and the suffix with -2, -3 and
    /// so on.
    /// </summary>
    public static string Free(string slug, Func<string, bool> isFree, string suffix = "")
    {
        for (int i = suffix.Length == 0 ? 2 : 1; ; i++)
        {
            string end = i == 1 ? suffix : $"{suffix}-{i}";
            string free = slug[..Math.Min(slug.Length, Longest - end.Length)] + end;
            if (isFree(free))
                return free;
        }
    }
}
