namespace DataOps.Core.Python;

/// <summary>A text that is no Python, or is larger or deeper than what is read.</summary>
/// <param name="problem">What is wrong, without a place.</param>
/// <param name="line">The line, from 1.</param>
internal sealed class PythonSyntaxException(string problem, int line)
    : Exception($"line {line}: {problem}")
{
    /// <summary>What is wrong, without a place.</summary>
    public string Problem { get; } = problem;

    /// <summary>The line, from 1.</summary>
    public int Line { get; } = line;
}
