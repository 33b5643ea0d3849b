namespace DataOps.Core.Changes;

/// <summary>
/// Rows of one table, kept in a temporary table: by what they are known again, as <c>_key</c> what a person calls them,
/// as <c>_value</c> what they refer to.
/// </summary>
internal sealed class SelectedRows
{
    private readonly Session _session;
    private readonly CancellationToken _cancellation;
    private readonly SqlText _identity;

    /// <summary>Makes the temporary table, without rows.</summary>
    /// <param name="session">The session, in a transaction.</param>
    /// <param name="table">The temporary table's name.</param>
    /// <param name="rows">The plan of the table that the rows are of.</param>
    /// <param name="cancellation">Cancels the query that runs.</param>
    /// <param name="outlives">Whether the temporary table outlives the transaction.</param>
    public SelectedRows(
        Session session, string table, TablePlan rows, CancellationToken cancellation, bool outlives = false)
    {
        (_session, Rows, _cancellation) = (session, rows, cancellation);
        Name = TemporaryTable.Named(table);
        _identity = rows.Identity.IsWholeRow ? (SqlText)$"{rows.VersionOf("t")} as _xmin" : rows.Identity.Of("t");
        SqlText columns = $"{_identity}, ''::text as _key, ''::text as _value";
        TemporaryTable.CreateEmpty(session, Name, $"select {columns} from {rows.Table} t", cancellation, outlives);
    }

    /// <summary>The plan of the table that the rows are of.</summary>
    public TablePlan Rows { get; }

    /// <summary>The temporary table.</summary>
    public SqlText Name { get; }

    /// <summary>How many there are.</summary>
    public long Count { get; private set; }

    /// <summary>From the temporary table o to the rows themselves, t.</summary>
    public SqlText From => $"from {Rows.Table} t join {Name} o on {Is("o", "t")}";

    /// <summary>Adds rows.</summary>
    /// <param name="value">What a row t refers to, as text.</param>
    /// <param name="from">From "from" on, the rows being t.</param>
    public void Add(SqlText value, SqlText from) =>
        Count += _session.Run(
            $"insert into {Name} select {_identity}, {KeyText.Of(Rows.Table, "t")}, {value} {from}", _cancellation);

    /// <summary>Lets the server know how many there are.</summary>
    public void Analyze() => _session.Run($"analyze {Name}", _cancellation);

    /// <summary>The condition that a row here, or of the plan, is that row of the table.</summary>
    public SqlText Is(Alias selected, Alias row) => Rows.Same(selected, row);

    /// <summary>The condition that a row here is that row of the plan.</summary>
    public SqlText IsPlanned(Alias selected, Alias planned) => Rows.SamePlanned(selected, planned);
}
