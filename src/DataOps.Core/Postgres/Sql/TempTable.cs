using DataOps.Core.Postgres.Connections;

namespace DataOps.Core.Postgres.Sql;

/// <summary>A temporary table of this program, in pg_temp, by name; made, analyzed and dropped here.</summary>
internal readonly record struct TempTable
{
    /// <summary>A temporary table of that name, made or not.</summary>
    /// <exception cref="ArgumentException">The name is not made of small letters, digits and underscores alone.</exception>
    public TempTable(string name) => Name = PlainName.Require(name);

    /// <summary>The name without its schema.</summary>
    public string Name { get; }

    /// <summary>Makes it of a query's rows, with statistics: without them PostgreSQL takes a few rows for thousands, and reads whole tables for them.</summary>
    /// <param name="session">The session, in the transaction with which the table ends.</param>
    /// <param name="query">The rows.</param>
    /// <param name="cancellation">Cancels it.</param>
    public void Create(Session session, SqlText query, CancellationToken cancellation) =>
        session.Run($"create temporary table {this} on commit drop as {query}; analyze {this}", cancellation);

    /// <summary>Makes it without rows, with the columns of a query.</summary>
    /// <param name="session">The session.</param>
    /// <param name="query">The columns.</param>
    /// <param name="outlives">Whether it outlives the transaction, until <see cref="Drop"/> or the session's end.</param>
    /// <param name="cancellation">Cancels it.</param>
    public void CreateEmpty(Session session, SqlText query, bool outlives, CancellationToken cancellation) => session.Run(
        $"create temporary table {this} on commit {(outlives ? (SqlText)$"preserve rows" : (SqlText)$"drop")} as {query} with no data", cancellation);

    /// <summary>Makes it without rows, with columns as CREATE TABLE declares them; it ends with the transaction.</summary>
    public void Declare(Session session, SqlText columns, CancellationToken cancellation) =>
        session.Run($"create temporary table {this} ({columns}) on commit drop", cancellation);

    /// <summary>Takes statistics of it.</summary>
    public void Analyze(Session session, CancellationToken cancellation) => session.Run($"analyze {this}", cancellation);

    /// <summary>Drops it if it is there.</summary>
    public void Drop(Session session, CancellationToken cancellation) => session.Run($"drop table if exists {this}", cancellation);

    /// <summary>The qualified name, which needs no quotes.</summary>
    public override string ToString() => "pg_temp." + Name;
}
