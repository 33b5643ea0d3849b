using System.Text.RegularExpressions;
using DataOps.Core.Definitions;

namespace DataOps.Core.Features.Sites.Environments;

/// <summary>What differs between two environments of a site: -Environment, a file, or its JSON.</summary>
/// <remarks>
/// <code>
/// { "sites": [ { "site": "www.example.com", "hostName": "localhost", "port": 8000 } ],
///   "addresses": [ { "columns": [ "auth.user.email" ], "address": "user{pk}@example.invalid",
///                    "keep": [ "*@example.com" ] } ],
///   "unsetSchedules": true,
///   "sql": [ "update public.shop_settings set sandbox = true" ] }
/// </code>
/// </remarks>
/// <param name="Sites">What becomes of sites.</param>
/// <param name="Addresses">What becomes of e-mail addresses.</param>
/// <param name="UnsetSchedules">Whether nothing is published or unpublished at a time that was set.</param>
/// <param name="Statements">SQL of one's own.</param>
internal sealed partial record EnvironmentDefinition(
    IReadOnlyList<SiteRule> Sites, IReadOnlyList<AddressRule> Addresses, bool UnsetSchedules,
    IReadOnlyList<AuthoredStatement> Statements)
{
    private const string Option = "-Environment";

    /// <summary>The members, as they are written.</summary>
    public const string SitesMember = "sites", AddressesMember = "addresses", SchedulesMember = "unsetSchedules",
        SqlMember = "sql";

    /// <summary>What it does, as a sentence goes on.</summary>
    public string Description => string.Join("; ", Parts());

    /// <summary>Reads it.</summary>
    /// <param name="source">A file's path, or the JSON itself.</param>
    /// <exception cref="DataOpsException">The file is not there, or something is wrong in it.</exception>
    public static EnvironmentDefinition Read(string source)
    {
        PlacedJson json = DefinitionFile.IsJson(source)
            ? DefinitionFile.OfText(source, Option).Json
            : DefinitionFile.OfFile(FullPath.Of(source), Option);
        DefinitionFields fields = new(
            json, "an environment", "$schema", SitesMember, AddressesMember, SchedulesMember, SqlMember);
        EnvironmentDefinition read = new(
            [.. fields.List(SitesMember).Select(SiteRule.Read)],
            [.. fields.List(AddressesMember).Select(AddressRule.Read)],
            fields.Flag(SchedulesMember) ?? false,
            [.. fields.Texts(SqlMember).Zip(fields.List(SqlMember)).SelectMany(s => Split(s.First, s.Second.Place))]);
        return read is { Sites.Count: 0, Addresses.Count: 0, UnsetSchedules: false, Statements.Count: 0 }
            ? throw DefinitionError.At(json.Place, "it says nothing that differs.",
                $"It has {SitesMember}, {AddressesMember}, {SchedulesMember} or {SqlMember}; "
                    + "New-EnvironmentDefinition writes one.")
            : read;
    }

    private static IEnumerable<AuthoredStatement> Split(string text, JsonPlace place)
    {
        foreach (SqlStatement statement in SqlScript.Split($"{place}", text))
            yield return EndsTransaction().Match(statement.Text) is { Success: true } word
                ? throw DefinitionError.At(
                    place, $"{word.Value.ToUpperInvariant()} would end the transaction of the whole change.",
                    "Leave it out: all statements are one transaction.", ErrorIds.InvalidSql)
                : new(statement.Text, place);
    }

    private IEnumerable<string> Parts()
    {
        foreach (SiteRule site in Sites)
            yield return $"site {site.Name} becomes {site.Target}";
        foreach (AddressRule rule in Addresses)
            yield return $"addresses of {string.Join(", ", rule.Columns)} become {rule.Address}";
        if (UnsetSchedules)
            yield return "no scheduled publishing";
        if (Statements.Count > 0)
            yield return $"{Counted.Of(Statements.Count, "statement")} of SQL";
    }

    [GeneratedRegex(
        @"\A(BEGIN|START|COMMIT|END|ROLLBACK|ABORT|SAVEPOINT|RELEASE|PREPARE\s+TRANSACTION)\b",
        RegexOptions.IgnoreCase)]
    private static partial Regex EndsTransaction();
}

/// <summary>A statement of the definition's author.</summary>
/// <param name="Text">Its text.</param>
/// <param name="Place">Where it stands.</param>
internal sealed record AuthoredStatement(string Text, JsonPlace Place)
{
    private const int Longest = 60;

    /// <summary>Its beginning, on one line.</summary>
    public string Start
    {
        get
        {
            string line = string.Join(' ', Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
            return line.Length <= Longest ? line : $"{line[..Longest]}…";
        }
    }
}

/// <summary>What becomes of a site.</summary>
/// <param name="Site">The site, as -Site of Set-Site; null for the default site.</param>
/// <param name="HostName">Its host name; null for its own.</param>
/// <param name="Port">Its port; null for its own.</param>
/// <param name="SiteName">Its name; null for its own.</param>
/// <param name="Domain">Its domain in django_site; null for what follows from the host name.</param>
internal sealed record SiteRule(string? Site, string? HostName, int? Port, string? SiteName, string? Domain)
{
    private const int MostPort = 65535;

    /// <summary>What a person calls the site.</summary>
    public string Name => Site ?? "by default";

    /// <summary>What a person calls what it becomes.</summary>
    public string Target => HostName is null && Port is null
        ? Domain ?? SiteName!
        : $"{HostName}{(Port is null ? "" : $":{Port}")}";

    /// <summary>Reads it.</summary>
    /// <exception cref="DataOpsException">It is none.</exception>
    public static SiteRule Read(PlacedJson json)
    {
        DefinitionFields fields = new(json, "a site", "site", "hostName", "port", "siteName", "domain");
        SiteRule rule = new(fields.Text("site"), fields.Text("hostName"), fields.Number("port", 0, MostPort),
            fields.Text("siteName"), fields.Text("domain"));
        return rule is { HostName: null, Port: null, SiteName: null, Domain: null }
            ? throw DefinitionError.At(
                json.Place, "it does not say what becomes of the site.", "Add hostName, port, siteName or domain.")
            : rule;
    }

    /// <summary>It as options of Set-Site.</summary>
    public SetSiteOptions Options => new()
    {
        Site = Site, HostName = HostName, Port = Port, SiteName = SiteName, Domain = Domain,
    };
}

/// <summary>What becomes of the e-mail addresses in some columns.</summary>
/// <param name="Columns">The columns, as app.model.field, with wildcards.</param>
/// <param name="Address">What they become; {pk} is the key of the row.</param>
/// <param name="Keep">Addresses that stay, with * and ?.</param>
/// <param name="Place">Where it stands.</param>
internal sealed partial record AddressRule(
    IReadOnlyList<string> Columns, string Address, IReadOnlyList<string> Keep, JsonPlace Place)
{
    private const string Key = "{pk}";

    /// <summary>Reads it.</summary>
    /// <exception cref="DataOpsException">It is none.</exception>
    public static AddressRule Read(PlacedJson json)
    {
        DefinitionFields fields = new(json, "a rule for addresses", "columns", "address", "keep");
        AddressRule rule = new(fields.Texts("columns"), fields.Required("address"), fields.Texts("keep"), json.Place);
        if (rule.Columns.Count == 0)
            throw DefinitionError.At(json.Place, "a rule for addresses needs \"columns\".", "As auth.user.email.");
        return Placeholder().Match(rule.Address.Replace(Key, "", StringComparison.Ordinal))
            is { Success: true } unknown
            ? throw DefinitionError.At(json["address"]!.Place, $"there is no {unknown.Value}.", $"There is {Key}.")
            : rule;
    }

    /// <summary>The condition that a text is an address which does not stay.</summary>
    public SqlText Covers(SqlText text)
    {
        SqlText isThere = $"{text} <> ''";
        return Keep.Count == 0 ? isThere : (SqlText)$"({isThere} and not lower({text}) like any({Patterns}))";
    }

    /// <summary>What an address of a row becomes. A key of text may hold what no address does.</summary>
    public SqlText NewAddress(SqlText key)
    {
        SqlText part = $"regexp_replace({key}, '[^A-Za-z0-9._-]+', '-', 'g')";
        return SqlText.Join(" || ", Address.Split(Key).SelectMany(
            (text, i) => i == 0 ? new[] { SqlText.Value(text) } : [part, SqlText.Value(text)]));
    }

    private string[] Patterns => [.. Keep.Select(k => k.ToLowerInvariant()
        .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal)
        .Replace("_", "\\_", StringComparison.Ordinal).Replace('*', '%').Replace('?', '_'))];

    [GeneratedRegex(@"\{[^}]*\}?")]
    private static partial Regex Placeholder();
}
