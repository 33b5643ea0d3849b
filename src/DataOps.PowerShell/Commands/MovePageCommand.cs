using System.Management.Automation;
using DataOps.Core.Changes;
using DataOps.Core.Features.Pages;
using DataOps.Core.Postgres.Connections;
using DataOps.PowerShell.Completers;

namespace DataOps.PowerShell.Commands;

/// <summary>Moves pages and all that is below them to another place of the page tree.</summary>
[Cmdlet(VerbsCommon.Move, "Page", DefaultParameterSetName = ByDatabase, SupportsShouldProcess = true)]
[OutputType(typeof(MovePageResult), typeof(MovedPage), typeof(TableChangeSummary), typeof(RowChange))]
public sealed class MovePageCommand : PageCommand
{
    /// <summary>The page that the position is seen from, by id or url path.</summary>
    [Parameter(Mandatory = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(UrlPathCompleter))]
    public string? To { get; set; }

    /// <summary>Where, seen from that page.</summary>
    [Parameter]
    public PagePosition Position { get; set; }

    /// <summary>What becomes of a slug that is taken at the new place.</summary>
    [Parameter]
    public OnSlugClash OnSlugClash { get; set; }

    /// <summary>Also make redirects from the old addresses.</summary>
    [Parameter]
    public SwitchParameter Redirect { get; set; }

    /// <inheritdoc/>
    protected override void Change(Session session, IReadOnlyList<long> ids) =>
        Change(session, $"Move {ids.Count + (UrlPath?.Length ?? 0)} pages to {Position} of page {To} in", new MovePage(), whatIf => new MovePageOptions
        {
            Id = ids,
            UrlPath = UrlPath ?? [],
            To = To ?? "",
            Position = Position,
            OnSlugClash = OnSlugClash,
            Redirect = Redirect,
            Detailed = Detailed,
            UndoPath = UndoFile,
            NoUndo = NoUndo,
            WhatIf = whatIf,
        });
}
