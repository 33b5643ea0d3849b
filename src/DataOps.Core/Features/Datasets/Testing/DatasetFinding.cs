using DataOps.Core.Files;
using DataOps.Core.Kernel;

namespace DataOps.Core.Features.Datasets.Testing;

/// <summary>One thing that keeps a dataset file from being loaded, or that one should know before.</summary>
/// <remarks>Model is the app where it is about a whole one; Key is the object's.</remarks>
public sealed record DatasetFinding : Finding, IDatasetTestResult
{
    /// <summary>The file.</summary>
    public string Path { get; init; } = "";

    /// <summary>The file's line, from 1; null when it is about no line.</summary>
    public long? Line { get; init; }

    /// <summary>What kind of thing, as <c>MissingReferences</c>: the id of the error which Import-Dataset ends with.</summary>
    public string Id { get; init; } = "";

    /// <summary>The field, or several joined by commas.</summary>
    public string? Field { get; init; }

    /// <summary>An error, from what a load is refused for.</summary>
    internal static DatasetFinding Of(string? server, string? database, string path, DatasetProblem problem) => new()
    {
        Server = server,
        Database = database,
        Severity = Severity.Error,
        Model = Said(problem, 0),
        Key = Said(problem, 1),
        Problem = string.Join(", ", problem.Cells.Skip(3)),
        Remedy = problem.Advice,
        Path = path,
        Line = problem.Line == 0 ? null : problem.Line,
        Id = problem.Id,
        Field = Said(problem, 2),
    };

    private static string? Said(DatasetProblem problem, int cell) => problem.Cells.Count > cell && problem.Cells[cell].Length > 0 ? problem.Cells[cell] : null;
}
