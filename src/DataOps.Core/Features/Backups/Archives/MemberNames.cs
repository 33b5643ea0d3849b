namespace DataOps.Core.Features.Backups.Archives;

/// <summary>
/// The names of an archive's members, of which none can be written outside of its place, nor over another one.
/// </summary>
/// <param name="invalid">What is thrown, and why.</param>
internal sealed class MemberNames(Func<string, DataOpsException> invalid)
{
    private const int Most = 10_000_000;

    private readonly HashSet<string> _folded = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Adds one.</summary>
    /// <exception cref="DataOpsException"><c>InvalidBackup</c>: it is refused, or there already.</exception>
    public void Add(string name)
    {
        if (MemberName.WhyNot(name) is { } why)
            throw invalid($"the name {VisibleText.Of(name)} is refused: {why}");
        // On some systems the second would overwrite the first.
        if (!_folded.Add(name))
            throw invalid($"{name} is there twice, or differs from another name in case alone");
        if (_folded.Count > Most)
            throw invalid($"it has more than {Most} members");
    }
}
