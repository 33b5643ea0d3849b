namespace DataOps.Core.Changes;

/// <summary>
/// Rows of one table that come or change, in a temporary table: planned, told and written from there.
/// </summary>
internal abstract class RowWrite(
    Session session, ReferenceCatalog catalog, TablePlan rows, SqlText name, CancellationToken cancellation)
    : IRepair
{
    /// <summary>The plan of the table.</summary>
    protected TablePlan Rows => rows;

    /// <summary>The temporary table with the new values.</summary>
    public SqlText Name => name;

    /// <summary>What a person knows the table by.</summary>
    protected string? Label => catalog.LabelOf(rows.Table);

    /// <summary>The session.</summary>
    protected Session Session => session;

    /// <summary>Cancels the query that runs.</summary>
    protected CancellationToken Cancellation => cancellation;

    /// <summary>Plans the rows.</summary>
    public abstract void Plan();

    /// <summary>Writes them; they are locked.</summary>
    public abstract void Apply();

    /// <summary>What happens to each.</summary>
    public abstract IEnumerable<RowChange> Describe(RowChanges changed);

    /// <summary>Runs a statement.</summary>
    protected int Execute(SqlText sql) => session.Run(sql, cancellation);

    /// <summary>Runs a statement that writes the application's rows.</summary>
    protected void Write(SqlText sql) => session.RunAsApplication(sql, cancellation);

    /// <summary>What an update sets, where s has the new values.</summary>
    public static IEnumerable<SqlText> Set(IEnumerable<string> columns) =>
        columns.Select(c => (SqlText)$"{SqlText.Identifier(c)} = {new Alias("s").Column(c)}");
}
