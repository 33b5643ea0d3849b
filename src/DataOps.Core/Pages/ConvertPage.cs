using System.Diagnostics;
using DataOps.Core.Catalog;
using DataOps.Core.Changes;
using DataOps.Core.Connections;
using DataOps.Core.Integrity;

namespace DataOps.Core.Pages;

/// <summary>Makes pages of one type pages of another in place: id, path, url, history, permissions and children stay.</summary>
[Operation("Convert", "Page")]
public sealed class ConvertPage : IOperation<ConvertPageOptions, IChangeResult>
{
    private const string Name = "Convert-Page";

    /// <inheritdoc/>
    /// <exception cref="DataOpsException">A page, type or field that is not there, or values and rows without a place in the new type: all of them.</exception>
    public IEnumerable<IChangeResult> Run(Session session, ConvertPageOptions options, OperationContext context)
    {
        Stopwatch watch = Stopwatch.StartNew();
        string? undo = UndoPlace.Of(options, session.Database, Name);
        if (options.To.Length == 0)
            throw new DataOpsException("NoTarget", FailureKind.InvalidArgument, "The new type is not said.", "Name it with -To, as app.model.");
        if (options.Id.Count + options.UrlPath.Count + options.Type.Count == 0)
            throw new DataOpsException(
                "NoPageNamed", FailureKind.InvalidArgument, "No page is named.", "Name pages with -Id, -UrlPath or -Type, or pipe them from Get-Page.");
        ReferenceCatalog catalog = ReferenceCatalog.Read(session);
        WagtailTables tables = new(session, catalog, context.Cancellation);
        PageTypes types = new(catalog, tables.Pages);
        PageType target = types.Require(options.To);
        using PageChange change = new(session, catalog, Name, context.Cancellation);
        if (!options.WhatIf)
            change.LockTable(tables.Pages);
        ConvertedPages pages = new(session, tables, target, options, context);
        Conversion? conversion = pages.Type is { } old ? new(session, tables, change, types.Of(old), target, options, context) : null;
        conversion?.Plan();
        change.Count();
        bool tells = options.WhatIf || options.Detailed;
        foreach (ConvertedField field in tells && conversion is not null ? conversion.Fields : [])
            yield return field;
        foreach (TablePlan table in tells ? change.Tables : [])
            yield return table;
        foreach (RowChange row in options.Detailed ? change.Describe() : [])
            yield return row;
        bool goes = !options.WhatIf && change.Rows > 0;
        if (goes)
            context.Report("Converting", 0, change.Rows);
        string? undoPath = goes ? change.Carry(undo) : null;
        StaleState stale = change.Rows == 0 ? StaleState.None : StaleState.Of(catalog, [WagtailTables.PageModel], []);
        yield return new ConvertPageResult(
            session.Server, session.Database, Name, goes, goes ? change.Rows : 0, change.Rows, pages.Count, pages.Aliases, target.Label,
            conversion?.Old.Label, conversion?.Revisions ?? 0, stale.What, stale.Commands, undoPath, Math.Round(watch.Elapsed.TotalSeconds, 3));
    }
}
