using System.Management.Automation;
using DataOps.Core.Changes;
using DataOps.Core.Features.Pages;
using DataOps.Core.Kernel;
using DataOps.Core.Postgres.Connections;

namespace DataOps.PowerShell.Commands;

/// <summary>
/// Moves pages with their descendants to another place in the page tree; those of a pipeline in one transaction.
/// </summary>
[CmdletOf<MovePage>]
[OutputType(typeof(MovePageResult), typeof(MovedPage), typeof(TableChangeSummary), typeof(RowChange))]
public sealed partial class MovePageCommand : ChangeCommand
{
    private readonly List<long> _ids = [];

    /// <inheritdoc/>
    protected override void Process(Session session) => _ids.AddRange(Id ?? []);

    /// <inheritdoc/>
    protected override void Finish(Session session)
    {
        if (IsEmptyPipeline(_ids))
            return;
        string what = $"Move {Counted.Of(_ids.Count + (UrlPath?.Length ?? 0), "page")} to {Position} of page {To} in";
        Change(session, what, new MovePage(), Options() with { Id = _ids });
    }
}
