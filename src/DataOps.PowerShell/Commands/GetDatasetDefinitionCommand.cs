using System.Management.Automation;
using DataOps.Core.Connections;
using DataOps.Core.Datasets;
using DataOps.PowerShell.Completers;
using DataOps.PowerShell.Output;

namespace DataOps.PowerShell.Commands;

/// <summary>Lists the datasets of a definition, and checks them against a database.</summary>
[Cmdlet(VerbsCommon.Get, "DatasetDefinition", DefaultParameterSetName = ByDatabase)]
[OutputType(typeof(DatasetSpecInfo))]
public sealed class GetDatasetDefinitionCommand : DatabaseCommand
{
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

    /// <inheritdoc/>
    protected override void Process(Session session) =>
        Emit(session, new GetDatasetDefinition(), new GetDatasetDefinitionOptions { Definition = DefinitionOf(Definition), Name = Name ?? [] });
}
