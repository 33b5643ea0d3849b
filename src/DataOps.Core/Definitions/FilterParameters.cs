namespace DataOps.Core.Definitions;

/// <summary>
/// The values of compiled filters. COPY takes no parameters, so they are settings of the transaction, each a parameter
/// of the query that sets it.
/// </summary>
/// <param name="TimeZone">Where days and years begin, as Django's TIME_ZONE says.</param>
internal sealed record FilterParameters(string TimeZone = "UTC")
{
    private readonly List<string> _values = [];

    /// <summary>
    /// Takes a value and returns the expression that gives it back, of type text; stable, so that an index can be used.
    /// </summary>
    public SqlText Add(string value)
    {
        // One setting a value: each new one makes the server sort all that it has.
        int at = _values.IndexOf(value);
        if (at < 0)
        {
            at = _values.Count;
            _values.Add(value);
        }
        return $"current_setting('dataops.p{SqlText.Literal(at)}')";
    }

    /// <summary>Takes a list of values and returns the expression of an array of them, as text.</summary>
    public SqlText AddList(IEnumerable<string> values) =>
        Add("{" + string.Join(',', values.Select(v => $"\"{v.Replace("\\", "\\\\").Replace("\"", "\\\"")}\"")) + "}");

    /// <summary>Sets the values until the transaction ends.</summary>
    /// <exception cref="DataOpsException">The server refused one.</exception>
    public void Bind(Session session)
    {
        if (_values.Count > 0)
            session.Query<string>(
                $"select set_config('dataops.p' || (n - 1), v, true) from unnest({_values.ToArray()}) with " +
                    $"ordinality u(v, n)");
    }
}
