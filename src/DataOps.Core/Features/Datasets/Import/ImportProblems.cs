using System.Text;
using DataOps.Core.Files;
using DataOps.Core.Kernel;

namespace DataOps.Core.Features.Datasets.Import;

/// <summary>What is wrong with a dataset file: everything counted, the first hundred kept with their lines.</summary>
internal sealed class ImportProblems(string path)
{
    private const int Listed = 100;

    private readonly List<DatasetProblem> _listed = [];
    private string _id = "";
    private string _sentence = "";
    private string? _advice;

    /// <summary>How many there are.</summary>
    public long Count { get; private set; }

    /// <summary>Adds one.</summary>
    /// <param name="id">The failure's id; that of the first problem names the failure.</param>
    /// <param name="sentence">What there is so many of, as <c>values in {0} cannot be stored</c>.</param>
    /// <param name="advice">What the user can do.</param>
    /// <param name="line">The file's line.</param>
    /// <param name="cells">Model, key, field and what is wrong.</param>
    public void Add(string id, string sentence, string? advice, long line, params string[] cells) =>
        Add(sentence, new DatasetProblem(id, line, advice, cells));

    /// <summary>Adds one.</summary>
    /// <param name="sentence">What there is so many of, as <c>values in {0} cannot be stored</c>.</param>
    /// <param name="problem">The problem.</param>
    public void Add(string sentence, DatasetProblem problem)
    {
        if (Count == 0)
            (_id, _sentence, _advice) = (problem.Id, sentence, problem.Advice);
        // Failures of several kinds share a list.
        else if (_id != problem.Id)
            _sentence = "problems in {0}";
        else
            _advice = problem.Advice;
        Count++;
        if (_listed.Count < Listed)
            _listed.Add(problem);
    }

    /// <summary>Counts problems that are not listed any more.</summary>
    public void AddUnlisted(long count) => Count += count;

    /// <summary>Fails if there is any.</summary>
    /// <exception cref="DataOpsException">All that is wrong.</exception>
    public void ThrowIfAny(Exception? inner = null)
    {
        if (Count > 0)
            throw new DatasetException(_id, Message(), _advice, path, [.. _listed.OrderBy(p => p.Line)], Count, inner);
    }

    private string Message()
    {
        StringBuilder text = new($"{Count} {string.Format(null, _sentence, Path.GetFileName(path))}, so nothing was loaded.");
        int line = _listed.Max(p => p.Line.ToString().Length);
        int WidthOf(int cell) => _listed.Max(p => cell < p.Cells.Count ? Math.Min(p.Cells[cell].Length, 40) : 0);
        int[] widths = [.. Enumerable.Range(0, _listed.Max(p => p.Cells.Count)).Select(WidthOf)];
        foreach ((_, long number, _, IReadOnlyList<string> cells, _) in _listed.OrderBy(p => p.Line))
        {
            string row = string.Concat(cells.Select((cell, i) => "  " + cell.PadRight(widths[i])));
            text.Append('\n').Append("  line ").Append(number.ToString().PadRight(line)).Append(row.TrimEnd());
        }
        if (Count > _listed.Count)
            text.Append('\n').Append("  … and ").Append(Count - _listed.Count).Append(" more");
        return text.ToString();
    }
}
