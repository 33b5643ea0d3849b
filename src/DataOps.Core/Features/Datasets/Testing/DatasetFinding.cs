using DataOps.Core.Files;

namespace DataOps.Core.Features.Datasets.Testing;

/// <summary>A problem that prevents a load, or a warning about it.</summary>
/// <remarks>Model is an app's label where the problem concerns a whole app; Key is that of the object.</remarks>
public sealed record DatasetFinding : Finding, IDatasetTestResult
{
    /// <summary>The file.</summary>
    public string Path { get; init; } = "";

    /// <summary>The file's line, from 1; null when the problem has no line.</summary>
    public long? Line { get; init; }

    /// <summary>Which of the line's objects it is, from 1, in a file that has several in a line.</summary>
    public long? ObjectNumber { get; init; }

    /// <summary>The kind of problem, as <c>MissingReferences</c>: the error id of Import-Dataset.</summary>
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
        ObjectNumber = problem.Line == 0 ? null : problem.Object,
        Id = problem.Id,
        Field = Said(problem, 2),
    };

    private static string? Said(DatasetProblem problem, int cell) =>
        problem.Cells.Count > cell && problem.Cells[cell].Length > 0 ? problem.Cells[cell] : null;
}
