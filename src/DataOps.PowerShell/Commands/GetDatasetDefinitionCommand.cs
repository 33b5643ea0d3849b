using System.Management.Automation;
using DataOps.Core.Features.Datasets.Definitions;
using DataOps.Core.Postgres.Connections;
using DataOps.PowerShell.Completers;
using DataOps.PowerShell.Output;

namespace DataOps.PowerShell.Commands;

/// <summary>Lists the datasets of a definition, and checks them against a database.</summary>
[Cmdlet(VerbsCommon.Get, "DatasetDefinition", DefaultParameterSetName = ByDatabase)]
[OutputType(typeof(DatasetSpecInfo))]
public sealed class GetDatasetDefinitionCommand : DatabaseCommand
{
    private const string WithoutDatabase = "Offline";

    /// <summary>A file of named datasets, or a hashtable.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    [DefinitionTransformation]
    public string Definition { get; set; } = "";

    /// <summary>Datasets of the definition.</summary>
    [Parameter(Position = 1)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(DatasetNameCompleter))]
    public string[]? Name { get; set; }

    /// <summary>Look at the definition alone.</summary>
    [Parameter(Mandatory = true, ParameterSetName = WithoutDatabase)]
    public SwitchParameter Offline { get; set; }

    /// <inheritdoc/>
    protected override bool IsOffline => Offline;

    /// <inheritdoc/>
    protected override void Process(Session session) => Emit(session, new GetDatasetDefinition(), Options());

    /// <inheritdoc/>
    protected override void ProcessOffline() => Emit(context => new GetDatasetDefinition().RunOffline(Options(), context), spec => WriteObject(spec));

    private GetDatasetDefinitionOptions Options() => new() { Definition = DefinitionOf(Definition), Name = Name ?? [], Offline = Offline };
}
