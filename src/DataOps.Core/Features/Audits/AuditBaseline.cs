using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using DataOps.Core.Features.Audits.Reports;
using DataOps.Core.Features.Schema;

namespace DataOps.Core.Features.Audits;

/// <summary>
/// The findings of an earlier audit, with which those of this one are compared, and the last runs of audits.
/// </summary>
/// <remarks>
/// A finding is the same one if audit, class, schema, model, table, key, column and reference are, and where several
/// can be at one place, its value: its number of rows and its words may change. In the file a line is a finding, or a
/// run: an object with Run.
/// </remarks>
internal sealed class AuditBaseline
{
    private const int MostRuns = 30;
    private const string Detailed = nameof(TestDatabaseOptions.Detailed);

    private static readonly JsonWriterOptions s_writing =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly IReadOnlyList<Finding> _before;
    private readonly string? _schema;
    private readonly bool _isDetailed;
    private readonly Dictionary<string, Finding> _known;
    private readonly List<Finding>? _found;
    private readonly HashSet<string> _seen = [];
    private readonly HashSet<Audit> _incomplete = [];
    private readonly IReadOnlyList<(string? Schema, AuditRun Run)> _runs;

    private AuditBaseline(
        IReadOnlyList<Finding> before, IReadOnlyList<(string? Schema, AuditRun Run)> runs, string? schema,
        bool isDetailed, bool isUpdated)
    {
        (_before, _runs, _schema, _isDetailed) = (before, runs, schema, isDetailed);
        _found = isUpdated ? [] : null;
        _known = before.Where(IsHere).GroupBy(Identity).ToDictionary(g => g.Key, g => g.First());
    }

    /// <summary>When this audit began, in UTC, to the second.</summary>
    public DateTime Now { get; } = DateTime.UtcNow is var now
        ? new(now.Ticks - (now.Ticks % TimeSpan.TicksPerSecond), DateTimeKind.Utc) : default;

    /// <summary>
    /// The last runs of the same site that asked for findings of the same severity as the last one, the oldest first.
    /// </summary>
    public IReadOnlyList<AuditRun> Runs =>
        AllRuns is [.., { } last] all ? [.. all.Where(r => r.Severity == last.Severity)] : [];

    private IReadOnlyList<AuditRun> AllRuns => [.. _runs.Where(r => r.Schema == _schema).Select(r => r.Run)];

    /// <summary>How many findings were known before, and nobody knows since when.</summary>
    public int Undated { get; private set; }

    /// <summary>Reads it.</summary>
    /// <param name="path">JSON lines, as the command line writes them, or an array, as ConvertTo-Json does.</param>
    /// <param name="schema">The schema whose findings are compared; null where none is named.</param>
    /// <param name="isDetailed">Whether each row is a finding; null where no finding is compared.</param>
    /// <param name="isUpdated">Whether it will be written: then the file need not be there.</param>
    /// <exception cref="DataOpsException"><c>FileNotFound</c>, or <c>InvalidBaseline</c>: it holds no findings;
    /// <c>OtherDetail</c>: its findings are of rows, and these are sums, or the other way round.</exception>
    public static AuditBaseline Read(string path, string? schema, bool? isDetailed, bool isUpdated)
    {
        string full = FullPath.Of(path);
        if (!File.Exists(full))
            return isUpdated
                ? new([], [], schema, isDetailed ?? false, isUpdated)
                : throw new DataOpsException(
                    ErrorIds.FileNotFound, FailureKind.NotFound, $"There is no file {full}.",
                    FileAdvice.Baseline, full);
        AuditBaseline baseline = Parse(full, schema, isDetailed ?? false, isUpdated);
        if (baseline.AllRuns is [.., { } last] && isDetailed is { } asked && last.IsDetailed != asked)
            throw new DataOpsException(
                ErrorIds.OtherDetail, FailureKind.InvalidArgument,
                last.IsDetailed
                    ? $"{full} has a finding for each row, and this audit sums them up, so they cannot be compared."
                    : $"{full} has sums, and -Detailed a finding for each row, so they cannot be compared.",
                last.IsDetailed ? "Add -Detailed, or name another file." : "Leave out -Detailed, or name another file.",
                full);
        return baseline;
    }

    private static AuditBaseline Parse(string full, string? schema, bool isDetailed, bool isUpdated)
    {
        try
        {
            string text = File.ReadAllText(full).Trim();
            using JsonDocument json = JsonDocument.Parse(
                text.StartsWith('[') ? text : $"[{string.Join(',', Lines(text))}]");
            ILookup<bool, JsonElement> lines = json.RootElement.EnumerateArray().ToLookup(
                o => TextOf(o, "Run") is null);
            return new(
                [.. lines[true].Select(o => FindingText.Read(FindingInput.Read(name => TextOf(o, name))))],
                [.. lines[false].Select(RunOf)], schema, isDetailed, isUpdated);
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
        _seen.Add(Identity(finding));
        if (finding is { Class: AuditProblem.CheckFailed, Audit: { } audit })
            _incomplete.Add(audit);
        if (!_known.TryGetValue(Identity(finding), out Finding? before))
            finding = finding with { Change = FindingChange.New, FirstSeen = Now };
        else
            finding = finding with
            {
                Change = finding.Count > before.Count ? FindingChange.Grown : FindingChange.Known,
                FirstSeen = before.FirstSeen,
            };
        _found?.Add(finding);
        if (finding.FirstSeen is null)
            Undated++;
        return finding;
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
    /// not to their end, and those that are less severe than was asked for stay. Of the runs of a site the last 30
    /// stay.
    /// </summary>
    /// <exception cref="DataOpsException"><c>WriteFailed</c>.</exception>
    public void Write(string path, IReadOnlyCollection<Audit> ran, Severity least)
    {
        AuditRun run = new(
            Now, least, _isDetailed, ran.ToDictionary(a => a, a => _found!.Count(f => f.Audit == a)));
        IEnumerable<(string? Schema, AuditRun Run)> runs = _runs.Where(r => r.Schema != _schema)
            .Concat(AllRuns.Append(run).TakeLast(MostRuns).Select(r => (_schema, r)));
        string full = FullPath.Of(path);
        string unfinished = $"{full}.{Guid.NewGuid():N}.unfinished";
        IEnumerable<Finding> kept = _before.Where(f => !IsHere(f) || f.Audit is not { } audit
            || !ran.Contains(audit) || f.Severity > least
            || (_incomplete.Contains(audit) && !_seen.Contains(Identity(f))));
        try
        {
            using (FileStream file = PrivateFile.Create(unfinished))
            {
                foreach (Finding finding in kept.Concat(_found!.Select(f => f with { Schema = _schema })))
                    WriteLine(file, json => WriteFinding(json, finding));
                foreach ((string? schema, AuditRun past) in runs)
                    WriteLine(file, json => WriteRun(json, schema, past));
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

    private static void WriteLine(FileStream file, Action<Utf8JsonWriter> write)
    {
        using (Utf8JsonWriter json = new(file, s_writing))
            write(json);
        file.WriteByte((byte)'\n');
    }

    // What was written without a schema is of the only one.
    private bool IsHere(Finding finding) => finding.Schema is null || finding.Schema == _schema;

    private string Identity(Finding f) => string.Join(
        '\0', f.Audit, f.Class, f.Model, f.Table, f.Key, f.Column, f.Reference, Apart(f));

    // What tells several findings at one place apart.
    private string? Apart(Finding f) => f switch
    {
        { Class: null or AuditProblem.CheckFailed } => f.Problem,
        { Audit: Audit.Drift } => $"{f.Value}\0{f.Expected}",
        { Class: SchemaProblem.InvalidIndex } => f.Value,
        { Class: UniquenessProblem.DoubledRow } when _isDetailed => f.Value,
        _ => null,
    };

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

    // A newer version may know audits that this one does not.
    private static (string? Schema, AuditRun Run) RunOf(JsonElement json)
    {
        DateTime time = FindingText.Time(TextOf(json, "Run"))
            ?? throw new InvalidOperationException("A run has no time.");
        Dictionary<Audit, int> counts = [];
        if (json.TryGetProperty(nameof(AuditRun.Findings), out JsonElement findings))
            foreach (JsonProperty audit in findings.EnumerateObject())
                if (Enum.TryParse(audit.Name, out Audit known))
                    counts[known] = audit.Value.GetInt32();
        return (TextOf(json, nameof(Finding.Schema)), new(
            time,
            Enum.TryParse(TextOf(json, nameof(AuditRun.Severity)), out Severity severity) ? severity : Severity.Warning,
            TextOf(json, Detailed) == "true", counts));
    }

    // Audit is there for whoever takes each object for a finding, and tells this one from those.
    private static void WriteRun(Utf8JsonWriter json, string? schema, AuditRun run)
    {
        json.WriteStartObject();
        json.WriteString("Run", Text(run.Time));
        json.WriteString(nameof(Finding.Schema), schema);
        json.WriteNull(nameof(Finding.Audit));
        json.WriteString(nameof(run.Severity), $"{run.Severity}");
        json.WriteBoolean(Detailed, run.IsDetailed);
        json.WriteStartObject(nameof(run.Findings));
        foreach ((Audit audit, int count) in run.Findings.OrderBy(f => f.Key))
            json.WriteNumber($"{audit}", count);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static string Text(DateTime time) =>
        time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

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
            (nameof(f.Label), f.Label), (nameof(f.Column), f.Column), (nameof(f.Reference), f.Reference),
            (nameof(f.Value), f.Value), (nameof(f.Problem), f.Problem), (nameof(f.Expected), f.Expected),
            (nameof(f.Remedy), f.Remedy), (nameof(f.FirstSeen), f.FirstSeen is { } time ? Text(time) : null),
        })
            json.WriteString(name, text);
        json.WriteEndObject();
    }
}
