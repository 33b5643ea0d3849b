using DataOps.Core.Changes;
using DataOps.Core.Django.References;
using DataOps.Core.Postgres.Connections;

namespace DataOps.Core.Changes;

/// <summary>Rows of one table that come or change, in a temporary table: planned, told and written from there.</summary>
internal abstract class RowWrite(Session session, ReferenceCatalog catalog, TablePlan rows, string name, CancellationToken cancellation)
    : IRepair
{
    /// <summary>The plan of the table.</summary>
    protected TablePlan Rows => rows;

    /// <summary>The temporary table with the new values.</summary>
    public string Name { get; } = "pg_temp." + name;

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
    protected int Execute(string sql) => session.Execute(sql, cancellation);
}
