using System.Text;
using DataOps.Core.Features.Audits.Reports;
using Npgsql;

namespace DataOps.Core.Features.Audits;

/// <summary>The format of a report.</summary>
public enum ReportFormat
{
    /// <summary>One HTML file that needs no network.</summary>
    Html,

    /// <summary>Markdown, for a mail or an issue.</summary>
    Markdown,

    /// <summary>JUnit's XML, for a build server.</summary>
    JUnit,

    /// <summary>Prometheus' text format, for its node exporter.</summary>
    Prometheus,
}

/// <summary>Options of <see cref="ExportAuditReport"/>.</summary>
public sealed partial record ExportAuditReportOptions
{
    /// <summary>The file to write.</summary>
    [Option(Position = 0, Mandatory = true, Form = OptionForm.File)]
    public string Path { get; init; } = "";

    /// <summary>The format. Default: by the file's name: .html, .md, .xml, .prom.</summary>
    public ReportFormat? ReportFormat { get; init; }

    /// <summary>Overwrite the file.</summary>
    public bool Force { get; init; }

    /// <summary>
    /// Columns that name a model's rows in results, as app.model=column; several joined by commas, none for no label.
    /// Default: title, name, slug, username or the like.
    /// </summary>
    [Option(Form = OptionForm.Label, Wildcards = true)]
    public IReadOnlyList<string> Label { get; init; } = [];

    /// <summary>
    /// The baseline of Test-Database: the report shows its last runs, and of each finding whether it is new where the
    /// audits are run here.
    /// </summary>
    [Option(Form = OptionForm.File)]
    [MustExist(FileAdvice.Baseline)]
    public string? Baseline { get; init; }

    /// <summary>Findings of Test-Database to report. Default: all audits are run.</summary>
    public IReadOnlyList<FindingInput>? InputObject { get; init; }
}

/// <summary>A report that was written.</summary>
/// <param name="Server">The server.</param>
/// <param name="Database">The database.</param>
/// <param name="Path">The file.</param>
/// <param name="Errors">Findings of severity Error.</param>
/// <param name="Warnings">Findings of severity Warning.</param>
public sealed record AuditReportFile(string Server, string Database, string Path, int Errors, int Warnings);

/// <summary>
/// Writes the findings of an audit as a report: an HTML page, Markdown, JUnit's XML or Prometheus' text.
/// </summary>
[Operation("Export", "AuditReport")]
public sealed class ExportAuditReport : Operation<ExportAuditReportOptions, AuditReportFile>
{
    /// <inheritdoc/>
    /// <exception cref="DataOpsException">The file is there, or cannot be written; an object is no finding.</exception>
    protected override IEnumerable<AuditReportFile> Execute(
        Session session, ExportAuditReportOptions options, OperationContext context)
    {
        string path = FullPath.Of(options.Path);
        ReportFormat format = options.ReportFormat ?? FormatOf(path);
        if (File.Exists(path) && !options.Force)
            throw new DataOpsException(ErrorIds.FileExists, FailureKind.AlreadyExists, $"{path} exists already.",
                "Choose another name, or overwrite it with -Force.", path);
        IReadOnlyList<FindingInput>? findings = FindingInput.Only(options.InputObject);
        if (findings?.FirstOrDefault(o => !session.Is(o.Server, o.Database)) is { } other)
            throw new DataOpsException(
                ErrorIds.OtherDatabase, FailureKind.InvalidArgument,
                $"A finding is of {other.Database} on {other.Server}, and this is {session.Database} on "
                    + $"{session.Server}.", "Report the findings of one database at a time.");
        AuditBaseline? baseline = options.Baseline is { } known
            ? AuditBaseline.Read(known, session.Settings.Schema, findings is null ? false : null, isUpdated: false)
            : null;
        using NpgsqlTransaction snapshot = session.BeginSnapshot();
        ReferenceCatalog catalog = ReferenceCatalog.Read(session, reading: context, labels: options.Label);
        AuditFindings audit = new(session.Server, session.Database, DateTime.UtcNow, findings is not null
            ? [.. findings.Select(FindingText.Read)]
            : [.. TestDatabase.Find(session, catalog, new(), baseline, context)])
        {
            Runs = baseline?.Runs ?? [],
        };
        Write(path, format switch
        {
            ReportFormat.Markdown => MarkdownReport.Of(audit),
            ReportFormat.JUnit => JUnitReport.Of(audit),
            ReportFormat.Prometheus => PrometheusReport.Of(audit),
            _ => new HtmlReport(session, catalog, context).Of(audit),
        });
        yield return new(session.Server, session.Database, path,
            audit.Present.Count(f => f.Severity == Severity.Error),
            audit.Present.Count(f => f.Severity == Severity.Warning));
    }

    private static ReportFormat FormatOf(string path) => System.IO.Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".html" or ".htm" => ReportFormat.Html,
        ".md" => ReportFormat.Markdown,
        ".xml" => ReportFormat.JUnit,
        ".prom" => ReportFormat.Prometheus,
        string ending => throw new DataOpsException(
            ErrorIds.UnknownFormat, FailureKind.InvalidArgument, $"The ending \"{ending}\" of {path} names no format.",
            "End the name in .html, .md, .xml or .prom, or give -ReportFormat.", path),
    };

    // A collector may read at any moment: the file is whole or the one before.
    private static void Write(string path, string text)
    {
        string unfinished = $"{path}.{Guid.NewGuid():N}.unfinished";
        try
        {
            File.WriteAllText(unfinished, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
            File.Move(unfinished, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            File.Delete(unfinished);
            throw new DataOpsException(
                ErrorIds.WriteFailed, FailureKind.InvalidOperation, $"{path} could not be written: {e.Message}", null,
                path, e);
        }
    }
}
