using DataOps.Core.Postgres.Connections;

namespace DataOps.Core.Postgres.Sql;

/// <summary>The temporary tables of a load.</summary>
internal static class TemporaryTable
{
    /// <summary>
    /// Makes one of a query's rows, with statistics: without them PostgreSQL takes a few rows for thousands, and reads whole tables for them.
    /// </summary>
    /// <param name="session">The session, in the load's transaction, with which the table ends.</param>
    /// <param name="name">The table's name, in pg_temp.</param>
    /// <param name="select">The query.</param>
    /// <param name="cancellation">Cancels it.</param>
    public static void Create(Session session, string name, string select, CancellationToken cancellation) =>
        session.Execute($"create temporary table {name} on commit drop as {select}; analyze {name}", cancellation);
}
