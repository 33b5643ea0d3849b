using System.Text.RegularExpressions;
using DataOps.Core.Postgres.Schemas;
using DataOps.Core.Postgres.Servers;
using Npgsql;

namespace DataOps.Core.Features.Schema;

/// <summary>
/// A schema in the making on a scratch server. Its statements run as a role that reads no files, starts no programs and
/// makes no roles; extensions alone are created by the superuser.
/// </summary>
internal sealed partial class ScratchSchema : IDisposable
{
    private const string Role = "dataops_script";
    private const string Database = "dataops_schema";

    private readonly ScratchServer _server;
    private readonly Session _super;
    private readonly Session _session;
    private readonly CancellationToken _cancellation;

    private ScratchSchema(ScratchServer server, CancellationToken cancellation)
    {
        (_server, _cancellation) = (server, cancellation);
        using (Session first = Session.Open(server.Settings(), "Compare-Schema", cancellation))
        {
            first.Run($"create role {SqlText.Identifier(Role)} login", cancellation);
            first.Run($"create database {SqlText.Identifier(Database)} owner {SqlText.Identifier(Role)}", cancellation);
        }
        _super = Session.Open(server.Settings(Database), "Compare-Schema", cancellation);
        _super.Run($"alter schema public owner to {SqlText.Identifier(Role)}", cancellation);
        _session = Session.Open(
            ConnectionSettings.Parse(server.Uri(Database).Replace("postgres@", $"{Role}@", StringComparison.Ordinal)),
            "Compare-Schema", cancellation);
        _session.Run($"set search_path = public", cancellation);
    }

    /// <summary>Starts a server, of this version where the machine has it.</summary>
    /// <exception cref="DataOpsException"><c>ScratchServer</c>: there is none on this machine, or it does not
    /// start.</exception>
    public static ScratchSchema Start(int? major, CancellationToken cancellation)
    {
        PostgresBinaries binaries = PostgresBinaries.Find(major) ?? PostgresBinaries.Find()
            ?? throw new DataOpsException(
                ErrorIds.ScratchServer, FailureKind.NotFound,
                "The SQL of a schema is run on a scratch server, and this machine has no PostgreSQL server programs.",
                "Install them, or compare with a file of Export-Schema.");
        ScratchServer server = ScratchServer.Start(binaries);
        try
        {
            return new(server, cancellation);
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _session.Dispose();
        _super.Dispose();
        _server.Dispose();
    }

    /// <summary>Runs the statements of a script.</summary>
    /// <exception cref="DataOpsException"><c>InvalidSqlScript</c>: one of them is refused; it is named with its
    /// line.</exception>
    public void Run(IReadOnlyList<SqlStatement> statements, string path)
    {
        foreach (SqlStatement statement in statements)
            if (Extension(statement.Text) is { } extension)
                Guard(() => Create(extension), statement, path);
            else if (OtherEncoding().IsMatch(statement.Text))
                throw new DataOpsException(
                    ErrorIds.InvalidSqlScript, FailureKind.InvalidData,
                    $"{path}, line {statement.Line}: the dump is in another encoding than UTF-8.",
                    "pg_dump --encoding UTF8 writes it.", path);
            else if (!Uncompared().IsMatch(statement.Text))
                Guard(() => Run(statement.Text), statement, path);
    }

    /// <summary>Makes a schema as far as this server takes it.</summary>
    public void Make(DatabaseSchema schema)
    {
        foreach ((string name, SchemaExtension extension) in schema.Extensions)
            Try(_super, $"create extension if not exists {SqlText.Identifier(name)} cascade");
        foreach (string name in schema.Tables.Keys.Concat(schema.Views.Keys).Concat(schema.Types.Keys)
            .Where(n => n.Contains('.')).Select(n => n.Split('.')[0]).Distinct())
            Try(_session, $"create schema if not exists {SqlText.Identifier(name)}");
        // What needs something that comes later is tried again.
        List<string> waiting =
        [
            .. new SchemaComparison(new(schema), new DatabaseSchema(), "public").Differences()
                .Where(d => d.Kind is not (SchemaObjectKind.Extension or SchemaObjectKind.Migration))
                .SelectMany(d => (d.Remedy ?? "").Split(";\n", StringSplitOptions.RemoveEmptyEntries)),
        ];
        for (int before = int.MaxValue; waiting.Count < before;)
        {
            before = waiting.Count;
            waiting = [.. waiting.Where(s => !Try(_session, SqlText.Raw(s)))];
        }
    }

    /// <summary>What is there.</summary>
    public DatabaseSchema Read() => SchemaReader.Read(_super, _cancellation).Schema;

    // Names of roles stand in policies alone of what is compared.
    private void Run(string statement)
    {
        try
        {
            _session.Run(SqlText.Raw(statement), _cancellation);
        }
        catch (DataOpsException e) when (MissingRole(e) is { } role)
        {
            _super.Run($"create role {SqlText.Identifier(role)}", _cancellation);
            Run(statement);
        }
    }

    private static string? MissingRole(DataOpsException e) =>
        e.InnerException is PostgresException { SqlState: PostgresErrorCodes.UndefinedObject, MessageText: var text }
            && RoleIn().Match(text) is { Success: true } match ? match.Groups[1].Value : null;

    private void Guard(Action run, SqlStatement statement, string path)
    {
        try
        {
            run();
        }
        catch (DataOpsException e) when (e.InnerException is PostgresException cause
            && e.Kind != FailureKind.Connection)
        {
            throw new DataOpsException(
                ErrorIds.InvalidSqlScript, FailureKind.InvalidData,
                $"{path}, line {statement.Line}: PostgreSQL {_server.Binaries.Major} refuses this statement: "
                    + $"{cause.MessageText}.",
                "Where it has been applied already, or is of another version of PostgreSQL, Export-Schema of a "
                    + "database that has it writes the same without running it.", path, e);
        }
    }

    private bool Try(Session session, SqlText statement)
    {
        try
        {
            session.Run(statement, _cancellation);
            return true;
        }
        catch (DataOpsException e) when (e.InnerException is PostgresException && e.Kind != FailureKind.Connection)
        {
            return false;
        }
    }

    private sealed record ExtensionName(string Name, string? Schema);

    private void Create(ExtensionName extension)
    {
        SqlText schema = SqlText.Identifier(extension.Schema ?? "public");
        _super.Run($"create extension if not exists {SqlText.Identifier(extension.Name)} schema {schema} cascade",
            _cancellation);
    }

    private static ExtensionName? Extension(string statement) =>
        ExtensionIn().Match(statement) is { Success: true } match
            ? new(match.Groups["name"].Value, match.Groups["schema"] is { Success: true } schema ? schema.Value : null)
            : null;

    // Owners, rights and settings of the session are no part of a schema that is compared; public is there.
    [GeneratedRegex("""
        \A(ALTER\s.*\sOWNER\s+TO\s|GRANT\s|REVOKE\s|ALTER\s+DEFAULT\s+PRIVILEGES\s|COMMENT\s+ON\s+(EXTENSION|SCHEMA)\s
        |SECURITY\s+LABEL\s|CREATE\s+SCHEMA\s+public\s*\z
        |SET\s+(statement_timeout|lock_timeout|idle_in_transaction_session_timeout|transaction_timeout|client_encoding
            |client_min_messages|default_tablespace|default_table_access_method|row_security|xmloption)\s)
        """, RegexOptions.IgnoreCase | RegexOptions.Singleline | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Uncompared();

    [GeneratedRegex("""
        \ACREATE\s+EXTENSION\s+(IF\s+NOT\s+EXISTS\s+)?"?(?<name>[^"\s;]+)"?(\s+WITH)?
        (\s+SCHEMA\s+"?(?<schema>[^"\s;]+)"?)?
        """, RegexOptions.IgnoreCase | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex ExtensionIn();

    [GeneratedRegex(@"\ASET\s+client_encoding\s*(=|TO)(?>\s*'?)(?!UTF-?8)", RegexOptions.IgnoreCase)]
    private static partial Regex OtherEncoding();

    [GeneratedRegex("^role \"(.*)\" does not exist$")]
    private static partial Regex RoleIn();
}
