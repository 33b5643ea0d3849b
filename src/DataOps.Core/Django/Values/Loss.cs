namespace DataOps.Core.Django.Values;

/// <summary>Why a fixture does not give back exactly the value that was stored.</summary>
internal enum Loss
{
    /// <summary>It does.</summary>
    None,

    /// <summary>A time whose microseconds are cut off.</summary>
    CutTime,

    /// <summary>A time or interval that Python has no value for; only DataOps reads it back.</summary>
    NotInPython,

    /// <summary>JSON's null, which a fixture writes as it writes NULL.</summary>
    JsonNull,

    /// <summary>A JSON string that is itself the text of StreamField blocks, and is taken for them.</summary>
    BlocksInString,

    /// <summary>
    /// A value that was told to be written as a StreamField's text and holds no blocks, so that it is read as a JSON
    /// string.
    /// </summary>
    NoBlocks,

    /// <summary>
    /// An interval with months, with a day or more of hours, or with a negative time: Python counts all of it in days
    /// and a part of a day.
    /// </summary>
    InDays,

    /// <summary>An array that does not start at 1.</summary>
    Shifted,
}

/// <summary>Counts the values of one field that a fixture does not give back exactly.</summary>
/// <param name="name">The field, as <c>news.article.body</c>.</param>
internal sealed class LossCount(string name)
{
    private readonly long[] _counts = new long[Enum.GetValues<Loss>().Length];

    /// <summary>How many there were.</summary>
    public long Count => _counts.Sum();

    /// <summary>Counts a value; on several threads at the same time.</summary>
    public void Add(Loss loss)
    {
        if (loss != Loss.None)
            Interlocked.Increment(ref _counts[(int)loss]);
    }

    /// <summary>The field, and how many values of what kind.</summary>
    public override string ToString()
    {
        IEnumerable<Loss> kinds = Enum.GetValues<Loss>().Where(i => _counts[(int)i] > 0);
        return $"{name}: {string.Join(", ", kinds.Select(i => Text(i, _counts[(int)i])))}";
    }

    private static string Text(Loss loss, long count) => loss switch
    {
        Loss.CutTime => $"{count} {Plural(count, "time")} cut to milliseconds",
        Loss.NotInPython => $"{count} {Plural(count, "time")} that Python cannot read",
        Loss.JsonNull => $"{count} JSON {Plural(count, "null")}",
        Loss.BlocksInString =>
            $"{count} JSON {Plural(count, "string")} that {(count == 1 ? "reads" : "read")} as StreamField blocks",
        Loss.NoBlocks => $"{count} {Plural(count, "text")} without StreamField blocks",
        Loss.InDays => $"{count} {Plural(count, "interval")} counted in days",
        _ => $"{count} {Plural(count, "array")} that {(count == 1 ? "does" : "do")} not start at 1",
    };

    private static string Plural(long count, string noun) => count == 1 ? noun : noun + "s";
}
