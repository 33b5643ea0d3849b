namespace DataOps.Core.Features.SiteDescriptions;

/// <summary>What a site's description says and its database contradicts; reads only.</summary>
internal static class DescriptionCheck
{
    /// <summary>Finds it.</summary>
    /// <param name="session">The session, in the audit's transaction.</param>
    /// <param name="catalog">What of the description is used, and what is not.</param>
    /// <param name="migrationPath">What a description can be written from; may be empty.</param>
    public static IEnumerable<Finding> Find(
        Session session, ReferenceCatalog catalog, IReadOnlyList<string> migrationPath)
    {
        // What a person wrote only a person can correct; the rest is written anew.
        string? file = session.Settings.Site is { } site && File.Exists(site) ? site : null;
        HashSet<(string, string)> byHand =
            file is null ? [] : [.. DescriptionFile.ByHand(file).Select(e => (e.Member, e.Key))];
        string? rewrite = file is null || migrationPath.Count == 0 ? null
            : $"Export-SiteDescription {string.Join(", ", migrationPath.Select(Quoted))} {Quoted(file)}";
        return catalog.Contradictions.Where(c => !c.IsUnused).Select(c => Drift.Of(
            session, DriftProblem.Description, Severity.Warning,
            $"the site's description says something of {c.Subject}, but {c.What}: it is not used",
            byHand.Contains((c.Member, c.Key)) ? null : rewrite) with
        {
            Table = c.Table?.DisplayName,
            Model = c.Table is null ? null : catalog.LabelOf(c.Table),
            Value = c.Key.Length == 0 ? null : c.Key,
        });
    }

    private static string Quoted(string path) => path.All(c => char.IsLetterOrDigit(c) || c is '/' or '.' or '-' or '_')
        ? path
        : $"'{path.Replace("'", "''")}'";
}
