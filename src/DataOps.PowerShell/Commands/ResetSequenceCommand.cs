using System.Management.Automation;
using DataOps.Core.Features.Sequences;
using DataOps.Core.Postgres.Connections;

namespace DataOps.PowerShell.Commands;

/// <summary>Sets sequences that are behind their tables, and gives back those that no column owns.</summary>
[CmdletOf<ResetSequence>]
[OutputType(typeof(SequenceFinding), typeof(ResetSequenceResult))]
public sealed partial class ResetSequenceCommand : ChangeCommand
{
    /// <inheritdoc/>
    protected override void Process(Session session) => Change(session, "Set sequences of", new ResetSequence(), Options());
}
