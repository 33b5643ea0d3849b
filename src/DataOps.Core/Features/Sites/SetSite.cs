using DataOps.Core.Changes.UndoFiles;

namespace DataOps.Core.Features.Sites;

/// <summary>Sets host name, port, root page and default of a site, in wagtailcore_site and django_site.</summary>
[Operation("Set", "Site")]
public sealed class SetSite : Operation<SetSiteOptions, IChangeResult>
{
    private const string Name = "Set-Site";

    /// <inheritdoc/>
    /// <exception cref="DataOpsException">No site or page of that name, or another site has the host name and port:
    /// nothing is changed.</exception>
    protected override IEnumerable<IChangeResult> Execute(
        Session session, SetSiteOptions options, OperationContext context)
    {
        ChangeWay way = ChangeWay.For(session, Name, options);
        SiteChange.Check(options);
        ReferenceCatalog catalog = ReferenceCatalog.Read(session, withEmbedded: false);
        using ChangeRun change = new(session, catalog, Name, way, context);
        SiteChange site = new(session, catalog, change, options, context);
        site.Plan();
        change.Count();
        foreach (RowChange row in options.Detailed ? change.Describe() : [])
            yield return row;
        ChangeResult done = change.Finish(stale: site.Stale);
        SiteState after = site.After;
        yield return done.With(new SetSiteResult
        {
            OldSite = site.Before.Name,
            Site = after.Name,
            RootPage = after.RootPage,
            IsDefault = after.IsDefault,
            SiteName = after.SiteName,
            Domain = after.Domain,
        });
    }
}
