using System.Text;

namespace DataOps.Core.Changes;

/// <summary>Rows that stand in the way, to be named all in one failure.</summary>
internal sealed class RowList
{
    /// <summary>The most rows that a message names.</summary>
    public const int Most = 100;

    private readonly List<(string Table, string Key, string What)> _rows = [];

    /// <summary>How many there are, those not named included.</summary>
    public long Total { get; private set; }

    /// <summary>Adds a row, while there is room for its name.</summary>
    public void Add(string table, string key, string what)
    {
        Total++;
        if (_rows.Count < Most)
            _rows.Add((table, key.Length > 200 ? key[..200] + "…" : key, what));
    }

    /// <summary>Adds the rows of a query.</summary>
    /// <param name="session">The session.</param>
    /// <param name="sql">A query of what is the matter with a row, its key, and the number of all rows, limited to
    /// <see cref="Most"/>.</param>
    /// <param name="table">Their table.</param>
    /// <param name="what">What to say about a row of which the query says this; the same when absent.</param>
    /// <param name="cancellation">Cancels the query.</param>
    public void AddAll(
        Session session, SqlText sql, string table, CancellationToken cancellation, Func<string, string>? what = null)
    {
        (long named, long total) = (0, 0);
        foreach ((string matter, string key, long all) in session.Read(
            sql, r => (r.GetString(0), r.GetString(1), r.GetInt64(2)), cancellation))
        {
            Add(table, key, what?.Invoke(matter) ?? matter);
            (named, total) = (named + 1, all);
        }
        AddUnnamed(total - named);
    }

    /// <summary>Counts rows that were found but not named.</summary>
    public void AddUnnamed(long rows) => Total += rows;

    /// <summary>Fails with all of them, if there are any.</summary>
    /// <param name="id">The failure's id.</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="sentence">What is wrong; {0} is the number of rows, as "1 row has" or "3 rows have".</param>
    /// <param name="advice">What to do next.</param>
    /// <exception cref="DataOpsException">There are rows.</exception>
    public void ThrowIfAny(string id, FailureKind kind, string sentence, string? advice)
    {
        if (Total == 0)
            return;
        StringBuilder text = new(string.Format(sentence, Total == 1 ? "1 row has" : $"{Total} rows have"));
        int width = _rows.Max(r => r.Table.Length + r.Key.Length) + 1;
        foreach ((string table, string key, string what) in _rows)
            text.Append('\n').Append("  ").Append($"{table} {key}".PadRight(Math.Min(width, 60)))
                .Append("  ").Append(what);
        if (Total > _rows.Count)
            text.Append($"\n  and {Total - _rows.Count} more");
        throw new DataOpsException(id, kind, text.ToString(), advice, _rows[0].Table);
    }
}
