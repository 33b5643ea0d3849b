using System.Diagnostics;
using DataOps.Core.Changes;
using DataOps.Core.Changes.UndoFiles;
using DataOps.Core.Django.References;
using DataOps.Core.Features.Pages;
using DataOps.Core.Kernel;
using DataOps.Core.Operations;
using DataOps.Core.Postgres.Connections;

namespace DataOps.Core.Features.Sites;

/// <summary>Changes where a site is reached and which page it begins with, in wagtailcore_site and django_site.</summary>
[Operation("Set", "Site")]
public sealed class SetSite : Operation<SetSiteOptions, IChangeResult>
{
    private const string Name = "Set-Site";

    /// <inheritdoc/>
    /// <exception cref="DataOpsException">No site or page of that name, or another site has the host name and port: nothing is changed.</exception>
    protected override IEnumerable<IChangeResult> Execute(Session session, SetSiteOptions options, OperationContext context)
    {
        Stopwatch watch = Stopwatch.StartNew();
        string? undo = UndoPlace.Of(options, session.Database, Name);
        SiteChange.Check(options);
        ReferenceCatalog catalog = ReferenceCatalog.Read(session, withEmbedded: false);
        using PageChange change = new(session, catalog, Name, context.Cancellation);
        SiteChange site = new(session, catalog, change, options, context);
        site.Plan();
        change.Count();
        foreach (RowChange row in options.Detailed ? change.Describe() : [])
            yield return row;
        bool goes = !options.WhatIf && change.Rows > 0;
        string? undoPath = goes ? change.Carry(undo) : null;
        SiteState after = site.After;
        yield return new SetSiteResult
        {
            Server = session.Server,
            Database = session.Database,
            Operation = Name,
            Changed = goes,
            Count = goes ? change.Rows : 0,
            WouldChange = change.Rows,
            Deleted = change.Tables.Sum(t => t.Delete),
            Updated = change.Tables.Sum(t => t.Update),
            Inserted = change.Tables.Sum(t => t.Insert),
            Stale = site.Stale.What,
            Afterwards = site.Stale.Commands,
            UndoPath = undoPath,
            Duration = Math.Round(watch.Elapsed.TotalSeconds, 3),
            OldSite = site.Before.Name,
            Site = after.Name,
            RootPage = after.RootPage,
            IsDefault = after.IsDefault,
            SiteName = after.SiteName,
            Domain = after.Domain,
        };
    }
}
