namespace DataOps.Core.Features.Datasets.Export;

/// <summary>
/// References of a dataset's rows that have no target in the database: all counted, the first of them named.
/// </summary>
internal sealed class MissingReferences(ReferenceCatalog catalog, bool withSoft, bool keepsKeys)
{
    private const int Named = 1000;
    private readonly Dictionary<string, long> _counts = [];
    private readonly Dictionary<TargetReference, List<string>> _keys = [];
    private readonly List<string[]> _rows = [];

    /// <summary>How many are damage.</summary>
    public long Count { get; private set; }

    /// <summary>How many are history that outlives its target by design.</summary>
    public long Expected { get; private set; }

    /// <summary>Model, column -> table and their number, joined by semicolons; null when there are none.</summary>
    public string? Text => _counts.Count == 0 ? null : string.Join("; ", _counts.Select(c => $"{c.Key}: {c.Value}"));

    /// <summary>The references that have any, and the keys of their rows, as text, where they were asked for.</summary>
    public IReadOnlyDictionary<TargetReference, List<string>> Keys => _keys;

    /// <summary>The references of a table that must have a target.</summary>
    public IReadOnlyList<TargetReference> Asked(Table table) =>
        [.. catalog.From(table).OfType<TargetReference>().Where(r => r.IsRequired || (withSoft && r is SoftReference))];

    /// <summary>Those of the rows that a filter chooses which are to be looked up while they are written.</summary>
    public IReadOnlyList<TargetReference> Asked(ExportPart part) =>
        part.Condition is null ? [] : [.. Asked(part.Model.Table).Where(r => !part.Requires(r))];

    /// <summary>Searches rows that are exported, and their many-to-many lists.</summary>
    /// <param name="session">A session in its snapshot.</param>
    /// <param name="plan">What is exported.</param>
    /// <param name="parts">The parts of it that have rows.</param>
    /// <param name="withChosen">Search the rows that filters choose too; else whoever writes them adds those that have
    /// no target.</param>
    /// <param name="context">Cancels, and hears of the progress.</param>
    public void Search(
        Session session, ExportPlan plan, IReadOnlyList<ExportPart> parts, bool withChosen, OperationContext context)
    {
        IEnumerable<Table> tables = parts.Where(p => withChosen || p.Condition is null).Select(p => p.Model.Table)
            .Concat(parts.SelectMany(p => p.Model.ManyToMany.Select(l => l.Table))).DistinctBy(t => t.Oid);
        foreach (DanglingReference dangling in new ReferenceSearch(session, catalog, context).In(
            [.. tables.SelectMany(Asked)], plan.ConditionOn))
            Add((TargetReference)dangling.Reference, dangling.Key, dangling.Value);
    }

    /// <summary>Adds a row that was found.</summary>
    /// <param name="reference">By which reference it has no target.</param>
    /// <param name="key">The row's key, as text.</param>
    /// <param name="value">What it points at, as text.</param>
    public void Add(TargetReference reference, string key, string value)
    {
        string place = $"{catalog.LabelOf(reference.Table)} {reference.Column.Name} -> {reference.Target}";
        _counts[place] = _counts.GetValueOrDefault(place) + 1;
        bool isExpected = reference.Severity == Severity.Expected;
        (Count, Expected) = isExpected ? (Count, Expected + 1) : (Count + 1, Expected);
        if (!_keys.TryGetValue(reference, out List<string>? keys))
            _keys[reference] = keys = [];
        if (keepsKeys)
            keys.Add(key);
        if (_rows.Count < Named)
            _rows.Add([reference.Table.DisplayName, key, reference.Column.Name, $"-> {reference.Target} {value}"]);
    }

    /// <summary>Tells the user which rows they are.</summary>
    public void Warn(OperationContext context)
    {
        if (Count + Expected == 0)
            return;
        string history = Expected == 0
            ? ""
            : $", {(Count == 0 ? "by design" : $"{Expected} of them by design")}: history outlives it";
        context.Warning?.Invoke(
            $"{InWords(Count + Expected)} no target in the database{history}:\n{Rows()}\nFind-Orphan " +
                $"-IncludeExpected lists them all.");
    }

    /// <summary>Refuses the export.</summary>
    public DataOpsException Refusal(string advice) => new(
        ErrorIds.MissingReferences, FailureKind.InvalidData,
        $"{InWords(Count)} no target in the database, so no file was written:\n{Rows()}", advice);

    private static string InWords(long count) => count == 1 ? "1 reference has" : $"{count} references have";

    private string Rows()
    {
        int[] widths = [.. Enumerable.Range(0, 4).Select(i => _rows.Max(r => Math.Min(r[i].Length, 40)))];
        IEnumerable<string> lines = _rows.Select(
            r => ("  " + string.Join("  ", r.Select((cell, i) => cell.PadRight(widths[i])))).TrimEnd());
        long unnamed = Count + Expected - _rows.Count;
        return string.Join('\n', lines) + (unnamed > 0 ? $"\n  … and {unnamed} more" : "");
    }
}
