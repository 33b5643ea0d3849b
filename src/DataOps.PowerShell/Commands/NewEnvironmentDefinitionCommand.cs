using System.Management.Automation;
using DataOps.Core.Features.Sites.Environments;
using DataOps.Core.Postgres.Connections;

namespace DataOps.PowerShell.Commands;

/// <summary>Writes a definition of an environment with what a database has.</summary>
[CmdletOf<NewEnvironmentDefinition>]
[OutputType(typeof(EnvironmentDefinitionFile))]
public sealed partial class NewEnvironmentDefinitionCommand : DatabaseCommand
{
    /// <inheritdoc/>
    protected override void Process(Session session) => Emit(session, new NewEnvironmentDefinition(), Options());
}
