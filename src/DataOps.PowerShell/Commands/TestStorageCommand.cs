using System.Management.Automation;
using DataOps.Core.Features.Storages;
using DataOps.Core.Kernel;
using DataOps.Core.Postgres.Connections;

namespace DataOps.PowerShell.Commands;

/// <summary>Compares folders of files with the rows that name them.</summary>
[CmdletOf<TestStorage>]
[OutputType(typeof(Finding))]
public sealed partial class TestStorageCommand : ReadCommand
{
    /// <inheritdoc/>
    protected override void Process(Session session) => Emit(session, new TestStorage(), Options());
}
