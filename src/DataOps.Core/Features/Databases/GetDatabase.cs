namespace DataOps.Core.Features.Databases;

/// <summary>Get-Database has no options of its own.</summary>
public sealed partial record GetDatabaseOptions;

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
/// <param name="Wagtail">The last migration applied to wagtailcore; null without Wagtail.</param>
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
    string? Wagtail,
    string? Migrations) : IOfSchema
{
    /// <summary>The schema of the site, where -Schema asks for several; otherwise null.</summary>
    public string? Schema { get; init; }

    IOfSchema IOfSchema.InSchema(string schema) => this with { Schema = schema };
}

/// <summary>Shows server, size, encoding and migrations of a database, and the privileges of the role.</summary>
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
    protected override IEnumerable<DatabaseInfo> Execute(
        Session session, GetDatabaseOptions options, OperationContext context)
    {
        ReferenceCatalog catalog = ReferenceCatalog.Read(session, withEmbedded: false, reading: context);
        IReadOnlyList<(string App, string Name)> heads = MigrationHeads.Of(
            session, catalog.Database, context.Cancellation);
        Facts facts = session.Query<Facts>(s_facts, context.Cancellation)[0];
        yield return new DatabaseInfo(
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
            heads.FirstOrDefault(h => h.App == WagtailTables.Page.App).Name,
            heads.Count == 0 ? null : string.Join(",", heads.Select(h => $"{h.App}.{h.Name}")));
    }
}
