using System.Diagnostics;
using DataOps.Core.Files;

namespace DataOps.Core.Features.Datasets.Testing.Offline;

/// <summary>Tests a dataset file by itself: is it whole, what is in it, do its references hold within it.</summary>
internal sealed class OfflineTest(FixtureFile file, TestDatasetOptions options, OperationContext context)
{
    /// <summary>Emits the findings, the file's content by model, and the sum.</summary>
    public IEnumerable<IDatasetTestResult> Run()
    {
        Stopwatch watch = Stopwatch.StartNew();
        FileNaturalKeys naturalKeys = new(options.NaturalKey);
        FileSelection selection = new(options.Model, options.Exclude);
        FileScan scan = new(file, selection, naturalKeys, context);
        DataOpsException? broken = TryRead(scan);
        long ignored = selection.LeftOut;
        if (broken is null)
            selection.ReportUnmatched(null, file.Name, context);
        // Of a file that breaks off nobody knows which keys were to come; and the standard input can be read once.
        bool isFollowed = broken is null && !FixtureFile.IsStandard(file.Path);
        ReferenceScan? references = isFollowed ? new ReferenceScan(scan, naturalKeys) : null;
        references?.Read();
        FileReference[] dangling = [.. references?.Broken ?? []];
        DatasetFinding[] errors = [.. Broken(broken), .. Unstorable(scan), .. Repeated(scan, references)];
        DatasetFinding[] warnings =
            [.. NotFollowed(broken is null && !isFollowed), .. Dangling(dangling, references?.Dangling ?? [])];
        foreach (DatasetFinding finding in errors.Concat(warnings))
            yield return finding;
        foreach (FileModel model in scan.Models)
            yield return new DatasetContent(null, null, file.Path, model.Label, model.Objects, model.WithKey,
                model.Objects - model.WithKey, model.FirstLine);
        long errorCount = (broken is null ? 0 : 1) + scan.UnstorableCount + scan.RepeatedCount;
        long warningCount = (broken is null && !isFollowed ? 1 : 0) + dangling.Sum(
            r => r.Target is null ? 1 : r.Missing);
        string missing = string.Join(", ", dangling.Select(r => r.Label).Distinct());
        yield return new DatasetTest(
            null, null, file.Path, errorCount == 0, scan.Objects, scan.Models.Count, null, null, null, null, null, null,
            ignored, errorCount, warningCount,
            missing.Length == 0 ? null : missing, Math.Round(watch.Elapsed.TotalSeconds, 3));
    }

    private static DataOpsException? TryRead(FileScan scan)
    {
        try
        {
            scan.Read();
            return null;
        }
        catch (DataOpsException e) when (e.Kind == FailureKind.InvalidData)
        {
            return e;
        }
    }

    private IEnumerable<DatasetFinding> Broken(DataOpsException? broken) => broken switch
    {
        null => [],
        DatasetException e => e.Problems.Select(p => DatasetFinding.Of(null, null, file.Path, p)),
        { } e => [
            new DatasetFinding { Severity = Severity.Error, Problem = e.Message, Remedy = e.Advice, Path = file.Path,
                Id = e.Id }],
    };

    private IEnumerable<DatasetFinding> Unstorable(FileScan scan) => scan.Unstorable.Select(v => new DatasetFinding
    {
        Severity = Severity.Error,
        Model = v.Model.Label,
        Key = v.Key,
        Problem = v.Problem,
        Remedy = "Correct it in the file, or where it was exported.",
        Path = file.Path,
        Line = v.Place.Line,
        ObjectNumber = v.Place.Object,
        Id = ErrorIds.InvalidValue,
        Field = v.Field,
    });

    private IEnumerable<DatasetFinding> Repeated(FileScan scan, ReferenceScan? references) =>
        scan.Repeated.Select(r => new DatasetFinding
    {
        Severity = Severity.Error,
        Model = r.Model.Label,
        Key = r.Key,
        Problem = $"{(r.IsNatural ? "its natural key" : "this key")} is in " +
            $"{(references?.FirstLine(r) is { } line ? $"line {line}" : "an earlier line")} already",
        Remedy = "Keep only one of the objects in the file.",
        Path = file.Path,
        Line = r.Line,
        Id = ErrorIds.DuplicateKey,
        Field = r.IsNatural ? null : "pk",
    });

    private IEnumerable<DatasetFinding> NotFollowed(bool isStandardInput)
    {
        if (isStandardInput)
            yield return Warning(
                null, ErrorIds.ReferencesNotChecked, null, null, null,
                "references are not checked, as the standard input can be read only once", "Name a file.");
    }

    private IEnumerable<DatasetFinding> Dangling(
        IEnumerable<FileReference> references, IEnumerable<FileDangling> rows) => references
        .Where(r => r.Target is null)
        .Select(r => Warning(
            null, ErrorIds.ImpliedReference, r.From.Label, null, r.Field,
            $"{r.Missing} value{(r.Missing == 1 ? " refers" : "s refer")} to {r.Label}, of which the file has no " +
                $"object ({r.Evidence})",
            "Add them to the export, unless the database has them: Test-Dataset without -Offline checks it."))
        .Concat(rows.Select(d => Warning(
            d.Line, ErrorIds.ImpliedReference, d.Reference.From.Label, d.Key, d.Reference.Field,
            $"-> {d.Reference.Label} {d.Value}, not in the file ({d.Reference.Evidence})",
            "Add it to the export, unless the database has it: Test-Dataset without -Offline checks it.")));

    private DatasetFinding Warning(
        long? line, string id, string? model, string? key, string? field, string problem, string advice) =>
        new()
        {
            Severity = Severity.Warning,
            Model = model,
            Key = key,
            Problem = problem,
            Remedy = advice,
            Path = file.Path,
            Line = line,
            Id = id,
            Field = field,
        };
}
