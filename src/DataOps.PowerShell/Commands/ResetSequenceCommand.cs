using System.Management.Automation;
using DataOps.Core.Features.Sequences;
using DataOps.Core.Postgres.Connections;

namespace DataOps.PowerShell.Commands;

/// <summary>Sets sequences that are behind their tables, and restores lost ownership.</summary>
[CmdletOf<ResetSequence>]
[OutputType(typeof(SequenceFinding), typeof(ResetSequenceResult))]
public sealed partial class ResetSequenceCommand : ChangeCommand
{
    /// <inheritdoc/>
    protected override void Process(Session session) =>
        Change(session, "Set sequences of", new ResetSequence(), Options());
}
