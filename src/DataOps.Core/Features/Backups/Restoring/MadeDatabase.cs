using DataOps.Core.Features.Audits;
using DataOps.Core.Features.Backups.Rows;
using DataOps.Core.Features.Orphans;
using DataOps.Core.Features.Sites.Environments;
using Npgsql;

namespace DataOps.Core.Features.Backups.Restoring;

/// <summary>
/// A database that is made from an archive, beside all others or in an empty one. When it is not kept, it is dropped,
/// or is empty again.
/// </summary>
internal sealed class MadeDatabase : IDisposable
{
    private readonly Session _server;
    private readonly OperationContext _context;
    private readonly Action _remove;
    private bool _isKept;

    private MadeDatabase(Session server, string name, Action remove, OperationContext context) =>
        (_server, Name, _remove, _context) = (server, name, remove, context);

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Creates it, empty.</summary>
    /// <param name="server">A connection to another database of the server.</param>
    /// <param name="name">Its name; there must be none.</param>
    /// <param name="of">The name that it is to have in the end.</param>
    /// <param name="like">The encoding and locale.</param>
    /// <param name="context">Progress, warnings, cancellation.</param>
    /// <exception cref="DataOpsException">The role may not create databases, or the server does not have the
    /// locale.</exception>
    public static MadeDatabase Create(
        Session server, string name, string of, BackupDatabase like, OperationContext context)
    {
        int major = server.ServerVersion.Major;
        SqlText provider = (major, like.Provider) switch
        {
            ( >= 15, "i") => $" locale_provider icu icu_locale {SqlText.Literal(like.Locale ?? "")}",
            ( >= 17, "b") => $" locale_provider builtin builtin_locale {SqlText.Literal(like.Locale ?? "C")}",
            _ => SqlText.Empty,
        };
        server.Run(
            $"""
            create database {SqlText.Identifier(name)} template template0 encoding {SqlText.Literal(like.Encoding)}
              lc_collate {SqlText.Literal(like.Collation)} lc_ctype {SqlText.Literal(like.Ctype)}{provider}
            """, context.Cancellation);
        void Drop()
        {
            using Session another = server.Fork();
            another.Run($"drop database if exists {SqlText.Identifier(name)} with (force)");
        }
        MadeDatabase made = new(server, name, Drop, context);
        try
        {
            RestoreMark.Lock(server, name, context.Cancellation);
            server.Run($"""
                comment on database {SqlText.Identifier(name)} is
                  {SqlText.Literal(RestoreMark.Unfinished(name, of))}
                """, context.Cancellation);
            return made;
        }
        catch
        {
            made.Dispose();
            throw;
        }
    }

    /// <summary>Takes an empty database for it.</summary>
    /// <param name="empty">The database, which was found empty.</param>
    /// <param name="session">A connection to it.</param>
    /// <param name="context">Progress, warnings, cancellation.</param>
    /// <exception cref="DataOpsException">The role may not make anything in it.</exception>
    public static MadeDatabase In(EmptyDatabase empty, Session session, OperationContext context)
    {
        empty.Mark(context.Cancellation);
        return new(session, session.Database, empty.Clear, context);
    }

    /// <summary>Makes the schema, writes the rows, compares them, and makes the constraints.</summary>
    /// <param name="source">The archive.</param>
    /// <param name="jobs">How many connections.</param>
    /// <param name="onViolation">What to do about rows that violate a foreign key.</param>
    /// <param name="compares">Whether the rows are read again.</param>
    /// <returns>The rows that were put aside, and with <see cref="OnViolation.Fail"/> those that stand in the
    /// way.</returns>
    /// <exception cref="DataOpsException">The archive is damaged, or the server refuses something.</exception>
    public IReadOnlyList<RestoreViolation> Fill(
        RestoreSource source, int jobs, OnViolation onViolation, bool compares = true)
    {
        IReadOnlyList<SqlStatement> before = source.Statements(SchemaSection.Before);
        IReadOnlyList<SqlStatement> after = source.Statements(SchemaSection.After);
        using Session session = _server.ForkTo(Name, _context.Cancellation);
        SchemaRestore schema = new(session, jobs, _context);
        schema.Before(before);
        using Session database = _server.ForkTo(Name, _context.Cancellation);
        source.WriteRows(database, jobs, _context);
        if (compares)
            source.Compare(database, jobs, _context);
        IReadOnlyList<ViolatedKey> violated = schema.After(after);
        // Those that were NOT VALID on the site are so again, or are made valid, too.
        if (onViolation == OnViolation.Quarantine)
            violated = NotValid(database);
        schema.TellSkipped();
        schema.Analyze();
        return violated.Count == 0 ? [] : Violations(database, violated, onViolation);
    }

    /// <summary>Switches it to another environment, before anybody connects to it.</summary>
    /// <exception cref="DataOpsException">The definition names what is not there, or the server refuses
    /// something.</exception>
    public IEnumerable<EnvironmentStep> Switch(string environment)
    {
        using Session database = _server.ForkTo(Name, _context.Cancellation);
        SwitchEnvironmentOptions options = new() { Environment = environment, NoUndo = true };
        foreach (IChangeResult told in new SwitchEnvironment().Run(database, options, _context))
            if (told is EnvironmentStep step)
                yield return step;
        Refresh(database);
    }

    /// <summary>What all audits find in it: errors, and warnings.</summary>
    public (int Errors, int Warnings) Audit()
    {
        using Session database = _server.ForkTo(Name, _context.Cancellation);
        using NpgsqlTransaction snapshot = database.BeginSnapshot();
        ReferenceCatalog catalog = ReferenceCatalog.Read(database, withEmbedded: true);
        Finding[] found =
            [.. TestDatabase.Find(database, catalog, new(), _context with { NotFound = _ => { } })];
        return (found.Count(f => f.Severity == Severity.Error), found.Count(f => f.Severity == Severity.Warning));
    }

    /// <summary>Opens a connection to it.</summary>
    public Session Connect() => _server.ForkTo(Name, _context.Cancellation);

    /// <summary>It stays.</summary>
    public void Keep() => _isKept = true;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_isKept)
            return;
        try
        {
            _remove();
        }
        catch (DataOpsException e)
        {
            // The failure before this one is the one to tell.
            _context.Warning?.Invoke($"{Name} on {_server.Server} is left unfinished, and the next restore with -Prune "
                + $"removes it: {e.Message}");
        }
    }

    private RestoreViolation[] Violations(
        Session database, IReadOnlyList<ViolatedKey> violated, OnViolation onViolation)
    {
        string[] names = [.. violated.Select(v => v.Name).Distinct()];
        Finding[] orphans =
            [.. new FindOrphan().Run(database, new() { Reference = names }, _context with { NotFound = null })];
        RestoreViolation[] rows = [.. orphans.Select(f => new RestoreViolation(
            database.Server, database.Database, f.Reference!, f.Table!, f.Key, f.Value, f.Problem))];
        if (onViolation == OnViolation.Fail)
            return rows;
        // What may be NULL is cleared, and its row stays. What depends on a row that goes is put aside with it.
        ILookup<bool, string> clearable = ReferenceCatalog.Read(database).References
            .Where(r => names.Contains(r.Name)).ToLookup(r => r.Clearable.Any(), r => r.Name);
        Repair(database, new() { Reference = [.. clearable[true]], Action = OrphanAction.SetNull });
        Repair(database, new()
        {
            Reference = [.. clearable[false]], Action = OrphanAction.Quarantine, OnDependent = OnDependent.Cascade,
        });
        foreach (ViolatedKey key in violated)
            database.Run($"""
                alter table {SqlText.Identifier(key.Schema, key.Table)}
                  validate constraint {SqlText.Identifier(key.Name)}
                """, _context.Cancellation);
        Refresh(database);
        return rows;
    }

    // Rows have changed since materialized views got theirs: addresses that are switched, or orphans.
    private void Refresh(Session database)
    {
        foreach (SqlStatement view in SchemaStatements.Refresh(new SiteSource(database, _context.Cancellation).Views()))
            database.Run(SqlText.Raw(view.Text), _context.Cancellation);
    }

    private IReadOnlyList<ViolatedKey> NotValid(Session database) => database.Query<ViolatedKey>(
        $"""
        select n.nspname::text as schema, c.relname::text as table, k.conname::text as name
        from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
        where k.contype = 'f' and not k.convalidated
          and pg_get_constraintdef(k.oid) !~ 'NOT ENFORCED' order by 1, 2, 3
        """, _context.Cancellation);

    private void Repair(Session database, RepairOrphanOptions options)
    {
        if (options.Reference.Count == 0)
            return;
        OperationContext quiet = _context with { Progress = null, Warning = null };
        foreach (IChangeResult _ in new RepairOrphan().Run(database, options with { NoUndo = true }, quiet))
            quiet.Cancellation.ThrowIfCancellationRequested();
    }
}
