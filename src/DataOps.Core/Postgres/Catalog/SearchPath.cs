using System.Text.RegularExpressions;

namespace DataOps.Core.Postgres.Catalog;

/// <summary>The schemas in which the application finds its tables, in its order.</summary>
/// <remarks>
/// Django names no schema: PostgreSQL looks along the search_path that the connection or the role has. Of a site with a
/// schema a tenant, -Schema puts one before the others.
/// </remarks>
internal static partial class SearchPath
{
    /// <summary>The table that a site is known by.</summary>
    public const string SiteTable = "django_content_type";

    /// <summary>The row of <see cref="Query"/>.</summary>
    public sealed record Row(string Path, string User);

    // The session has another one by now; this is the connection's own, or the role's, or the database's.
    /// <summary>The setting, and who asks.</summary>
    public static readonly SqlText Query =
        $"select reset_val as path, current_user::text as user from pg_settings where name = 'search_path'";

    /// <summary>The schemas, that of Django's tables first.</summary>
    /// <param name="session">The session.</param>
    /// <param name="setting">What the server answered.</param>
    /// <param name="tables">All tables.</param>
    /// <exception cref="DataOpsException"><c>UnknownSchema</c>: the one that was asked for has no table.
    /// <c>SchemaNotChosen</c>: several have Django's tables, and the search_path names none of them.</exception>
    public static IReadOnlyList<string> Of(
        Session session, Row setting, IReadOnlyList<(string Schema, string Name)> tables)
    {
        string[] path = [.. Schemas(setting).Where(s => tables.Any(t => t.Schema == s))];
        if (session.Settings.Schema is { } asked)
            return tables.Any(t => t.Schema == asked)
                ? [asked, .. path.Where(s => s != asked)]
                : throw new DataOpsException(ErrorIds.UnknownSchema, FailureKind.NotFound,
                    $"{session.Database} has no schema {asked} with tables in it.", Others(tables), asked);
        string[] sites = [.. tables.Where(t => t.Name == SiteTable).Select(t => t.Schema)];
        string? site = path.FirstOrDefault(sites.Contains) ?? (sites.Length == 1 ? sites[0] : null);
        return sites.Length == 0 || site is not null
            ? [.. path.Prepend(site).OfType<string>().Distinct()]
            : throw new DataOpsException(ErrorIds.SchemaNotChosen, FailureKind.InvalidArgument,
                $"{sites.Length} schemas of {session.Database} have Django's tables, and the search_path of the "
                    + "connection names none of them.", Others(tables), session.Database);
    }

    private static string Others(IReadOnlyList<(string Schema, string Name)> tables) =>
        "Choose with -Schema: "
            + string.Join(", ", tables.Where(t => t.Name == SiteTable).Select(t => t.Schema).DefaultIfEmpty("public"))
            + ".";

    private static IEnumerable<string> Schemas(Row setting) => Name().Matches(setting.Path).Select(m => m.Value)
        .Select(s => s.StartsWith('"') ? s[1..^1].Replace("\"\"", "\"") : s)
        .Select(s => s == "$user" ? setting.User : s);

    [GeneratedRegex("""
        "([^"]|"")+"|[^,"\s]+
        """)]
    private static partial Regex Name();
}
