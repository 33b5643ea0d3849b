using System.Management.Automation;
using DataOps.Core.Features.Databases;
using DataOps.Core.Postgres.Connections;
using DataOps.PowerShell.Completers;

namespace DataOps.PowerShell.Commands;

/// <summary>Lists the models of a database and their tables.</summary>
[Cmdlet(VerbsCommon.Get, "Model", DefaultParameterSetName = ByDatabase)]
[OutputType(typeof(ModelInfo))]
public sealed class GetModelCommand : InputCommand
{
    /// <summary>Models, as app or app.model.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ModelNameCompleter))]
    public string[]? Model { get; set; }

    /// <summary>Tables, as schema.table or table.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(TableNameCompleter))]
    public string[]? Table { get; set; }

    /// <inheritdoc/>
    protected override void Process(Session session) => EmitOnce(session, new GetModel(), new GetModelOptions { Model = Model ?? [], Table = Table ?? [] });
}
