namespace DataOps.Core.Django.Models;

/// <summary>
/// Gives findings the labels of their rows: a query a table for thousands of findings, never one a row.
/// </summary>
/// <remarks>
/// Findings stream, and their connection is busy until the last: labels of a check with more than 5000 are read
/// over a second connection, as the rows are at that moment. Where labels cannot be read, a warning says so, and the
/// findings come without.
/// </remarks>
internal sealed class FindingLabels(Session session, ReferenceCatalog catalog, OperationContext context) : IDisposable
{
    private const int Most = 5000;

    private readonly Dictionary<string, Table> _tables =
        catalog.Database.Tables.DistinctBy(t => t.DisplayName).ToDictionary(t => t.DisplayName);

    private Session? _beside;
    private bool _isRefused;

    /// <summary>The findings of a check in a transaction, in their order.</summary>
    public IEnumerable<T> AddTo<T>(IEnumerable<T> findings)
        where T : Finding
    {
        using IEnumerator<T> source = findings.GetEnumerator();
        for (bool hasMore = true; hasMore;)
        {
            List<T> some = [];
            while (some.Count < Most && (hasMore = source.MoveNext()))
                some.Add(source.Current);
            Dictionary<(string, string), string> labels = Read(some, isBusy: hasMore);
            foreach (T finding in some)
            {
                context.Cancellation.ThrowIfCancellationRequested();
                yield return finding with { Label = Label(finding, labels) };
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _beside?.Dispose();

    private static string? Label(Finding finding, Dictionary<(string, string), string> labels)
    {
        if (finding is not { Table: { } table, Label: null })
            return finding.Label;
        string? Of(string key) => labels.GetValueOrDefault((table, key));
        return finding.Key is { } own ? Of(own) : RowLabel.Sum(
            [.. (finding.FirstRows?.Keys ?? []).Select(k => (k, Of(k)))], finding.Count);
    }

    private Dictionary<(string Table, string Key), string> Read(IReadOnlyList<Finding> findings, bool isBusy)
    {
        Dictionary<(string, string), string> labels = [];
        ILookup<string, string> rows = (
            from finding in findings
            where finding is { Table: not null, Label: null } && _tables.ContainsKey(finding.Table)
            from key in finding.Key is { } own ? [own] : finding.FirstRows?.Keys ?? []
            select (Table: finding.Table!, Key: key)).Distinct().ToLookup(r => r.Table, r => r.Key);
        if (rows.Count == 0 || _isRefused)
            return labels;
        try
        {
            Session reader = isBusy ? _beside ??= session.Fork(context.Cancellation) : session;
            if (!isBusy)
                session.Run($"savepoint dataops_label", context.Cancellation);
            foreach (IGrouping<string, string> table in rows)
                foreach ((string key, string label) in RowLabel.Read(
                    reader, catalog, _tables[table.Key], [.. table], context.Cancellation))
                    labels.TryAdd((table.Key, key), label);
            if (!isBusy)
                session.Run($"release savepoint dataops_label", context.Cancellation);
        }
        catch (DataOpsException e) when (isBusy || e.Kind != FailureKind.Connection)
        {
            _isRefused = true;
            context.Warning?.Invoke(
                $"Findings come without labels from here on, as these could not be read: {e.Message}");
            if (!isBusy)
                session.Run($"rollback to savepoint dataops_label", context.Cancellation);
        }
        return labels;
    }
}
