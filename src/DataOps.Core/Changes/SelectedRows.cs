using DataOps.Core.Postgres.Connections;
using DataOps.Core.Postgres.Sql;

namespace DataOps.Core.Changes;

/// <summary>
/// Rows of one table, kept in a temporary table: by what they are known again, as <c>_key</c> what a person calls them, as <c>_value</c> what they
/// refer to.
/// </summary>
internal sealed class SelectedRows
{
    private readonly Session _session;
    private readonly CancellationToken _cancellation;
    private readonly string _identity;

    /// <summary>Makes the temporary table, without rows.</summary>
    /// <param name="session">The session, in a transaction.</param>
    /// <param name="table">The temporary table's name.</param>
    /// <param name="rows">The plan of the table that the rows are of.</param>
    /// <param name="cancellation">Cancels the query that runs.</param>
    /// <param name="outlives">Whether the temporary table outlives the transaction.</param>
    public SelectedRows(Session session, string table, TablePlan rows, CancellationToken cancellation, bool outlives = false)
    {
        (_session, Rows, _cancellation) = (session, rows, cancellation);
        Name = "pg_temp." + table;
        _identity = rows.Identity.IsWholeRow ? $"{rows.VersionOf("t")} as _xmin" : rows.Identity.Of("t");
        session.Execute(
            $"""
            create temp table {table} on commit {(outlives ? "preserve rows" : "drop")} as
            select {_identity}, ''::text as _key, ''::text as _value from {rows.Table.Sql} t with no data
            """,
            cancellation);
    }

    /// <summary>The plan of the table that the rows are of.</summary>
    public TablePlan Rows { get; }

    /// <summary>The temporary table.</summary>
    public string Name { get; }

    /// <summary>How many there are.</summary>
    public long Count { get; private set; }

    /// <summary>From the temporary table o to the rows themselves, t.</summary>
    public string From => $"from {Rows.Table.Sql} t join {Name} o on {Is("o", "t")}";

    /// <summary>Adds rows.</summary>
    /// <param name="value">What a row t refers to, as text.</param>
    /// <param name="from">From "from" on, the rows being t.</param>
    public void Add(string value, string from) =>
        Count += _session.Execute($"insert into {Name} select {_identity}, {KeyText.Of(Rows.Table, "t")}, {value} {from}", _cancellation);

    /// <summary>Lets the server know how many there are.</summary>
    public void Analyze() => _session.Execute($"analyze {Name}", _cancellation);

    /// <summary>The condition that a row here, or of the plan, is that row of the table.</summary>
    public string Is(string selected, string row) => Rows.Same(selected, row);

    /// <summary>The condition that a row here is that row of the plan.</summary>
    public string IsPlanned(string selected, string planned) => Rows.Identity.IsWholeRow
        ? $"{selected}._xmin = {planned}._xmin" : Rows.Identity.Same(selected, planned);
}
