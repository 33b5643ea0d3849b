using System.Management.Automation;
using DataOps.Core.Features.Audits;
using DataOps.Core.Postgres.Connections;

namespace DataOps.PowerShell.Commands;

/// <summary>Writes the findings of an audit as a report.</summary>
[CmdletOf<ExportAuditReport>]
[OutputType(typeof(AuditReportFile))]
public sealed partial class ExportAuditReportCommand : InputCommand
{
    private readonly List<FindingInput> _findings = [];

    /// <inheritdoc/>
    protected override IEnumerable<string> NamesTaken() => [nameof(FindingInput.Audit)];

    /// <inheritdoc/>
    protected override void Process(Session session)
    {
        if (InputObject is not null)
            _findings.Add(FindingInput.Read(TextOf));
    }

    /// <inheritdoc/>
    protected override void Finish(Session session) => Emit(session, new ExportAuditReport(),
        // An audit without findings is a report without findings.
        Options() with { InputObject = MyInvocation.ExpectingInput ? _findings : null });
}
