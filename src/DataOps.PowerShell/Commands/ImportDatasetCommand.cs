using System.Management.Automation;
using DataOps.Core.Changes;
using DataOps.Core.Features.Datasets;
using DataOps.Core.Features.Datasets.Import;
using DataOps.Core.Files;
using DataOps.Core.Postgres.Connections;
using DataOps.PowerShell.Output;

namespace DataOps.PowerShell.Commands;

/// <summary>Brings the rows of a dataset file into a database.</summary>
[Cmdlet(VerbsData.Import, "Dataset", DefaultParameterSetName = ByDatabase, SupportsShouldProcess = true)]
[OutputType(typeof(ImportResult), typeof(ModelPlan), typeof(RowChange))]
public sealed class ImportDatasetCommand : UndoableCommand
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

    /// <summary>Natural keys of the application's own models, as a hashtable or as app.model=field.</summary>
    [Parameter]
    [NaturalKeyTransformation]
    public string[]? NaturalKey { get; set; }

    /// <summary>References without a constraint, as table.column=target_table.</summary>
    [Parameter]
    public string[]? SoftReference { get; set; }

    /// <summary>What to do about rows that are in the way.</summary>
    [Parameter]
    public OnConflict OnConflict { get; set; }

    /// <summary>What to do about references without a target.</summary>
    [Parameter]
    public OnMissingReference? OnMissingReference { get; set; }

    /// <summary>The most that the file's specs may delete: a number of rows, or a percentage, as 10%.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? MaxDelete { get; set; }

    /// <summary>Let a file delete although a newer one has been loaded.</summary>
    [Parameter]
    public SwitchParameter AllowOlder { get; set; }

    /// <summary>What to do about rows that depend on rows to be deleted.</summary>
    [Parameter]
    public OnDependent OnDependent { get; set; }

    /// <summary>What to do about fields that the file lacks.</summary>
    [Parameter]
    public MissingField MissingField { get; set; }

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
            NaturalKey = NaturalKey ?? [],
            SoftReference = SoftReference ?? [],
            OnConflict = OnConflict,
            OnMissingReference = OnMissingReference,
            MaxDelete = MaxDelete,
            AllowOlder = AllowOlder,
            OnDependent = OnDependent,
            MissingField = MissingField,
            Detailed = Detailed,
            UndoPath = UndoFile,
            NoUndo = NoUndo,
            WhatIf = whatIf,
        });
    }
}
