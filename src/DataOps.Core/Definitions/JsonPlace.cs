namespace DataOps.Core.Definitions;

/// <summary>Where in a file a JSON value stands.</summary>
/// <param name="File">The file; null for one that was given as an object.</param>
/// <param name="Path">The way to the value, as <c>$.datasets.questions.specs[0].filter</c>.</param>
/// <param name="Line">The line, from 1; 0 where there is none, as the JSON was made of something else.</param>
internal sealed record JsonPlace(string? File, string Path, int Line)
{
    /// <inheritdoc/>
    public override string ToString() =>
        File is null ? Path : Line == 0 ? $"{File}, {Path}" : $"{File} line {Line}, {Path}";
}
