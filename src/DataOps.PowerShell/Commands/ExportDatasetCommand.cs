using System.Management.Automation;
using DataOps.Core.Features.Datasets.Export;
using DataOps.Core.Postgres.Connections;

namespace DataOps.PowerShell.Commands;

/// <summary>Exports models to a file that Django's loaddata and Import-Dataset read.</summary>
[CmdletOf<ExportDataset>]
[OutputType(typeof(ExportResult))]
public sealed partial class ExportDatasetCommand : InputCommand
{
    private readonly List<string> _models = [];

    /// <inheritdoc/>
    protected override void Process(Session session)
    {
        // Get-Model lists content types without a table as well; they have no rows to write.
        if (InputObject?.Properties["Kind"]?.Value is not "NoTable")
            _models.AddRange(Model ?? []);
    }

    /// <inheritdoc/>
    protected override void Finish(Session session)
    {
        if (IsEmptyPipeline(_models))
            WriteWarning("The pipeline contained no model, so no file was written.");
        else
            Emit(session, new ExportDataset(), Options() with { Model = _models });
    }
}
