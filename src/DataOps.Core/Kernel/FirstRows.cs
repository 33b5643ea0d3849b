namespace DataOps.Core.Kernel;

/// <summary>The keys of the first rows of several; equal to another one of the same keys.</summary>
/// <param name="Keys">The keys as texts.</param>
internal sealed record FirstRows(IReadOnlyList<string> Keys)
{
    /// <summary>The most that are kept.</summary>
    public const int Most = 3;

    /// <inheritdoc/>
    public bool Equals(FirstRows? other) => other is not null && Keys.SequenceEqual(other.Keys);

    /// <inheritdoc/>
    public override int GetHashCode() => Keys.Count == 0 ? 0 : Keys[0].GetHashCode(StringComparison.Ordinal);
}
