using System.Management.Automation;
using DataOps.Core.Connections;
using DataOps.Core.Datasets;

namespace DataOps.PowerShell.Commands;

/// <summary>Brings the rows of a dataset file into a database.</summary>
[Cmdlet(VerbsData.Import, "Dataset", DefaultParameterSetName = ByDatabase, SupportsShouldProcess = true)]
[OutputType(typeof(ImportResult))]
public sealed class ImportDatasetCommand : ChangeCommand
{
    /// <summary>The file to read.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "FullName")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <inheritdoc/>
    protected override bool TakesOtherDatabases => true;

    /// <inheritdoc/>
    protected override void Process(Session session)
    {
        string file = FileSystemPath(Path);
        Change(session, $"Import {file} into", new ImportDataset(), whatIf => new ImportDatasetOptions { Path = file, WhatIf = whatIf });
    }
}
