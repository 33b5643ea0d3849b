using System.Management.Automation;
using DataOps.Core.Django.References;
using DataOps.Core.Features.Orphans;
using DataOps.Core.Kernel;
using DataOps.Core.Postgres.Connections;
using DataOps.PowerShell.Completers;

namespace DataOps.PowerShell.Commands;

/// <summary>Finds rows whose reference has no target.</summary>
[Cmdlet(VerbsCommon.Find, "Orphan", DefaultParameterSetName = ByDatabase)]
[OutputType(typeof(Finding))]
public sealed class FindOrphanCommand : InputCommand
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

    /// <summary>Also report history that outlives its target by design.</summary>
    [Parameter]
    public SwitchParameter IncludeExpected { get; set; }

    /// <summary>One object a reference, with its number of orphans.</summary>
    [Parameter]
    public SwitchParameter Summary { get; set; }

    /// <inheritdoc/>
    protected override void Process(Session session) => EmitOnce(session, new FindOrphan(), new FindOrphanOptions
    {
        Table = Table ?? [],
        Model = Model ?? [],
        Class = Class ?? [],
        Reference = Reference ?? [],
        SoftReference = SoftReference ?? [],
        IncludeExpected = IncludeExpected,
        Summary = Summary,
    });
}
