using System.Management.Automation;
using DataOps.Core.Django.Values;
using DataOps.Core.Features.Datasets;
using DataOps.Core.Features.Datasets.Export;
using DataOps.Core.Files;
using DataOps.Core.Postgres.Connections;
using DataOps.PowerShell.Completers;
using DataOps.PowerShell.Output;

namespace DataOps.PowerShell.Commands;

/// <summary>Writes models to a file that Django's loaddata and Import-Dataset read.</summary>
[Cmdlet(VerbsData.Export, "Dataset", DefaultParameterSetName = ByDatabase)]
[OutputType(typeof(ExportResult))]
public sealed class ExportDatasetCommand : InputCommand
{
    private readonly List<string> _models = [];

    /// <summary>The file to write.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>Models, as app or app.model; all when absent.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ModelNameCompleter))]
    public string[]? Model { get; set; }

    /// <summary>Models to leave out, as app or app.model.</summary>
    [Parameter]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ModelNameCompleter))]
    public string[]? Exclude { get; set; }

    /// <summary>A file of named datasets, or a hashtable.</summary>
    [Parameter]
    [DefinitionTransformation]
    public string Definition { get; set; } = "";

    /// <summary>The dataset of the definition.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(DatasetNameCompleter))]
    public string Dataset { get; set; } = "";

    /// <summary>The dataset's arguments.</summary>
    [Parameter]
    [DatasetArgumentTransformation]
    public string[]? Argument { get; set; }

    /// <summary>The file's format; by its ending when absent.</summary>
    [Parameter]
    public DatasetFormat? Format { get; set; }

    /// <summary>Also write what the application can make anew.</summary>
    [Parameter]
    public SwitchParameter IncludeDerived { get; set; }

    /// <summary>Blanks per level.</summary>
    [Parameter]
    [ValidateRange(0, 16)]
    public int? Indent { get; set; }

    /// <summary>Write references as natural keys.</summary>
    [Parameter]
    public SwitchParameter NaturalForeign { get; set; }

    /// <summary>Leave out the keys of models that have natural keys.</summary>
    [Parameter]
    public SwitchParameter NaturalPrimary { get; set; }

    /// <summary>Natural keys of the application's own models, as a hashtable or as app.model=field.</summary>
    [Parameter]
    [NaturalKeyTransformation]
    public string[]? NaturalKey { get; set; }

    /// <summary>References without a constraint, as table.column=target_table.</summary>
    [Parameter]
    public string[]? SoftReference { get; set; }

    /// <summary>What to do about references without a target.</summary>
    [Parameter]
    public OnMissingReference? OnMissingReference { get; set; }

    /// <summary>How much of a time's fraction is written.</summary>
    [Parameter]
    public TimePrecision Precision { get; set; }

    /// <summary>JSON fields to write as Wagtail's StreamField.</summary>
    [Parameter]
    [SupportsWildcards]
    public string[]? StreamField { get; set; }

    /// <summary>JSON fields to write as JSON, whatever they hold.</summary>
    [Parameter]
    [SupportsWildcards]
    public string[]? JsonField { get; set; }

    /// <summary>In feincms3-data's format: rows that the file lacks are to be deleted where it is loaded.</summary>
    [Parameter]
    public SwitchParameter DeleteMissing { get; set; }

    /// <summary>Overwrite the file.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

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
        // An empty pipeline means no model, and not all of them.
        if (MyInvocation.ExpectingInput && _models.Count == 0)
            WriteWarning("The pipeline delivered no model, so no file was written.");
        else
            Emit(session, new ExportDataset(), Options());
    }

    private ExportDatasetOptions Options() => new()
    {
        Path = DatasetPath(Path),
        Model = _models,
        Exclude = Exclude ?? [],
        Definition = DefinitionOf(Definition),
        Dataset = Dataset,
        Argument = Argument ?? [],
        Format = Format,
        IncludeDerived = IncludeDerived,
        Indent = Indent,
        NaturalForeign = NaturalForeign,
        NaturalPrimary = NaturalPrimary,
        NaturalKey = NaturalKey ?? [],
        SoftReference = SoftReference ?? [],
        OnMissingReference = OnMissingReference,
        Precision = Precision,
        StreamField = StreamField ?? [],
        JsonField = JsonField ?? [],
        DeleteMissing = DeleteMissing,
        Force = Force,
    };
}
