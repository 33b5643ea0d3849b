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

    /// <summary>The file's format; by its ending or its content when absent.</summary>
    [Parameter]
    public DatasetFormat? Format { get; set; }

    /// <summary>JSON fields whose texts are the JSON of StreamFields.</summary>
    [Parameter]
    [SupportsWildcards]
    public string[]? StreamField { get; set; }

    /// <summary>JSON fields whose texts are texts, whatever they look like.</summary>
    [Parameter]
    [SupportsWildcards]
    public string[]? JsonField { get; set; }

    /// <inheritdoc/>
    protected override bool TakesOtherDatabases => true;

    /// <inheritdoc/>
    protected override void Process(Session session)
    {
        string file = DatasetPath(Path);
        Change(session, $"Import {file} into", new ImportDataset(), whatIf => new ImportDatasetOptions
        {
            Path = file,
            Format = Format,
            StreamField = StreamField ?? [],
            JsonField = JsonField ?? [],
            WhatIf = whatIf,
        });
    }
}
