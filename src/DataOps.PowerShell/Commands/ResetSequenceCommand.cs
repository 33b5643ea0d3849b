using System.Management.Automation;
using DataOps.Core.Features.Sequences;
using DataOps.Core.Postgres.Connections;
using DataOps.PowerShell.Completers;

namespace DataOps.PowerShell.Commands;

/// <summary>Sets sequences that are behind their tables, and gives back those that no column owns.</summary>
[Cmdlet(VerbsCommon.Reset, "Sequence", DefaultParameterSetName = ByDatabase, SupportsShouldProcess = true)]
[OutputType(typeof(SequenceFinding), typeof(ResetSequenceResult))]
public sealed class ResetSequenceCommand : ChangeCommand
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

    /// <inheritdoc/>
    protected override void Process(Session session) => Change(
        session, "Set sequences of", new ResetSequence(), whatIf => new ResetSequenceOptions { Table = Table ?? [], Model = Model ?? [], WhatIf = whatIf });
}
