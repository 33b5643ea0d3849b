using System.Management.Automation;
using DataOps.Core.Features.Trees;
using DataOps.Core.Kernel;
using DataOps.Core.Postgres.Connections;

namespace DataOps.PowerShell.Commands;

/// <summary>Finds problems of trees and of Wagtail's pages.</summary>
[CmdletOf<TestTree>]
[OutputType(typeof(Finding))]
public sealed partial class TestTreeCommand : InputCommand
{
    /// <inheritdoc/>
    protected override void Process(Session session) => EmitOnce(session, new TestTree(), Options());
}
