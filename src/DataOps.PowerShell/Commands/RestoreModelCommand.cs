using System.Management.Automation;
using DataOps.Core.Changes;
using DataOps.Core.Features.Backups;
using DataOps.Core.Features.Datasets.Import;
using DataOps.Core.Postgres.Connections;

namespace DataOps.PowerShell.Commands;

/// <summary>Restores the rows of some models from an archive.</summary>
[CmdletOf<RestoreModel>]
[OutputType(typeof(ImportResult), typeof(ModelPlan), typeof(RowChange))]
public sealed partial class RestoreModelCommand : ChangeCommand
{
    /// <inheritdoc/>
    protected override void Process(Session session) => Change(
        session, $"Restore {string.Join(", ", Model ?? [])} of {Path} into", new RestoreModel(), Options());
}
