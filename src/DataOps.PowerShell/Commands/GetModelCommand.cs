using System.Management.Automation;
using DataOps.Core.Features.Databases;
using DataOps.Core.Postgres.Connections;

namespace DataOps.PowerShell.Commands;

/// <summary>Lists the models of a database and their tables.</summary>
[CmdletOf<GetModel>]
[OutputType(typeof(ModelInfo))]
public sealed partial class GetModelCommand : InputCommand
{
    /// <inheritdoc/>
    protected override void Process(Session session) => EmitOnce(session, new GetModel(), Options());
}
