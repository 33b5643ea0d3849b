using Npgsql;

namespace DataOps.Core.Features.Backups.Restoring;

/// <summary>
/// Gives a new database its name, and puts it into the place of the one that has it, which is kept under another.
/// </summary>
/// <param name="server">A connection to a third database of the server.</param>
/// <param name="live">The name.</param>
/// <param name="kept">The name under which the one that has it is kept; null where none has it.</param>
internal sealed class DatabaseSwap(Session server, string live, string? kept)
{
    // Their values are lists of names, and are stored as they are written.
    private static readonly string[] s_lists =
    [
        "local_preload_libraries", "search_path", "session_preload_libraries", "shared_preload_libraries",
        "temp_tablespaces", "unix_socket_directories",
    ];

    private static readonly TimeSpan s_often = TimeSpan.FromMilliseconds(100);

    /// <summary>Whether another database has the name.</summary>
    public bool Replaces => kept is not null;

    /// <summary>Gives the new database the owner, the privileges and the settings of the one it replaces.</summary>
    /// <exception cref="DataOpsException">The role may not do so.</exception>
    public void Dress(string name, CancellationToken cancellation)
    {
        (SqlText made, SqlText old) = (SqlText.Literal(name), SqlText.Literal(live));
        SqlText lists = $"array[{SqlText.Join(", ", s_lists.Select(SqlText.Literal))}]";
        foreach (string statement in server.Query<string>(
            $"""
            select format('alter database %I owner to %I', {made}, pg_get_userbyid(datdba)) from pg_database
              where datname = {old}
            union all
            select format('alter database %I connection limit %s', {made}, datconnlimit) from pg_database
              where datname = {old} and datconnlimit >= 0
            union all
            select format('grant %s on database %I to %s%s', a.privilege_type, {made},
                case a.grantee when 0 then 'public' else format('%I', pg_get_userbyid(a.grantee)) end,
                case when a.is_grantable then ' with grant option' else '' end)
              from pg_database d, aclexplode(d.datacl) a where d.datname = {old}
            union all
            select format('alter %sdatabase %I set %I to %s',
                case s.setrole when 0 then '' else format('role %I in ', pg_get_userbyid(s.setrole)) end, {made},
                split_part(c, '=', 1),
                case when lower(split_part(c, '=', 1)) = any ({lists}) then substr(c, strpos(c, '=') + 1)
                  else quote_literal(substr(c, strpos(c, '=') + 1)) end)
              from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase, unnest(s.setconfig) c
              where d.datname = {old}
            """, cancellation))
            server.Run(SqlText.Raw(statement), cancellation);
        // A database that nobody but some may connect to must not be open to all after it was restored.
        if (server.Query<bool>(
            $"""
            select datacl is not null and not exists (select 1 from aclexplode(datacl) a
              where a.grantee = 0 and a.privilege_type = 'CONNECT') from pg_database where datname = {old}
            """, cancellation).Single())
            server.Run($"revoke connect on database {SqlText.Identifier(name)} from public", cancellation);
    }

    /// <summary>
    /// Gives both their new names in one transaction, and ends the connections to the live one meanwhile: new ones wait
    /// for the rename, which holds a lock on the database. Whatever fails, and whenever, both have their old names.
    /// </summary>
    /// <param name="name">The new database.</param>
    /// <param name="swapped">Called when nobody is connected, and before anybody can be again; what it throws takes the
    /// names back.</param>
    /// <param name="unknown">Called when the connection broke and nobody can tell which names they have.</param>
    /// <param name="done">Called when they have them.</param>
    /// <exception cref="DataOpsException">The role may not end a connection, or not rename; somebody is connected; or
    /// <c>CommitUnknown</c>.</exception>
    public void Run(string name, Action swapped, Action unknown, Action done)
    {
        using Session ending = server.Fork();
        Task renaming = Task.Run(() =>
        {
            using NpgsqlTransaction both = server.Connection.BeginTransaction();
            string? comment = Comment();
            if (kept is not null)
            {
                Rename(live, kept);
                Comment(kept, RestoreMark.With(comment, RestoreMark.Kept(kept, live)));
            }
            Rename(name, live);
            Comment(live, RestoreMark.Without(comment));
            swapped();
            CommitOutcome.Commit(server, both, null, unknown);
        });
        DataOpsException? refused = null;
        // PostgreSQL waits five seconds for others to leave.
        while (!((IAsyncResult)renaming).AsyncWaitHandle.WaitOne(s_often) && refused is null)
            try
            {
                _ = ending.Query<bool>($"""
                    select pg_terminate_backend(pid) from pg_stat_activity where datname = {SqlText.Literal(live)}
                    """);
            }
            catch (DataOpsException e)
            {
                refused = e;
            }
        try
        {
            renaming.GetAwaiter().GetResult();
            done();
        }
        catch (DataOpsException) when (refused is not null)
        {
            throw refused;
        }
    }

    private void Rename(string name, string to) =>
        server.Run($"alter database {SqlText.Identifier(name)} rename to {SqlText.Identifier(to)}");

    // What people have written there is of the site, and goes on with it.
    private string? Comment() => server.Query<string?>($"""
        select shobj_description(oid, 'pg_database') from pg_database where datname = {SqlText.Literal(live)}
        """).SingleOrDefault();

    private void Comment(string name, string? text) => server.Run($"""
        comment on database {SqlText.Identifier(name)} is {(text is null ? (SqlText)$"null" : SqlText.Literal(text))}
        """);
}
