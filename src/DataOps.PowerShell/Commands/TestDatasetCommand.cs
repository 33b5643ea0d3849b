using System.Management.Automation;
using DataOps.Core.Changes;
using DataOps.Core.Features.Datasets;
using DataOps.Core.Features.Datasets.Import;
using DataOps.Core.Features.Datasets.Testing;
using DataOps.Core.Features.Datasets.Testing.Offline;
using DataOps.Core.Files;
using DataOps.Core.Postgres.Connections;
using DataOps.PowerShell.Output;

namespace DataOps.PowerShell.Commands;

/// <summary>Says whether a dataset file can be loaded, and what would happen.</summary>
[Cmdlet(VerbsDiagnostic.Test, "Dataset", DefaultParameterSetName = ByDatabase)]
[OutputType(typeof(DatasetFinding), typeof(ModelPlan), typeof(DatasetContent), typeof(DatasetTest), typeof(bool))]
public sealed class TestDatasetCommand : InputCommand
{
    private const string WithoutDatabase = "Offline";

    /// <summary>The file to test.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "FullName")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>Look at the file alone.</summary>
    [Parameter(Mandatory = true, ParameterSetName = WithoutDatabase)]
    public SwitchParameter Offline { get; set; }

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

    /// <summary>What would be done about rows that are in the way.</summary>
    [Parameter]
    public OnConflict OnConflict { get; set; }

    /// <summary>What would be done about references without a target.</summary>
    [Parameter]
    public OnMissingReference? OnMissingReference { get; set; }

    /// <summary>The most that the file's specs may delete: a number of rows, or a percentage, as 10%.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? MaxDelete { get; set; }

    /// <summary>Let a file delete although a newer one has been loaded.</summary>
    [Parameter]
    public SwitchParameter AllowOlder { get; set; }

    /// <summary>What would be done about rows that depend on rows to be deleted.</summary>
    [Parameter]
    public OnDependent OnDependent { get; set; }

    /// <summary>What would be done about fields that the file lacks.</summary>
    [Parameter]
    public MissingField MissingField { get; set; }

    /// <summary>Only whether it can be loaded.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override bool TakesOtherDatabases => true;

    /// <inheritdoc/>
    protected override bool IsOffline => Offline;

    /// <inheritdoc/>
    protected override void Process(Session session) => Emit(context => new TestDataset().Run(session, Options(), context), Take);

    /// <inheritdoc/>
    protected override void ProcessOffline() => Emit(context => new TestDataset().RunOffline(Options(), context), Take);

    private void Take(IDatasetTestResult result)
    {
        if (!Quiet)
            WriteObject(result);
        else if (result is DatasetTest test)
            WriteObject(test.IsLoadable);
    }

    private TestDatasetOptions Options() => new()
    {
        Path = DatasetPath(Path),
        Offline = Offline,
        Format = Format,
        StreamField = StreamField ?? [],
        JsonField = JsonField ?? [],
        NaturalKey = NaturalKey ?? [],
        OnConflict = OnConflict,
        OnMissingReference = OnMissingReference,
        MaxDelete = MaxDelete,
        AllowOlder = AllowOlder,
        OnDependent = OnDependent,
        MissingField = MissingField,
    };
}
