namespace DataOps.Core.Postgres.Sql;

/// <summary>Makes temporary tables, which end with the transaction unless they outlive it.</summary>
internal static class TemporaryTable
{
    private const int DroppedAtOnce = 50;

    /// <summary>
    /// The qualified name of one, which no other table can hide; it is made of small letters, digits and underscores.
    /// </summary>
    public static SqlText Named(string name) => $"pg_temp.{new Alias(name)}";

    /// <summary>
    /// Makes one of a query's rows, with statistics: without them PostgreSQL takes a few rows for thousands, and reads
    /// whole tables for them.
    /// </summary>
    /// <param name="session">The session, in the transaction with which the table ends.</param>
    /// <param name="name">The table's name, in pg_temp.</param>
    /// <param name="select">The query.</param>
    /// <param name="cancellation">Cancels it.</param>
    /// <param name="outlives">Whether it lasts until it is dropped, or the session ends.</param>
    public static void Create(
        Session session, SqlText name, SqlText select, CancellationToken cancellation, bool outlives = false)
    {
        Make(session, name, $"{End(outlives)} as {select}", cancellation);
        session.Run($"analyze {name}", cancellation);
    }

    /// <summary>Makes one without rows, with the columns of a query.</summary>
    public static void CreateEmpty(
        Session session, SqlText name, SqlText select, CancellationToken cancellation, bool outlives = false) =>
        Make(session, name, $"{End(outlives)} as {select} with no data", cancellation);

    /// <summary>Makes one without rows, with columns as CREATE TABLE declares them.</summary>
    public static void Declare(Session session, SqlText name, SqlText columns, CancellationToken cancellation) =>
        Make(session, name, $"({columns}) {End(outlives: false)}", cancellation);

    /// <summary>
    /// Makes tables that outlive their transaction, each in one of its own; none waits for the disk, as they are gone
    /// after a crash anyway.
    /// </summary>
    public static void Ahead(Session session, Action make)
    {
        session.Run($"set synchronous_commit = off", CancellationToken.None);
        try
        {
            make();
        }
        finally
        {
            if (session.IsOpen)
                session.Run($"reset synchronous_commit", CancellationToken.None);
        }
    }

    /// <summary>
    /// Drops tables that outlive their transaction, with views of them; some at a time, as each is locked until the
    /// statement's end.
    /// </summary>
    public static void Drop(Session session, IEnumerable<SqlText> names)
    {
        if (session.IsOpen)
            foreach (SqlText[] some in names.Chunk(DroppedAtOnce))
                session.Run($"drop table if exists {some} cascade", CancellationToken.None);
    }

    // PostgreSQL takes no parameters in CREATE TABLE.
    private static void Make(Session session, SqlText name, SqlText definition, CancellationToken cancellation) =>
        session.RunWithLiterals($"create temporary table {name} {definition}", cancellation);

    private static SqlText End(bool outlives) =>
        outlives ? (SqlText)$"on commit preserve rows" : (SqlText)$"on commit drop";
}
