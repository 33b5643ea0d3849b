using DataOps.Core.Django.Pages;
using DataOps.Core.Django.Trees;

namespace DataOps.Core.Features.Sites;

/// <summary>One site as both of its tables have it.</summary>
/// <param name="Id">wagtailcore_site.id; null without Wagtail.</param>
/// <param name="HostName">Host name.</param>
/// <param name="Port">Port; null where the domain of django_site names none.</param>
/// <param name="IsDefault">Whether it is Wagtail's default site.</param>
/// <param name="RootPage">Its root page.</param>
/// <param name="SiteName">Its name.</param>
/// <param name="DomainId">django_site.id; null without such a row.</param>
/// <param name="Domain">django_site.domain.</param>
/// <param name="DomainName">django_site.name.</param>
internal sealed record SiteState(
    long? Id, string HostName, int? Port, bool IsDefault, long? RootPage, string? SiteName, long? DomainId,
    string? Domain, string? DomainName)
{
    /// <summary>The site as host:port.</summary>
    public string Name => Port is null ? HostName : $"{HostName}:{Port}";
}

/// <summary>Plans the change of a site.</summary>
internal sealed class SiteChange(
    Session session, ReferenceCatalog catalog, ChangeRun change, SetSiteOptions options, OperationContext context)
{
    private static readonly Afterwards s_remembered = new(
        "sites in the memory of running processes", "restart of the application's processes");

    private readonly Table? _sites = catalog.TableOf(WagtailTables.Site);
    private readonly Table? _domains = catalog.TableOf(DjangoTables.Site);

    /// <summary>The site before.</summary>
    public SiteState Before { get; private set; } = null!;

    /// <summary>The site afterwards.</summary>
    public SiteState After { get; private set; } = null!;

    /// <summary>What the application keeps of sites in memory and caches.</summary>
    public Afterwards Stale =>
        change.Rows == 0 ? Afterwards.None : _sites is null ? s_remembered : Afterwards.SiteRootPaths.And(s_remembered);

    /// <summary>Refuses invalid options.</summary>
    /// <exception cref="DataOpsException">Which.</exception>
    public static void Check(SetSiteOptions options)
    {
        if (options is { HostName: null, Port: null, RootPage: null, AsDefault: false, SiteName: null, Domain: null })
            throw new DataOpsException(
                ErrorIds.NothingToSet, FailureKind.InvalidArgument, "Nothing to change.",
                    "Give -HostName, -Port, -RootPage, -AsDefault, -SiteName or -Domain.");
        if (options.Domain is { } domain
            && (domain.Length is 0 or > 100 || domain.Any(char.IsWhiteSpace) || domain.Contains('/')))
            throw new DataOpsException(ErrorIds.InvalidDomain, FailureKind.InvalidArgument,
                $"\"{domain}\" is no domain.",
                "Give it as www.example.com or localhost:8000.", domain);
    }

    /// <summary>Plans the rows that change.</summary>
    /// <exception cref="DataOpsException">No such site or page, or the new address is another site's.</exception>
    public void Plan()
    {
        if (_sites is not null)
            change.LockTable(_sites);
        SiteRows rows = SiteRows.Read(session, catalog, context.Cancellation);
        Before = Choose(rows);
        After = Before with
        {
            HostName = options.HostName is { } host ? Sites.HostName.Read(host) : Before.HostName,
            Port = options.Port ?? Before.Port,
            IsDefault = Before.IsDefault || options.AsDefault,
            RootPage = options.RootPage is { } page ? RequireRoot(page) : Before.RootPage,
            SiteName = options.SiteName ?? Before.SiteName,
        };
        After = After with { Domain = NewDomain() };
        After = After with { DomainName = NewDomainName() };
        RequireFree(rows);
        if (_sites is not null)
            PlanSites();
        if (Before.DomainId is { } id)
            change.Update(_domains!, ["domain", "name"], $"""
                select t.id, {SqlText.Value(After.Domain)}::varchar as domain,
                    {SqlText.Value(After.DomainName)}::varchar as name
                from {_domains!} t where t.id = {id}
                """);
    }

    private SiteState Choose(SiteRows rows)
    {
        (IReadOnlyList<SiteRow> sites, IReadOnlyList<DomainRow> domains) = rows;
        if (_sites is null)
        {
            RequireWagtail();
            DomainRow[] wantedDomains =
                [.. domains.Where(
                    d => options.Site is null || new NameFilter([options.Site]).Matches(d.Domain, $"{d.Id}"))];
            DomainRow domain = One(wantedDomains, domains.Select(d => d.Domain), d => d.Domain);
            (string host, int? port) = SiteRows.Parts(domain.Domain);
            return new SiteState(
                null, host, port, false, null, domain.Name, domain.Id, domain.Domain, domain.Name);
        }
        IReadOnlyList<SiteRow> wanted = options.Site is { } name
            ? [.. sites.Where(s => new NameFilter([name]).Matches(s.HostName, s.Address, $"{s.Id}"))]
            : sites.Where(s => s.IsDefault).ToArray() is { Length: 1 } only ? only : sites;
        SiteRow site = One(wanted, sites.Select(s => s.Address), s => s.Address);
        DomainRow? own = rows.DomainOf(site)
            ?? (options.Domain is null ? null : One(domains, domains.Select(d => d.Domain), d => d.Domain));
        return new SiteState(site.Id, site.HostName, site.Port, site.IsDefault, site.RootPage, site.SiteName, own?.Id,
            own?.Domain, own?.Name);
    }

    private void RequireWagtail()
    {
        if (_domains is null)
            throw new DataOpsException(
                ErrorIds.NoSites, FailureKind.NotFound,
                $"{session.Database} has neither the model {WagtailTables.Site} nor {DjangoTables.Site}.",
                    "Connect to the database of a Django site.", session.Database);
        if (options.RootPage is not null || options.AsDefault)
            throw new DataOpsException(
                ErrorIds.NoPages, FailureKind.NotFound,
                $"{session.Database} has no model {WagtailTables.Site}, so no root page and no default site.",
                    "Leave out -RootPage and -AsDefault.");
    }

    private T One<T>(IReadOnlyList<T> found, IEnumerable<string> all, Func<T, string> name) => found.Count switch
    {
        1 => found[0],
        0 => throw new DataOpsException(ErrorIds.UnknownSite, FailureKind.NotFound, $"There is no site {options.Site}.",
            $"There are: {string.Join(", ", all)}.",
            options.Site),
        _ => throw new DataOpsException(
            ErrorIds.AmbiguousSite, FailureKind.InvalidArgument,
            $"Several sites match: {string.Join(", ", found.Select(name))}.", "Name one with -Site.",
                options.Site),
    };

    private long RequireRoot(string page)
    {
        PageTables tables = PageTables.Require(session, catalog);
        PathScheme paths = PathScheme.Wagtail;
        long id = tables.RequirePage(session, page, context.Cancellation);
        string path =
            session.Query<string>($"select path from {tables.Pages} where id = {id}", context.Cancellation)[0];
        bool isReachable = path.Length > paths.StepLength && session.Query<long>(
            $"select count(*) from {tables.Pages} p where p.path <> {SqlText.Value(path)} and " +
                $"starts_with({SqlText.Value(path)}, p.path)",
            context.Cancellation)[0] == paths.Depth(path) - 1;
        return isReachable ? id : throw new DataOpsException(
            ErrorIds.InvalidRootPage, FailureKind.InvalidArgument, $"Page {page} cannot be a site's root page: "
                + $"{(path.Length > paths.StepLength ? "pages above it are missing" : "it is the root page")}.",
            "Name a page below the root, as /home/.", page);
    }

    // As long as the domain says what the host name says, it goes on doing so.
    private string? NewDomain()
    {
        if (options.Domain is { } given && Before.DomainId is null)
            throw new DataOpsException(
                ErrorIds.NoSites, FailureKind.NotFound,
                $"{session.Database} has no row of {DjangoTables.Site} that could get the domain {given}.",
                "Leave out -Domain.",
                    given);
        string host = After.HostName;
        string withPort = After.Port is null or 80 or 443 ? host : $"{host}:{After.Port}";
        bool follows = Before.Domain is not null && (After.HostName, After.Port) != (Before.HostName, Before.Port);
        return options.Domain
            ?? (!follows
            ? Before.Domain
            : Before.Domain == Before.HostName && options.HostName is null ? Before.Domain : withPort);
    }

    private string? NewDomainName() =>
        Before.DomainName is null
            ? null
            : options.SiteName ?? (Before.DomainName == Before.Domain ? After.Domain : Before.DomainName);

    private void RequireFree(SiteRows rows)
    {
        if (rows.Sites.FirstOrDefault(s => s.Id != Before.Id && s.HostName == After.HostName
            && s.Port == After.Port) is { } other)
            throw Taken($"Site {other.Id} has {other.HostName}:{other.Port} already.", After.Name);
        if (After.Domain is { } domain
            && rows.Domains.FirstOrDefault(d => d.Id != Before.DomainId && d.Domain == domain) is { } same)
            throw Taken($"Row {same.Id} of {DjangoTables.Site} has the domain {domain} already.", domain);
    }

    private static DataOpsException Taken(string message, string target) => new(
        ErrorIds.SiteTaken, FailureKind.AlreadyExists, message + " Nothing was changed.",
        "Give that one another address first, or choose another.", target);

    private void PlanSites()
    {
        // Wagtail allows one default site.
        SqlText own = $"t.id = {Before.Id!.Value}";
        SqlText others = options.AsDefault ? (SqlText)$" or t.is_default_site" : SqlText.Empty;
        SqlText isDefault = options.AsDefault ? own : (SqlText)$"t.is_default_site";
        SqlText rootPage = $"{After.RootPage!.Value}::{_sites!.Find("root_page_id")!.TypeSql}";
        change.Update(_sites, ["hostname", "port", "is_default_site", "root_page_id", "site_name"], $"""
            select t.id, case when {own} then {SqlText.Value(After.HostName)}::varchar else t.hostname end as hostname,
                   case when {own} then {After.Port!.Value} else t.port end as port, {isDefault} as is_default_site,
                   case when {own} then {rootPage} else t.root_page_id end as root_page_id,
                   case when {own} then {SqlText.Value(After.SiteName ?? "")}::varchar else t.site_name end as site_name
            from {_sites} t where {own}{others}
            """);
    }
}
