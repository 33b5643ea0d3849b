using DataOps.Core.Files;
using DataOps.Core.Kernel;
using Level = DataOps.Core.Kernel.Severity;

namespace DataOps.Core.Features.Datasets.Testing;

/// <summary>One thing that keeps a dataset file from being loaded, or that one should know before.</summary>
/// <param name="Server">The server; null without a database.</param>
/// <param name="Database">The database; null without one.</param>
/// <param name="Path">The file.</param>
/// <param name="Line">The file's line, from 1; null when it is about no line.</param>
/// <param name="Id">What kind of thing, as <c>MissingReferences</c>; that of the error which Import-Dataset ends with.</param>
/// <param name="Severity">Error: the file cannot be loaded; or Warning.</param>
/// <param name="Model">The model; the app where it is about a whole one.</param>
/// <param name="Key">The object's key.</param>
/// <param name="Field">The field, or several joined by commas.</param>
/// <param name="Problem">What is wrong.</param>
/// <param name="Advice">What the user can do.</param>
public sealed record DatasetFinding(
    string? Server,
    string? Database,
    string Path,
    long? Line,
    string Id,
    string Severity,
    string? Model,
    string? Key,
    string? Field,
    string Problem,
    string? Advice) : IDatasetTestResult, IFinding
{
    /// <summary>An error, from what a load is refused for.</summary>
    internal static DatasetFinding Of(string? server, string? database, string path, DatasetProblem problem) => new(
        server,
        database,
        path,
        problem.Line == 0 ? null : problem.Line,
        problem.Id,
        nameof(Level.Error),
        Said(problem, 0),
        Said(problem, 1),
        Said(problem, 2),
        string.Join(", ", problem.Cells.Skip(3)),
        problem.Advice);

    private static string? Said(DatasetProblem problem, int cell) => problem.Cells.Count > cell && problem.Cells[cell].Length > 0 ? problem.Cells[cell] : null;
}
