using System.Diagnostics;
using DataOps.Core.Changes;
using DataOps.Core.Changes.UndoFiles;
using DataOps.Core.Django.Knowledge;
using DataOps.Core.Django.Pages;
using DataOps.Core.Django.References;
using DataOps.Core.Kernel;
using DataOps.Core.Operations;
using DataOps.Core.Postgres.Connections;

namespace DataOps.Core.Features.Pages;

/// <summary>Makes pages of one type pages of another in place: id, path, url, history, permissions and children stay.</summary>
/// <remarks>Or it makes new pages in their places, to which everything leads that led to the old ones.</remarks>
[Operation("Convert", "Page")]
public sealed class ConvertPage : Operation<ConvertPageOptions, IChangeResult>
{
    private const string Name = "Convert-Page";

    /// <inheritdoc/>
    /// <exception cref="DataOpsException">A page, type or field that is not there, or values and rows without a place in the new type: all of them.</exception>
    protected override IEnumerable<IChangeResult> Execute(Session session, ConvertPageOptions options, OperationContext context)
    {
        Stopwatch watch = Stopwatch.StartNew();
        string? undo = UndoPlace.Of(options, session.Database, Name);
        if (options.Id.Count + options.UrlPath.Count + options.Type.Count == 0)
            throw new DataOpsException(
                ErrorIds.MissingOption, FailureKind.InvalidArgument, "No page is named.", "Name pages with -Id, -UrlPath or -Type, or pipe them from Get-Page.");
        ReferenceCatalog catalog = ReferenceCatalog.Read(session);
        PageTables tables = PageTables.Require(session, catalog);
        PageType target = tables.RequireType(options.To);
        using PageChange change = new(session, catalog, Name, context.Cancellation);
        if (!options.WhatIf)
            change.LockTable(tables.Pages);
        PagesToConvert pages = new(session, tables, target, options, context);
        Conversion? conversion = pages.Type is { } old ? new(session, tables, change, tables.RequireType(old), target, options, context) : null;
        conversion?.Plan();
        change.Count();
        bool tells = options.WhatIf || options.Detailed;
        foreach (ReplacedPage page in tells && conversion is not null ? conversion.Replaced : [])
            yield return page;
        foreach (ConvertedField field in tells && conversion is not null ? conversion.Fields : [])
            yield return field;
        foreach (TableChangeSummary table in tells ? change.Tables : [])
            yield return table;
        foreach (RowChange row in options.Detailed ? change.Describe() : [])
            yield return row;
        bool goes = !options.WhatIf && change.Rows > 0;
        if (goes)
            context.Report("Converting", 0, change.Rows);
        string? undoPath = goes ? change.Carry(undo) : null;
        Afterwards stale = change.Rows == 0 ? Afterwards.None : Afterwards.Of(catalog, [WagtailTables.Page], []);
        yield return new ConvertPageResult
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
            Stale = stale.What,
            Afterwards = stale.Commands,
            UndoPath = undoPath,
            Duration = Math.Round(watch.Elapsed.TotalSeconds, 3),
            Id = pages.OnlyId,
            Pages = pages.Count,
            Aliases = pages.Aliases,
            Type = target.Label,
            OldType = conversion?.Old.Label,
            Revisions = conversion?.Revisions ?? 0,
        };
    }
}
