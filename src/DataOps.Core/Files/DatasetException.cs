namespace DataOps.Core.Files;

/// <summary>A dataset file cannot be loaded, for these reasons.</summary>
public sealed class DatasetException : DataOpsException
{
    internal DatasetException(string id, string message, string? advice, string path,
        IReadOnlyList<DatasetProblem> problems, long count, Exception? inner)
        : base(id, FailureKind.InvalidData, message, advice, path, inner) => (Problems, Count) = (problems, count);

    /// <summary>How many there are.</summary>
    public long Count { get; }

    /// <summary>The first hundred, by line.</summary>
    internal IReadOnlyList<DatasetProblem> Problems { get; }
}

/// <summary>One thing that is wrong with a dataset file.</summary>
/// <param name="Id">What kind of thing, as <c>MissingReferences</c>.</param>
/// <param name="Line">The file's line, from 1; 0 when it is not known.</param>
/// <param name="Advice">What the user can do.</param>
/// <param name="Cells">Model, key, field, and what is wrong in words.</param>
internal sealed record DatasetProblem(string Id, long Line, string? Advice, IReadOnlyList<string> Cells)
{
    /// <summary>Which of the objects of its line it is about, from 1.</summary>
    public long Object { get; init; } = 1;

    /// <summary>The model of which a row is missing; null where none is.</summary>
    public string? MissingModel { get; init; }
}
