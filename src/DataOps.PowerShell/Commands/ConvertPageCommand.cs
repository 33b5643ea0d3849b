using System.Management.Automation;
using DataOps.Core.Changes;
using DataOps.Core.Features.Pages;
using DataOps.Core.Postgres.Connections;

namespace DataOps.PowerShell.Commands;

/// <summary>
/// Converts pages to another page type, in place or as new pages; those of a pipeline in one transaction.
/// </summary>
[CmdletOf<ConvertPage>]
[OutputType(typeof(ConvertPageResult), typeof(ReplacedPage), typeof(ConvertedField), typeof(TableChangeSummary),
    typeof(RowChange))]
public sealed partial class ConvertPageCommand : ChangeCommand
{
    private readonly List<long> _ids = [];

    private string Words => !AsNewPage ? "Convert pages to"
        : OldPage == OldPage.Delete ? "Delete pages in favour of new pages of" : "Replace pages by new pages of";

    /// <inheritdoc/>
    protected override void Process(Session session) => _ids.AddRange(Id ?? []);

    /// <inheritdoc/>
    protected override void Finish(Session session)
    {
        if (!IsEmptyPipeline(_ids))
            Change(session, $"{Words} {To} in", new ConvertPage(), Options() with { Id = _ids });
    }
}
