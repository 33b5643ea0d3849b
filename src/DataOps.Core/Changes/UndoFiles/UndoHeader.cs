using System.IO.Compression;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace DataOps.Core.Changes.UndoFiles;

/// <summary>The first line of an undo file.</summary>
/// <param name="Format">Always <see cref="FormatName"/>.</param>
/// <param name="Version">The format's version.</param>
/// <param name="Operation">What changed the rows, as <c>Import-Dataset</c>.</param>
/// <param name="Server">The server, as it was called.</param>
/// <param name="Database">The database.</param>
/// <param name="SystemIdentifier">The cluster's own number, whatever it is called; null where the role may not read
/// it.</param>
/// <param name="Transaction">The transaction that changed the rows.</param>
/// <param name="Written">When, in UTC.</param>
/// <param name="DataOps">The version that wrote it.</param>
/// <param name="Tables">The tables; a row's line starts with the number of its table, from 1.</param>
internal sealed record UndoHeader(
    string Format,
    int Version,
    string Operation,
    string Server,
    string Database,
    string? SystemIdentifier,
    string Transaction,
    DateTime Written,
    string DataOps,
    IReadOnlyList<UndoTable> Tables)
{
    /// <summary>What the first line says it is.</summary>
    public const string FormatName = "DataOps.Undo";

    /// <summary>The version that this program writes, and the newest that it reads.</summary>
    public const int Newest = 3;

    // What is undone without rows, an older program would take for nothing.
    private const int WithRowsAlone = 1;
    private const int WithConstraints = 2;

    /// <summary>
    /// Of a file that holds several batches, which follow each other as whole files of this format: the number of this
    /// one, from 1.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Batch { get; init; }

    /// <summary>The digest of the batch before this one; null for the first.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Previous { get; init; }

    /// <summary>Where in the file this batch begins, in bytes as they are on the disk; null without batches.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Offset { get; init; }

    /// <summary>The role that changed the rows; null in files of 0.1.0.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? User { get; init; }

    /// <summary>Of an undoing: the digest of the last batch of the file that was undone.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Undoes { get; init; }

    /// <summary>
    /// Foreign keys that rows broke before the operation; null where there are none, or nobody has looked.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<UndoOrphans>? Orphans { get; init; }

    /// <summary>Constraints and indexes that the operation made; null where it made none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<MadeConstraint>? Constraints { get; init; }

    /// <summary>Sequences that the operation set, or gave to a column; null where it did so to none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<SetSequence>? Sequences { get; init; }

    /// <summary>
    /// The server and the database that the beginning of a file names, without reading more of it: names of files are
    /// alike where those of servers and databases are. Null where the file cannot be read, or does not begin so.
    /// </summary>
    public static (string Server, string Database)? Origin(string path)
    {
        byte[] beginning = new byte[1 << 12];
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using GZipStream text = new(file, CompressionMode.Decompress);
            int length = text.ReadAtLeast(beginning, beginning.Length, throwOnEndOfStream: false);
            Utf8JsonReader json = new(beginning.AsSpan(0, length), isFinalBlock: false, default);
            string? server = null;
            while (json.Read())
                if (json is { TokenType: JsonTokenType.PropertyName, CurrentDepth: 1 })
                {
                    bool isServer = json.ValueTextEquals("server");
                    bool isDatabase = json.ValueTextEquals("database");
                    if (!json.Read())
                        return null;
                    if (isServer)
                        server = json.GetString();
                    else if (isDatabase)
                        return server is not null && json.GetString() is { } database ? (server, database) : null;
                }
            return null;
        }
        // Whoever reads the whole file says what is wrong with it.
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException
            or JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The first line for what the session's transaction has done.</summary>
    public static UndoHeader Of(
        Session session, string operation, IReadOnlyList<UndoTable> tables, CancellationToken cancellation,
        IReadOnlyList<MadeConstraint>? constraints = null, IReadOnlyList<SetSequence>? sequences = null) => new(
            FormatName,
            sequences is not null ? Newest : constraints is not null ? WithConstraints : WithRowsAlone,
            operation,
            session.Server,
            session.Database,
            RowImages.SystemIdentifier(session, cancellation),
            session.Query<string>($"select pg_current_xact_id()::text", cancellation)[0],
            DateTime.UtcNow,
            typeof(UndoHeader).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
                ?.InformationalVersion ?? "",
            tables)
    {
        Constraints = constraints,
        Sequences = sequences,
        User = session.Settings.Username,
    };
}

/// <summary>A table of an undo file.</summary>
/// <param name="Schema">Its schema.</param>
/// <param name="Name">Its name.</param>
/// <param name="Columns">Its columns, in the order of the fields.</param>
internal sealed record UndoTable(string Schema, string Name, IReadOnlyList<UndoColumn> Columns);

/// <summary>A column of an undo file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type, as SQL writes it.</param>
internal sealed record UndoColumn(string Name, string Type);

/// <summary>
/// A foreign key that rows broke before the operation, so that undoing may break it again, by as many rows and no more.
/// </summary>
/// <param name="Schema">The schema of the table that refers.</param>
/// <param name="Table">The referencing table.</param>
/// <param name="Constraint">The foreign key's name.</param>
/// <param name="Rows">Rows of the file that had no target.</param>
/// <param name="Left">Rows that the operation did not touch, and whose target it made.</param>
internal sealed record UndoOrphans(string Schema, string Table, string Constraint, long Rows, long Left);

/// <summary>The last line of an undo file, or of a batch in it.</summary>
/// <param name="Rows">Lines between the first and the last.</param>
/// <param name="Sha256">SHA-256, hexadecimal, of everything before this line, in its batch.</param>
internal sealed record UndoFooter(long Rows, string Sha256);

/// <summary>The two lines of JSON, one line each.</summary>
[JsonSerializable(typeof(UndoHeader))]
[JsonSerializable(typeof(UndoFooter))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class UndoJson : JsonSerializerContext;
