using System.Diagnostics;
using DataOps.Core.Changes;
using DataOps.Core.Changes.UndoFiles;
using DataOps.Core.Django.Pages;
using DataOps.Core.Django.References;
using DataOps.Core.Kernel;
using DataOps.Core.Operations;
using DataOps.Core.Postgres.Connections;

namespace DataOps.Core.Features.Pages;

/// <summary>Moves pages and all that is below them to another place of the page tree, as Wagtail does, in one transaction.</summary>
/// <remarks>Nobody else can write to the pages meanwhile: moves that run at the same time are what damages trees.</remarks>
[Operation("Move", "Page")]
public sealed class MovePage : Operation<MovePageOptions, IChangeResult>
{
    private const string Name = "Move-Page";

    /// <inheritdoc/>
    /// <exception cref="DataOpsException">No such page, a page below itself, a slug that is taken, or a writer who does not come to an end.</exception>
    protected override IEnumerable<IChangeResult> Execute(Session session, MovePageOptions options, OperationContext context)
    {
        Stopwatch watch = Stopwatch.StartNew();
        string? undo = UndoPlace.Of(options, session.Database, Name);
        if (options.Id.Count + options.UrlPath.Count == 0)
            throw new DataOpsException(
                ErrorIds.MissingOption, FailureKind.InvalidArgument, "No page is named.", "Name pages with -Id or -UrlPath, or pipe them from Get-Page.");
        ReferenceCatalog catalog = ReferenceCatalog.Read(session, withEmbedded: false);
        PageTables tables = PageTables.Require(session, catalog);
        using PageChange change = new(session, catalog, Name, context.Cancellation);
        if (!options.WhatIf)
            change.LockTable(tables.Pages);
        context.Report("Planning", 0, null);
        PageTree tree = new(session, tables, context.Cancellation);
        long to = tables.RequirePage(session, options.To, context.Cancellation);
        long[] ids = [.. options.Id.Concat(options.UrlPath.Select(p => tables.RequirePage(session, p, context.Cancellation))).Distinct()];
        IReadOnlyList<PageMove> moves = tree.Move(ids, to, options.Position, options.OnSlugClash);
        MovedRows rows = new(session, tables, change, moves, context);
        rows.Plan(options.Redirect);
        change.Count();
        bool tells = options.WhatIf || options.Detailed;
        foreach (PageMove move in tells ? moves : [])
            yield return move.Describe(session);
        foreach (TableChangeSummary table in tells ? change.Tables : [])
            yield return table;
        foreach (RowChange row in options.Detailed ? change.Describe() : [])
            yield return row;
        rows.Warn();
        bool goes = !options.WhatIf && change.Rows > 0;
        if (goes)
            context.Report("Moving", 0, change.Rows);
        string? undoPath = goes ? change.Carry(undo) : null;
        PageMove[] moved = [.. moves.Where(m => m.Action != PageMove.None)];
        yield return new MovePageResult
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
            Stale = rows.Stale.What,
            Afterwards = rows.Stale.Commands,
            UndoPath = undoPath,
            Duration = Math.Round(watch.Elapsed.TotalSeconds, 3),
            Moved = moved.Length,
            Pages = moved.Sum(m => m.Pages),
            UrlPath = moves.Count == 1 ? moves[0].UrlPath : null,
            Redirects = rows.Redirects,
        };
    }
}
