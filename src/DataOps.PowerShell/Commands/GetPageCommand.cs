using System.Management.Automation;
using DataOps.Core.Features.Pages;
using DataOps.Core.Postgres.Connections;

namespace DataOps.PowerShell.Commands;

/// <summary>Lists the pages of a Wagtail site in the order of its tree.</summary>
[CmdletOf<GetPage>]
[OutputType(typeof(PageInfo), typeof(PageLine))]
public sealed partial class GetPageCommand : InputCommand
{
    /// <inheritdoc/>
    protected override void Process(Session session) => EmitOnce(session, new GetPage(), Options());
}
