using System.Management.Automation;
using DataOps.Core.Features.Constraints;
using DataOps.Core.Postgres.Connections;
using DataOps.PowerShell.Completers;

namespace DataOps.PowerShell.Commands;

/// <summary>Has references enforced again: adds, validates and enables foreign keys.</summary>
[Cmdlet(VerbsDiagnostic.Repair, "Constraint", DefaultParameterSetName = ByDatabase, SupportsShouldProcess = true)]
[OutputType(typeof(ConstraintRepair), typeof(RepairConstraintResult))]
public sealed class RepairConstraintCommand : ChangeCommand
{
    /// <summary>Tables that refer, as schema.table or table.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(TableNameCompleter))]
    public string[]? Table { get; set; }

    /// <summary>Models that refer, as app or app.model.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ModelNameCompleter))]
    public string[]? Model { get; set; }

    /// <summary>Names of references.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ReferenceNameCompleter))]
    public string[]? Reference { get; set; }

    /// <summary>References that have no constraint by design, as table.column=target_table.</summary>
    [Parameter]
    public string[]? SoftReference { get; set; }

    /// <summary>Add constraints, and check no rows.</summary>
    [Parameter]
    public SwitchParameter NotValid { get; set; }

    /// <inheritdoc/>
    protected override void Process(Session session) => Change(session, "Repair constraints of", new RepairConstraint(), whatIf => new RepairConstraintOptions
    {
        Table = Table ?? [],
        Model = Model ?? [],
        Reference = Reference ?? [],
        SoftReference = SoftReference ?? [],
        NotValid = NotValid,
        WhatIf = whatIf,
    });
}
