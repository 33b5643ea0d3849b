using System.Management.Automation;
using DataOps.Core.Features.Audits;
using DataOps.Core.Kernel;
using DataOps.Core.Postgres.Connections;

namespace DataOps.PowerShell.Commands;

/// <summary>Runs every audit of a database in one snapshot.</summary>
[CmdletOf<TestDatabase>]
[OutputType(typeof(Finding), typeof(bool))]
public sealed partial class TestDatabaseCommand : ReadCommand
{
    /// <summary>Only whether the database is healthy.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    // Of several answers none is the answer: two that say false are true to an if.
    /// <inheritdoc/>
    protected override string? OfOneDatabase => Quiet ? $"-{nameof(Quiet)}" : null;

    /// <inheritdoc/>
    protected override void Process(Session session)
    {
        bool isWell = true;
        Emit(context => new TestDatabase().Run(session, Options(), context), finding =>
        {
            isWell &= finding.Change is FindingChange.Known or FindingChange.Gone;
            if (!Quiet)
                WriteObject(finding);
        });
        if (Quiet)
            WriteObject(isWell);
    }
}
