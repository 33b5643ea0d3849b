using System.Management.Automation;
using DataOps.Core.Features.ContentTypes;
using DataOps.Core.Postgres.Connections;

namespace DataOps.PowerShell.Commands;

/// <summary>Finds content types and permissions whose models no longer exist.</summary>
[CmdletOf<FindStaleContentType>]
[OutputType(typeof(StaleContentType), typeof(StalePermissionFinding))]
public sealed partial class FindStaleContentTypeCommand : InputCommand
{
    /// <inheritdoc/>
    protected override void Process(Session session) => EmitOnce(session, new FindStaleContentType(), Options());
}
