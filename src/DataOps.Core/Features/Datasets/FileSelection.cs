namespace DataOps.Core.Features.Datasets;

/// <summary>Which objects of a file are taken, by their models.</summary>
internal sealed class FileSelection(IReadOnlyList<string> model, IReadOnlyList<string> exclude)
{
    private readonly NameFilter _models = new(model);
    private readonly NameFilter _exclude = new(exclude);
    private readonly Dictionary<string, bool> _taken = [];

    /// <summary>Objects that were not taken.</summary>
    public long LeftOut { get; private set; }

    /// <summary>Whether the next object is taken, which is one of this model.</summary>
    public bool Take(string label)
    {
        if (!_taken.TryGetValue(label, out bool taken))
            _taken[label] = taken = Includes(label);
        if (!taken)
            LeftOut++;
        return taken;
    }

    /// <summary>Whether objects of a model are taken.</summary>
    public bool Includes(string label) =>
        _models.Matches(Names(label)) && (_exclude.IsEmpty || !_exclude.Matches(Names(label)));

    /// <summary>Reports names that match no model, when all objects have been read.</summary>
    /// <param name="known">Models that may be left out besides those of the file; null where nobody knows any.</param>
    /// <param name="path">The file.</param>
    /// <param name="context">Takes warnings.</param>
    /// <exception cref="DataOpsException">A name is that of no model.</exception>
    public void ReportUnmatched(IEnumerable<ModelLabel>? known, string path, OperationContext context)
    {
        string?[][] inFile = [.. _taken.Keys.Select(Names)];
        context.ReportUnmatched(_models.Unmatched(inFile), names => new DataOpsException(
            ErrorIds.NothingSelected, FailureKind.NotFound,
            $"{Path.GetFileName(path)} has no objects of {string.Join(", ", names)}.",
            "Test-Dataset -Offline lists the file's models; * stands for any characters.", names[0]));
        if (known is not null)
            context.ReportUnmatched(
                _exclude, inFile.Concat(known.Select(ReferenceFilter.ModelNames)), ErrorIds.UnknownModel, "model");
    }

    private static string?[] Names(string label) =>
        ModelLabel.Parse(label) is { } known ? ReferenceFilter.ModelNames(known) : [label];
}
