using System.Text;
using DataOps.Core.Features.Audits.Reports;
using DataOps.Core.Kernel;
using DataOps.Core.Operations;

namespace DataOps.Cli;

/// <summary>Findings as a document that another program reads, when all are there.</summary>
internal sealed class ReportWriter(
    ProgressLine progress, Stream output, (string Server, string Database) place, IReadOnlyCollection<Audit>? ran,
    Func<AuditFindings, string> report)
    : ResultWriter(progress, output)
{
    private readonly List<Finding> _findings = [];

    /// <summary>The findings so far.</summary>
    public AuditFindings Findings => new(place.Server, place.Database, DateTime.UtcNow, _findings, ran);

    /// <summary>The document of a format; null where it is none of a document.</summary>
    public static Func<AuditFindings, string>? Of(OutputFormat format) => format switch
    {
        OutputFormat.JUnit => JUnitReport.Of,
        OutputFormat.Markdown => MarkdownReport.Of,
        OutputFormat.Prometheus => PrometheusReport.Of,
        OutputFormat.Monitoring => audit => SummaryLine.Of(audit) + "\n",
        _ => null,
    };

    /// <summary>Refuses a document of what are no findings.</summary>
    /// <exception cref="DataOpsException"><c>InvalidOption</c>.</exception>
    public static void Require(OutputFormat format, OperationDescription operation)
    {
        if (Of(format) is not null && !operation.Result.IsAssignableTo(typeof(Finding)))
            throw new DataOpsException(
                ErrorIds.InvalidOption, FailureKind.InvalidArgument,
                $"-Format {format} is for findings, and {operation.Name} writes none.", "Use json, table or list.");
    }

    // A remedy is typed in the shell that shows it.
    protected override void WriteCore(object item) => _findings.Add((Finding)item is { Remedy: { } remedy } finding
        ? finding with { Remedy = CommandSyntax.Remedy(remedy) }
        : (Finding)item);

    // What was found before an error is no audit.
    protected override bool IsUsefulInPart => false;

    protected override void FinishCore() => Send(Encoding.UTF8.GetBytes(report(Findings)));

    protected override void Flush()
    {
    }
}
