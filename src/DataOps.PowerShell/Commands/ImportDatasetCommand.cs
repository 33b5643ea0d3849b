using System.Management.Automation;
using DataOps.Core.Changes;
using DataOps.Core.Features.Datasets.Import;
using DataOps.Core.Postgres.Connections;

namespace DataOps.PowerShell.Commands;

/// <summary>Imports the rows of a dataset file.</summary>
[CmdletOf<ImportDataset>]
[OutputType(typeof(ImportResult), typeof(ModelPlan), typeof(RowChange))]
public sealed partial class ImportDatasetCommand : ChangeCommand
{
    /// <inheritdoc/>
    protected override bool TakesOtherDatabases => true;

    /// <inheritdoc/>
    protected override void Process(Session session) =>
        Change(session, $"Import {DatasetPath(Path)} into", new ImportDataset(), Options());
}
