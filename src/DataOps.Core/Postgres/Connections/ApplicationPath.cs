namespace DataOps.Core.Postgres.Connections;

/// <summary>Runs what writes an application's rows where the application would: under its own search_path.</summary>
/// <remarks>
/// Triggers, defaults and checks resolve names by the search_path of the session that writes. In a schema to which
/// others can write, an operator for varchar is a better match than PostgreSQL's own for text, and would run as the
/// caller (CVE-2018-1058). Our sessions have pg_catalog alone; a statement that runs here names the schema of each
/// function, operator and type, and takes what needs more from a temporary table.
/// </remarks>
internal static class ApplicationPath
{
    /// <summary>Runs a statement there, in the transaction at hand.</summary>
    /// <returns>The number of rows it changed.</returns>
    /// <exception cref="DataOpsException">The server refused it: the transaction, and the search_path with it, goes
    /// back to a savepoint or ends.</exception>
    public static int RunAsApplication(this Session session, SqlText sql, CancellationToken cancellation) =>
        session.AsApplication(() => session.Run(sql, cancellation), cancellation);

    /// <summary>Does something there, in the transaction at hand; -Schema stands before the role's own path.</summary>
    public static T AsApplication<T>(this Session session, Func<T> work, CancellationToken cancellation)
    {
        string first = session.Settings.Schema is { } schema ? $"{SqlText.Identifier(schema)}, " : "";
        session.Run($"""
            select set_config('search_path',
              {SqlText.Value(first)} || (select reset_val from pg_settings where name = 'search_path'), true)
            """, cancellation);
        T done = work();
        session.Run($"select pg_catalog.set_config('search_path', 'pg_catalog', true)", cancellation);
        return done;
    }
}
