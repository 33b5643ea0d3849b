using System.Management.Automation;
using DataOps.Core.Django.References;
using DataOps.Core.Features.Databases;
using DataOps.Core.Postgres.Connections;
using DataOps.PowerShell.Completers;

namespace DataOps.PowerShell.Commands;

/// <summary>Lists who points at whom in a database, and how one knows.</summary>
[Cmdlet(VerbsCommon.Get, "Reference", DefaultParameterSetName = ByDatabase)]
[OutputType(typeof(ReferenceInfo))]
public sealed class GetReferenceCommand : InputCommand
{
    /// <summary>Tables, as schema.table or table.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(TableNameCompleter))]
    public string[]? Table { get; set; }

    /// <summary>Models, as app or app.model.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ModelNameCompleter))]
    public string[]? Model { get; set; }

    /// <summary>Classes of reference.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public ReferenceClass[]? Class { get; set; }

    /// <summary>Names of references.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ReferenceNameCompleter))]
    public string[]? Reference { get; set; }

    /// <summary>More references without a constraint, as table.column=target_table.</summary>
    [Parameter]
    public string[]? SoftReference { get; set; }

    /// <inheritdoc/>
    protected override void Process(Session session) => EmitOnce(session, new GetReference(), new GetReferenceOptions
    {
        Table = Table ?? [],
        Model = Model ?? [],
        Class = Class ?? [],
        Reference = Reference ?? [],
        SoftReference = SoftReference ?? [],
    });
}
