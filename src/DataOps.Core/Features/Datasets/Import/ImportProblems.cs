using System.Text;
using DataOps.Core.Files;

namespace DataOps.Core.Features.Datasets.Import;

/// <summary>
/// What is wrong with a dataset file: everything counted, the first hundred kept with their lines. A message names each
/// of a few, and of many three of each of the first fields, with their number.
/// </summary>
/// <param name="session">The session, in the load's transaction.</param>
/// <param name="path">The file.</param>
/// <param name="cancellation">Cancels the query that runs.</param>
internal sealed class ImportProblems(Session session, string path, CancellationToken cancellation)
{
    private const int Listed = 100;
    private const int LongestShown = 80;
    private const int MostNamed = 20;
    private const int Examples = 3;

    private readonly List<DatasetProblem> _listed = [];
    private readonly List<Group> _groups = [];
    private readonly Dictionary<(string, string), Group> _byField = [];
    private readonly Group _others = new("", "");
    private string _id = "";
    private ImportSentence? _sentence;
    private string? _advice;
    private Group? _last;

    /// <summary>How many there are.</summary>
    public long Count { get; private set; }

    /// <summary>Adds one.</summary>
    /// <param name="place">Where it is in the file.</param>
    /// <param name="problem">What is wrong; that of the first problem names the failure.</param>
    public void Add(long place, ImportProblem problem)
    {
        if (Count == 0)
            (_id, _sentence, _advice) = (problem.Id, problem.Sentence, problem.Advice);
        // Failures of several kinds share a list.
        else if (_id != problem.Id)
            _sentence = null;
        else
            _advice = problem.Advice;
        Count++;
        Group group = GroupOf(problem);
        group.Count++;
        bool isExample = group != _others && group.Examples.Count < Examples;
        if (_listed.Count >= Listed && !isExample)
            return;
        DatasetProblem told = new(
            problem.Id, FilePlace.Of(place).Line, problem.Advice,
            [problem.Model, problem.Key, problem.Field, problem.What])
        {
            Object = FilePlace.Of(place).Object,
            MissingModel = problem.MissingModel,
        };
        if (_listed.Count < Listed)
            _listed.Add(told);
        if (isExample)
            group.Examples.Add(told);
    }

    /// <summary>Asks the database for rows that are wrong, and adds a problem for each.</summary>
    /// <param name="place">The SQL of the place in the file.</param>
    /// <param name="texts">The SQL of up to three texts that the problem tells.</param>
    /// <param name="from">The query from "from" on.</param>
    /// <param name="describe">Makes a problem of the texts.</param>
    public void AddRows(SqlText place, SqlText[] texts, SqlText from, Func<string[], ImportProblem> describe)
    {
        IEnumerable<SqlText> shown = texts.Select(t => (SqlText)$"coalesce(left(({t})::text, {LongestShown}), '')");
        SqlText sql = $"select {place}, array[{shown}]::text[], count(*) over () {from} order by 1 limit {Listed}";
        long listed = 0;
        long total = 0;
        foreach ((long at, string[] cells, long all) in session.Read(
            sql, r => (r.GetInt64(0), r.GetFieldValue<string[]>(1), r.GetInt64(2)), cancellation))
        {
            Add(at, describe(cells));
            (listed, total) = (listed + 1, all);
        }
        Count += total - listed;
        if (total > listed)
            _last!.Count += total - listed;
    }

    /// <summary>Fails if there is any.</summary>
    /// <exception cref="DataOpsException">All that is wrong.</exception>
    public void ThrowIfAny(Exception? inner = null)
    {
        if (Count > 0)
            throw new DatasetException(_id, Message(), _advice, path, [.. InOrder()], Count, inner);
    }

    private IEnumerable<DatasetProblem> InOrder() => _listed.OrderBy(p => p.Line).ThenBy(p => p.Object);

    private Group GroupOf(ImportProblem problem)
    {
        if (_byField.TryGetValue((problem.Model, problem.Field), out Group? known))
            return _last = known;
        // A file may be wrong in any number of fields.
        if (_groups.Count == MostNamed)
            return _last = _others;
        _groups.Add(_byField[(problem.Model, problem.Field)] = _last = new(problem.Model, problem.Field));
        return _last;
    }

    private string Message()
    {
        StringBuilder text = new(
            $"{Counted.Of(Count, _sentence?.Noun ?? "problem")} in {Path.GetFileName(path)}"
                + $"{(_sentence is null ? "" : Count == 1 ? $" {_sentence.One}" : $" {_sentence.Many}")}, "
                + "so nothing was loaded.");
        if (Count <= MostNamed)
            Name(text, [.. InOrder()], "  ", _ => true);
        else
        {
            foreach (Group group in _groups)
            {
                text.Append($"\n  {$"{group.Model} {group.Field}".Trim()}: {group.Count}, as");
                Name(text, group.Examples, "    ", cell => cell is not (0 or 2));
            }
            if (_others.Count > 0)
                text.Append($"\n  other fields: {_others.Count}");
            text.Append($"\n  Test-Dataset lists the first {Listed}.");
        }
        return text.ToString();
    }

    private static void Name(
        StringBuilder text, IReadOnlyList<DatasetProblem> problems, string indent, Func<int, bool> isShown)
    {
        // Where several objects stand in a line, all of them are counted.
        bool areCounted = problems.Any(p => p.Object > 1);
        string PlaceOf(DatasetProblem problem) =>
            areCounted ? $"line {problem.Line}, object {problem.Object}" : $"line {problem.Line}";
        int place = problems.Max(p => PlaceOf(p).Length);
        int WidthOf(int cell) => problems.Max(p => cell < p.Cells.Count ? Math.Min(p.Cells[cell].Length, 40) : 0);
        int[] widths = [.. Enumerable.Range(0, problems.Max(p => p.Cells.Count)).Select(WidthOf)];
        foreach (DatasetProblem problem in problems)
        {
            string row = string.Concat(problem.Cells.Select(
                (cell, i) => isShown(i) ? "  " + cell.PadRight(widths[i]) : ""));
            text.Append('\n').Append(indent).Append(PlaceOf(problem).PadRight(place)).Append(row.TrimEnd());
        }
    }

    // What is wrong with one field of one model.
    private sealed class Group(string model, string name)
    {
        public string Model => model;

        public string Field => name;

        public long Count { get; set; }

        public List<DatasetProblem> Examples { get; } = [];
    }
}

/// <summary>What there is so many of: values in posts.json cannot be stored.</summary>
/// <param name="Noun">Of one, as <c>value</c>.</param>
/// <param name="One">What one does or is, as <c>has no target</c>.</param>
/// <param name="Many">What several do or are, as <c>have no target</c>.</param>
internal sealed record ImportSentence(string Noun, string One, string Many);

/// <summary>A problem in words.</summary>
/// <param name="Id">The failure's id.</param>
/// <param name="Sentence">What there is so many of.</param>
/// <param name="Advice">What the user can do.</param>
/// <param name="Model">The model.</param>
/// <param name="Key">The row's key.</param>
/// <param name="Field">The field.</param>
/// <param name="What">What is wrong.</param>
internal sealed record ImportProblem(
    string Id, ImportSentence Sentence, string Advice, string Model, string Key, string Field, string What)
{
    /// <summary>The model of which a row is missing; null where none is.</summary>
    public string? MissingModel { get; init; }
}
