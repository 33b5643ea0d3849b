using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using DataOps.Core.Postgres.Schemas;

namespace DataOps.Core.Features.Schema;

/// <summary>What a file says of a schema.</summary>
internal enum SchemaSourceKind
{
    /// <summary>All of it, as Export-Schema writes it.</summary>
    Snapshot,

    /// <summary>All of it, as the SQL of <c>pg_dump --schema-only</c>.</summary>
    Dump,

    /// <summary>What changes, as the SQL of sqlmigrate: the rest is as on the other side.</summary>
    Change,

    /// <summary>What the site's description says of tables and columns.</summary>
    Description,
}

/// <summary>A side of a comparison that is a file.</summary>
internal sealed partial class SchemaSource
{
    private const int Longest = 64 * 1024 * 1024;

    private readonly string _path;
    private readonly string _text;

    private SchemaSource(string path, SchemaSourceKind kind, string text) => (_path, Kind, _text) = (path, kind, text);

    /// <summary>What it says.</summary>
    public SchemaSourceKind Kind { get; }

    /// <summary>Whether it says all of a schema.</summary>
    public bool IsWhole => Kind is SchemaSourceKind.Snapshot or SchemaSourceKind.Dump;

    /// <summary>Looks what a file is.</summary>
    /// <exception cref="DataOpsException"><c>FileNotFound</c>, <c>ReadFailed</c>, <c>InvalidSchemaFile</c>: it is
    /// neither JSON of DataOps nor SQL.</exception>
    public static SchemaSource Open(string path)
    {
        string full = FullPath.Of(path);
        string text = SchemaFile.Read(path, stream => TextOf(full, stream));
        return new(full, KindOf(full, text), text);
    }

    /// <summary>The whole schema of a file that says all of it.</summary>
    /// <exception cref="DataOpsException"><c>InvalidSchemaFile</c>: it does not. <c>InvalidSqlScript</c>,
    /// <c>ScratchServer</c>: its SQL cannot be run.</exception>
    public DatabaseSchema Read(CancellationToken cancellation)
    {
        if (!IsWhole)
            throw Misplaced("does not say all of a schema");
        if (Kind == SchemaSourceKind.Snapshot)
            return SchemaFile.Read(_path);
        IReadOnlyList<SqlStatement> statements = SqlScript.Split(_path, _text);
        using ScratchSchema scratch = ScratchSchema.Start(VersionOf(_text), cancellation);
        scratch.Run(statements, _path);
        return scratch.Read();
    }

    /// <summary>
    /// A schema without and with the changes of a file; the first is not all of it where it has what no other server
    /// takes.
    /// </summary>
    /// <exception cref="DataOpsException"><c>InvalidSqlScript</c>, <c>ScratchServer</c>: its SQL cannot be run.
    /// </exception>
    public (DatabaseSchema Before, DatabaseSchema After) ReadChange(
        DatabaseSchema schema, CancellationToken cancellation)
    {
        IReadOnlyList<SqlStatement> statements = SqlScript.Split(_path, _text);
        using ScratchSchema scratch = ScratchSchema.Start(schema.PostgreSql, cancellation);
        scratch.Make(schema);
        DatabaseSchema before = scratch.Read();
        scratch.Run(statements, _path);
        return (before, scratch.Read());
    }

    /// <summary>The failure of a file that cannot be where it is given.</summary>
    public DataOpsException Misplaced(string why) => SchemaFile.Invalid(_path, why,
        "A file of Export-Schema or of pg_dump --schema-only says all of a schema; the SQL of sqlmigrate needs another "
            + "side to change, and a description of the site a database.");

    private static string TextOf(string path, Stream stream)
    {
        byte[] buffer = new byte[81920];
        using MemoryStream text = new();
        for (int read; (read = stream.Read(buffer)) > 0;)
        {
            text.Write(buffer, 0, read);
            if (text.Length > Longest)
                throw SchemaFile.Invalid(path, $"has more than {Longest >> 20} MB",
                    "pg_dump --schema-only writes the schema alone.");
        }
        return Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length).TrimStart('\uFEFF');
    }

    private static SchemaSourceKind KindOf(string path, string text)
    {
        if (text.StartsWith("PGDMP", StringComparison.Ordinal))
            throw SchemaFile.Invalid(path, "is a dump in pg_dump's own format",
                "pg_restore --schema-only -f schema.sql writes its SQL.");
        if (text.TrimStart() is ['{', ..])
        {
            using JsonDocument json = JsonDocument.Parse(text);
            return json.RootElement.TryGetProperty("format", out _) || !IsDescription(json.RootElement)
                ? SchemaSourceKind.Snapshot
                : SchemaSourceKind.Description;
        }
        if (text.Contains('\0') || !Statement().IsMatch(text))
            throw SchemaFile.Invalid(path, "is no schema", "Export-Schema writes one; so do pg_dump --schema-only and "
                + "sqlmigrate.");
        return text.Contains("-- PostgreSQL database dump", StringComparison.Ordinal)
            ? SchemaSourceKind.Dump
            : SchemaSourceKind.Change;
    }

    private static bool IsDescription(JsonElement root) =>
        root.EnumerateObject().Any(m => SiteDescription.Members.Contains(m.Name));

    private static int? VersionOf(string text) =>
        Version().Match(text) is { Success: true } found && int.TryParse(found.Groups[1].ValueSpan, out int major)
            ? major
            : null;

    [GeneratedRegex(@"^-- Dumped from database version (\d+)", RegexOptions.Multiline)]
    private static partial Regex Version();

    [GeneratedRegex(@"^\s*(BEGIN|CREATE|ALTER|DROP|SET|SELECT|COMMENT|COMMIT)\b",
        RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex Statement();
}
