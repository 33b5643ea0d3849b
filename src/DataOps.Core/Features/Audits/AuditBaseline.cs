using System.Text.Encodings.Web;
using System.Text.Json;

namespace DataOps.Core.Features.Audits;

/// <summary>The findings of an earlier audit, with which those of this one are compared.</summary>
/// <remarks>
/// A finding is the same one if audit, class, schema, model, table, key, column and reference are: its number of rows
/// and its words may change.
/// </remarks>
internal sealed class AuditBaseline
{
    private static readonly JsonWriterOptions s_writing =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly IReadOnlyList<Finding> _before;
    private readonly string? _schema;
    private readonly Dictionary<string, Finding> _known;
    private readonly List<Finding>? _found;
    private readonly HashSet<string> _seen = [];
    private readonly HashSet<Audit> _incomplete = [];

    private AuditBaseline(IReadOnlyList<Finding> before, string? schema, bool isUpdated)
    {
        (_before, _schema, _found) = (before, schema, isUpdated ? [] : null);
        _known = before.Where(IsHere).GroupBy(Identity).ToDictionary(g => g.Key, g => g.First());
    }

    /// <summary>Reads it.</summary>
    /// <param name="path">JSON lines, as the command line writes them, or an array, as ConvertTo-Json does.</param>
    /// <param name="schema">The schema whose findings are compared; null where none is named.</param>
    /// <param name="isUpdated">Whether it will be written: then the file need not be there.</param>
    /// <exception cref="DataOpsException"><c>FileNotFound</c>, or <c>InvalidBaseline</c>: it holds no findings.
    /// </exception>
    public static AuditBaseline Read(string path, string? schema, bool isUpdated)
    {
        string full = FullPath.Of(path);
        if (!File.Exists(full))
            return isUpdated
                ? new([], schema, isUpdated)
                : throw new DataOpsException(
                    ErrorIds.FileNotFound, FailureKind.NotFound, $"There is no file {full}.",
                    "Write it first: -UpdateBaseline.", full);
        try
        {
            string text = File.ReadAllText(full).Trim();
            using JsonDocument json = JsonDocument.Parse(
                text.StartsWith('[') ? text : $"[{string.Join(',', Lines(text))}]");
            return new(
                [
                    .. json.RootElement.EnumerateArray().Select(
                        o => FindingText.Read(FindingInput.Read(name => TextOf(o, name)))),
                ],
                schema, isUpdated);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or IOException
            or UnauthorizedAccessException or DataOpsException)
        {
            string why = e is JsonException or InvalidOperationException
                ? "it is not JSON, or holds no objects"
                : e.Message.TrimEnd('.');
            throw new DataOpsException(
                ErrorIds.InvalidBaseline, FailureKind.InvalidData, $"{full} is no list of findings: {why}.",
                "A baseline is what Test-Database writes as JSON; -UpdateBaseline makes a new one.", full, e);
        }
    }

    /// <summary>The finding, and whether the baseline has it.</summary>
    public Finding Judge(Finding finding)
    {
        _found?.Add(finding);
        _seen.Add(Identity(finding));
        if (finding is { Class: AuditProblem.CheckFailed, Audit: { } audit })
            _incomplete.Add(audit);
        return finding with
        {
            Change = !_known.TryGetValue(Identity(finding), out Finding? before) ? FindingChange.New
                : finding.Count > before.Count ? FindingChange.Grown
                : FindingChange.Known,
        };
    }

    /// <summary>
    /// Findings of the baseline that are gone, of the audits that were run to their end: what a check could not look at
    /// may be there as before.
    /// </summary>
    /// <param name="ran">The audits that were run.</param>
    /// <param name="least">The least severe findings that were asked for.</param>
    public IEnumerable<Finding> Gone(IReadOnlyCollection<Audit> ran, Severity least) => _known.Values
        .Where(f => f.Audit is { } audit && ran.Contains(audit) && f.Severity <= least
            && !_seen.Contains(Identity(f)) && !_incomplete.Contains(audit))
        .Select(f => f with { Change = FindingChange.Gone });

    /// <summary>
    /// Writes the findings of this audit as the next baseline; those of other schemas, of audits that were not run, or
    /// not to their end, and those that are less severe than was asked for stay.
    /// </summary>
    /// <exception cref="DataOpsException"><c>WriteFailed</c>.</exception>
    public void Write(string path, IReadOnlyCollection<Audit> ran, Severity least)
    {
        string full = FullPath.Of(path);
        string unfinished = $"{full}.{Guid.NewGuid():N}.unfinished";
        IEnumerable<Finding> kept = _before.Where(f => !IsHere(f) || f.Audit is not { } audit
            || !ran.Contains(audit) || f.Severity > least
            || (_incomplete.Contains(audit) && !_seen.Contains(Identity(f))));
        try
        {
            using (FileStream file = PrivateFile.Create(unfinished))
                foreach (Finding finding in kept.Concat(_found!.Select(f => f with { Schema = _schema })))
                {
                    using (Utf8JsonWriter json = new(file, s_writing))
                        WriteFinding(json, finding);
                    file.WriteByte((byte)'\n');
                }
            File.Move(unfinished, full, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            File.Delete(unfinished);
            throw new DataOpsException(
                ErrorIds.WriteFailed, FailureKind.InvalidOperation, $"{full} could not be written: {e.Message}", null,
                full, e);
        }
    }

    // What was written without a schema is of the only one.
    private bool IsHere(Finding finding) => finding.Schema is null || finding.Schema == _schema;

    private static string Identity(Finding f) => string.Join('\0', f.Audit, f.Class, f.Model, f.Table, f.Key, f.Column,
        f.Reference, f.Class is null or AuditProblem.CheckFailed ? f.Problem : null);

    // PowerShell writes one finding as one object, over several lines.
    private static string[] Lines(string text)
    {
        string[] lines = [.. text.Split('\n').Where(l => !string.IsNullOrWhiteSpace(l))];
        return lines.All(l => l.StartsWith('{')) ? lines : [text];
    }

    private static string? TextOf(JsonElement json, string name) => json.TryGetProperty(name, out JsonElement value)
        ? value.ValueKind switch
        {
            JsonValueKind.Null => null,
            JsonValueKind.String => value.GetString(),
            _ => value.GetRawText(),
        }
        : null;

    private static void WriteFinding(Utf8JsonWriter json, Finding f)
    {
        json.WriteStartObject();
        foreach ((string name, string? text) in new[]
        {
            (nameof(f.Server), f.Server), (nameof(f.Database), f.Database), (nameof(f.Schema), f.Schema),
            (nameof(f.Severity), $"{f.Severity}"), (nameof(f.Audit), $"{f.Audit}"),
            (nameof(f.Class), f.Class?.ToString()),
        })
            json.WriteString(name, text);
        json.WriteNumber(nameof(f.Count), f.Count);
        foreach ((string name, string? text) in new[]
        {
            (nameof(f.Model), f.Model), (nameof(f.Table), f.Table), (nameof(f.Key), f.Key),
            (nameof(f.Label), f.Label), (nameof(f.Column), f.Column), (nameof(f.Reference), f.Reference), (nameof(f.Problem), f.Problem),
            (nameof(f.Remedy), f.Remedy),
        })
            json.WriteString(name, text);
        json.WriteEndObject();
    }
}
