using System.Data;
using Npgsql;

namespace DataOps.Core.Features.Backups.Restoring;

/// <summary>
/// The connection's own database as the target of a restore, where nobody may make or rename databases: it has to be
/// empty, and is empty again when the restore fails. A schema marks it meanwhile, so that what a killed restore leaves
/// is known.
/// </summary>
internal sealed class EmptyDatabase
{
    private const string Marker = "dataops_restore";

    private readonly Session _session;
    private readonly IReadOnlyList<string> _extensions;

    private EmptyDatabase(Session session, IReadOnlyList<string> extensions, IReadOnlyList<DatabaseObject> leftovers) =>
        (_session, _extensions, Leftovers) = (session, extensions, leftovers);

    /// <summary>What a killed restore has left in it, and what is removed first.</summary>
    public IReadOnlyList<DatabaseObject> Leftovers { get; }

    /// <summary>Makes sure that a database is empty.</summary>
    /// <param name="session">A connection to it.</param>
    /// <param name="prune">Whether what a killed restore has left in it is no obstacle.</param>
    /// <param name="cancellation">Cancels the query that runs.</param>
    /// <exception cref="DataOpsException"><c>DatabaseNotEmpty</c>: what is in it.</exception>
    public static EmptyDatabase Require(Session session, bool prune, CancellationToken cancellation)
    {
        IReadOnlyList<DatabaseObject> content = DatabaseContent.Read(session, cancellation);
        (string? mark, bool isRunning) = session.Query<(string?, bool)>(
            $"""
            select obj_description(to_regnamespace({SqlText.Literal(Marker)}), 'pg_namespace'),
              {RestoreMark.IsRunning($"d.oid")}
            from pg_database d where datname = current_database()
            """, cancellation).Single();
        if (isRunning)
            throw NotEmpty(session, "another restore is writing into it", "Wait for its end.");
        string[]? before = mark is null || !RestoreMark.IsIn(mark, MarkOf(session)) ? null : mark.Split('\n')[1..];
        if (content.Count == 0 || (before is not null && prune))
            return new(session, before ?? DatabaseContent.Extensions(session, cancellation), content);
        throw NotEmpty(session, $"it has {DatabaseContent.Describe(content)}", before is null
            ? "Create another database; -IntoEmpty removes nothing that is there."
            : "A restore that was killed has left it: -Prune removes it first.");
    }

    /// <summary>Marks it, and removes what a killed restore has left.</summary>
    /// <exception cref="DataOpsException">The role may not make anything in it.</exception>
    public void Mark(CancellationToken cancellation)
    {
        RestoreMark.Lock(_session, _session.Database, cancellation);
        try
        {
            // Before the lock another restore may have filled it, and what it has made is not this one's to remove.
            IReadOnlyList<DatabaseObject> now = DatabaseContent.Read(_session, cancellation);
            if (!now.SequenceEqual(Leftovers))
                throw NotEmpty(_session, $"it has {DatabaseContent.Describe(now)} by now",
                    "Another restore, or the application, was quicker.");
            if (Leftovers.Count > 0)
                Remove(_session);
            using NpgsqlTransaction both = _session.Connection.BeginTransaction();
            _session.Run($"create schema {SqlText.Identifier(Marker)}", cancellation);
            _session.Run($"""
                comment on schema {SqlText.Identifier(Marker)} is
                  {SqlText.Literal(string.Join('\n', _extensions.Prepend(MarkOf(_session))))}
                """, cancellation);
            both.Commit();
        }
        catch
        {
            Unlock();
            throw;
        }
    }

    /// <summary>It is whole: the mark goes.</summary>
    public void Keep()
    {
        _session.Run($"drop schema {SqlText.Identifier(Marker)}");
        Unlock();
    }

    /// <summary>Removes all that was made in it, over another connection: the own one may be what has failed.</summary>
    /// <exception cref="DataOpsException"><c>DatabaseNotEmpty</c>: what could not be removed.</exception>
    public void Clear()
    {
        using (Session another = _session.Fork())
            Remove(another);
        if (_session.Connection.State == ConnectionState.Open)
            Unlock();
    }

    private void Remove(Session session)
    {
        IReadOnlyList<DatabaseObject> content = DatabaseContent.Read(session, default);
        // The mark is the last: until then the rest is known for what it is.
        foreach (DatabaseObject made in content.Where(o => o.Identity != Marker))
            session.Run(made.Drop);
        foreach (string extension in DatabaseContent.Extensions(session, default).Except(_extensions))
            session.Run($"drop extension if exists {SqlText.Identifier(extension)} cascade");
        session.Run($"drop schema if exists {SqlText.Identifier(Marker)}");
        IReadOnlyList<DatabaseObject> left = DatabaseContent.Read(session, default);
        if (left.Count > 0)
            throw NotEmpty(session, $"it still has {DatabaseContent.Describe(left)}", "Remove it by hand.");
    }

    private void Unlock() => _session.Query<bool>($"""
        select pg_advisory_unlock({SqlText.Literal(RestoreMark.LockClass)}, oid::int4) from pg_database
        where datname = current_database()
        """);

    private static string MarkOf(Session session) => RestoreMark.Unfinished(Marker, session.Database);

    private static DataOpsException NotEmpty(Session session, string why, string advice) => new(
        ErrorIds.DatabaseNotEmpty, FailureKind.AlreadyExists, $"{session.Database} is not empty: {why}.", advice,
        session.Database);
}
