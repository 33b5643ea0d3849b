namespace DataOps.Core.Features.Databases;

/// <summary>Options of <see cref="GetDatabase"/>.</summary>
public sealed partial record GetDatabaseOptions
{
    /// <summary>Show every database of the server, template databases excepted.</summary>
    public bool All { get; init; }

    /// <summary>Names of databases, with -All. Default: all.</summary>
    [Option(Wildcards = true)]
    [OnlyWith(nameof(All))]
    public IReadOnlyList<string> Name { get; init; } = [];
}

/// <summary>A database: server, size, migrations, and the privileges of the role.</summary>
/// <param name="Server">The server.</param>
/// <param name="Database">The database.</param>
/// <param name="ServerVersion">PostgreSQL's version.</param>
/// <param name="Username">The connected role.</param>
/// <param name="IsSuperuser">Whether the role is a superuser.</param>
/// <param name="CanReadAll">Whether the role may read every table, which auditing and exporting need.</param>
/// <param name="CanWriteAll">Whether the role may write to every table, which importing needs.</param>
/// <param name="IsReplica">Whether the server is a standby, which is read-only.</param>
/// <param name="IsEncrypted">Whether this connection is encrypted.</param>
/// <param name="Bytes">Size of the database on disk, in bytes.</param>
/// <param name="Encoding">The database's encoding; only UTF8 holds every character.</param>
/// <param name="Collation">The database's collation.</param>
/// <param name="TimeZone">The database's time zone setting.</param>
/// <param name="Tables">Number of tables.</param>
/// <param name="Models">Number of Django models with a table.</param>
/// <param name="References">Number of references in the catalogue, without those inside JSON and rich text.</param>
/// <param name="Django">The last migration applied to auth, or to contenttypes without it; null without Django.</param>
/// <param name="DjangoVersion">The releases of Django with that newest migration of auth, as <c>3.1 or later</c>; null
/// where they are not known.</param>
/// <param name="Wagtail">The last migration applied to wagtailcore; null without Wagtail.</param>
/// <param name="WagtailVersion">The releases of Wagtail with that newest migration, as <c>6.2 to 7.0</c>; null where
/// they are not known.</param>
/// <param name="Migrations">The last migration applied to each app, as app.name, joined by commas.</param>
public sealed record DatabaseInfo(
    string Server,
    string Database,
    string ServerVersion,
    string Username,
    bool IsSuperuser,
    bool CanReadAll,
    bool CanWriteAll,
    bool IsReplica,
    bool IsEncrypted,
    long Bytes,
    string Encoding,
    string Collation,
    string TimeZone,
    int Tables,
    int Models,
    int References,
    string? Django,
    string? DjangoVersion,
    string? Wagtail,
    string? WagtailVersion,
    string? Migrations) : IOfSchema
{
    /// <summary>The schema of the site, where -Schema asks for several; otherwise null.</summary>
    public string? Schema { get; init; }

    IOfSchema IOfSchema.InSchema(string schema) => this with { Schema = schema };

    private ConnectionSettings? Settings { get; init; }

    /// <summary>How to connect to it again, with the password if there was one.</summary>
    public ConnectionSettings? ToSettings() => Settings;

    internal DatabaseInfo Of(ConnectionSettings settings) => this with { Settings = settings };
}

/// <summary>
/// Shows server, size, encoding and migrations of a database, or of all of a server, and the privileges of the role.
/// </summary>
[Operation("Get", "Database")]
public sealed class GetDatabase : Operation<GetDatabaseOptions, DatabaseInfo>
{
    private sealed record Facts(
        string Version, string Role, bool Superuser, bool Reads, bool Writes, bool Replica, bool Encrypted, long Bytes,
        string Encoding, string Collation,
        string TimeZone);

    private static readonly SqlText s_facts = $"""
        select current_setting('server_version') as version, current_user::text as role,
               (select rolsuper from pg_roles where rolname = current_user) as superuser,
               coalesce(bool_and(has_table_privilege(c.oid, 'select')), true) as reads,
               coalesce(
                 bool_and(has_table_privilege(c.oid, 'insert') and has_table_privilege(c.oid, 'update')
                     and has_table_privilege(c.oid, 'delete')),
                 true) as writes,
               pg_is_in_recovery() as replica,
               coalesce((select ssl from pg_stat_ssl where pid = pg_backend_pid()), false) as encrypted,
               pg_database_size(current_database()) as bytes,
               pg_encoding_to_char((select encoding from pg_database where datname = current_database())) as encoding,
               (select datcollate::text from pg_database where datname = current_database()) as collation,
               (select reset_val from pg_settings where name = 'TimeZone') as timezone
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
            and n.nspname not like 'pg\_temp\_%'
        """;

    /// <inheritdoc/>
    protected override bool NeedsAllNames => false;

    /// <inheritdoc/>
    /// <exception cref="DataOpsException">The database cannot be read; of -All, the list of them.</exception>
    protected override IEnumerable<DatabaseInfo> Execute(
        Session session, GetDatabaseOptions options, OperationContext context)
    {
        if (!options.All)
        {
            yield return Read(session, context);
            yield break;
        }
        OptionCheck.NotWith(nameof(options.All), true, session.Settings.Schema is not null, "-Schema");
        IReadOnlyList<string> names = session.Query<string>(
            $"select datname::text from pg_database where not datistemplate order by datname", context.Cancellation);
        NameFilter wanted = new(options.Name);
        context.ReportUnmatched(wanted.Unmatched(names.Select(n => new string?[] { n })), unknown => new(
            ErrorIds.UnknownDatabase, FailureKind.NotFound,
            $"{session.Server} has no database {string.Join(", ", unknown)}.", null, unknown[0]));
        string[] chosen = [.. names.Where(n => wanted.Matches(n))];
        for (int i = 0; i < chosen.Length; i++)
        {
            context.Report("Looking at databases", i, chosen.Length);
            foreach (DatabaseInfo database in Of(session.Settings.WithDatabase(chosen[i]), context))
                yield return database;
        }
    }

    // A database that cannot be read is an error of its own, and does not stop the others.
    private static IReadOnlyList<DatabaseInfo> Of(ConnectionSettings settings, OperationContext context)
    {
        try
        {
            using Session session = Session.Open(settings, "Get-Database", context.Cancellation);
            return Sites(session, context);
        }
        catch (DataOpsException e) when (context.NotFound is not null)
        {
            context.NotFound(DatabaseFailure.In(settings, e));
            return [];
        }
    }

    // Where schemas hold a site each, each is told.
    private static IReadOnlyList<DatabaseInfo> Sites(Session session, OperationContext context)
    {
        try
        {
            return [Read(session, context)];
        }
        catch (DataOpsException e) when (e.Id == ErrorIds.SchemaNotChosen)
        {
            return
            [
                .. session.Query<string>($"""
                    select n.nspname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
                    where c.relname = {SqlText.Value(SearchPath.SiteTable)} and c.relkind in ('r', 'p') order by 1
                    """, context.Cancellation)
                    .Select(s => Read(session.In(s), context) with { Schema = s }),
            ];
        }
    }

    private static DatabaseInfo Read(Session session, OperationContext context)
    {
        ReferenceCatalog catalog = ReferenceCatalog.Read(session, withEmbedded: false, reading: context);
        IReadOnlyList<(string App, string Name)> heads = MigrationHeads.Of(
            session, catalog.Database, context.Cancellation);
        Facts facts = session.Query<Facts>(s_facts, context.Cancellation)[0];
        string? Head(string app) => heads.FirstOrDefault(h => h.App == app).Name;
        string? django = Head(DjangoTables.User.App) ?? Head(DjangoTables.ContentType.App);
        return new DatabaseInfo(
            session.Server,
            session.Database,
            facts.Version,
            facts.Role,
            facts.Superuser,
            facts.Reads,
            facts.Writes,
            facts.Replica,
            facts.Encrypted,
            facts.Bytes,
            facts.Encoding,
            facts.Collation,
            facts.TimeZone,
            catalog.Database.Tables.Count(t => t.IsReadable),
            catalog.Models.Count,
            catalog.References.Count,
            django,
            Releases.OfDjango(Head(DjangoTables.User.App)),
            Head(WagtailTables.Page.App),
            Releases.OfWagtail(Head(WagtailTables.Page.App)),
            heads.Count == 0 ? null : string.Join(",", heads.Select(h => $"{h.App}.{h.Name}")))
            .Of(session.Settings);
    }
}
