namespace DataOps.Core.Django.Values;

/// <summary>Counts the values of one field that a fixture does not give back exactly.</summary>
/// <param name="name">The field, as <c>news.article.body</c>.</param>
internal sealed class LossCount(string name)
{
    private readonly long[] _counts = new long[Enum.GetValues<Loss>().Length];

    /// <summary>How many there were.</summary>
    public long Count => _counts.Sum() - _counts[(int)Loss.None];

    /// <summary>Counts a value.</summary>
    public void Add(Loss inexactness) => _counts[(int)inexactness]++;

    /// <summary>The field, and how many values of what kind.</summary>
    public override string ToString()
    {
        IEnumerable<Loss> kinds = Enum.GetValues<Loss>().Where(i => i != Loss.None && _counts[(int)i] > 0);
        return $"{name}: {string.Join(", ", kinds.Select(i => Text(i, _counts[(int)i])))}";
    }

    private static string Text(Loss inexactness, long count) => inexactness switch
    {
        Loss.CutTime => $"{count} {Plural(count, "time")} cut to milliseconds",
        Loss.NotInPython => $"{count} {Plural(count, "time")} that Python cannot read",
        Loss.JsonNull => $"{count} JSON {Plural(count, "null")}",
        Loss.BlocksInString => $"{count} JSON {Plural(count, "string")} that {(count == 1 ? "reads" : "read")} as StreamField blocks",
        Loss.NoBlocks => $"{count} {Plural(count, "text")} without StreamField blocks",
        Loss.InDays => $"{count} {Plural(count, "interval")} counted in days",
        _ => $"{count} {Plural(count, "array")} that {(count == 1 ? "does" : "do")} not start at 1",
    };

    private static string Plural(long count, string noun) => count == 1 ? noun : noun + "s";
}
