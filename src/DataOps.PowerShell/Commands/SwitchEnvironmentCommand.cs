using System.Management.Automation;
using DataOps.Core.Changes;
using DataOps.Core.Features.Sites.Environments;
using DataOps.Core.Postgres.Connections;

namespace DataOps.PowerShell.Commands;

/// <summary>Switches a site to another environment as a definition says.</summary>
[CmdletOf<SwitchEnvironment>]
[OutputType(typeof(EnvironmentResult), typeof(EnvironmentStep), typeof(RowChange))]
public sealed partial class SwitchEnvironmentCommand : ChangeCommand
{
    /// <inheritdoc/>
    protected override void Process(Session session) =>
        Change(session, "Switch the environment of", new SwitchEnvironment(), Options());
}
