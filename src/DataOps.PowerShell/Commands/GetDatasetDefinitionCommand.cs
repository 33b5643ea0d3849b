using System.Management.Automation;
using DataOps.Core.Features.Datasets.Definitions;
using DataOps.Core.Postgres.Connections;

namespace DataOps.PowerShell.Commands;

/// <summary>Lists the datasets of a definition, and checks them against a database.</summary>
[CmdletOf<GetDatasetDefinition>]
[OutputType(typeof(DatasetSpecInfo))]
public sealed partial class GetDatasetDefinitionCommand : ReadCommand
{
    /// <inheritdoc/>
    protected override void Process(Session session) => Emit(session, new GetDatasetDefinition(), Options());

    /// <inheritdoc/>
    protected override void ProcessOffline() =>
        Emit(context => new GetDatasetDefinition().RunOffline(Options(), context), spec => WriteObject(spec));
}
