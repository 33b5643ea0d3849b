using System.Text.Json;
using System.Text.Json.Serialization;
using DataOps.Core.Features.Backups.Archives;
using DataOps.Core.Features.Storages;

namespace DataOps.Core.Features.Backups;

/// <summary>What a backup says of itself: <c>manifest.json</c> in its archive.</summary>
/// <param name="Format">The name of the format.</param>
/// <param name="Version">Its version.</param>
/// <param name="Created">When the rows were as they are in it, in UTC.</param>
/// <param name="Server">Where it comes from.</param>
/// <param name="ServerVersion">The server's version, as 15.14.</param>
/// <param name="Database">The database.</param>
/// <param name="Django">The last applied migration of each app; empty where there are none.</param>
/// <param name="Tables">Its tables.</param>
/// <param name="Sequences">Its sequences.</param>
/// <param name="NotValid">Constraints that rows may violate: NOT VALID or not enforced, as table.constraint.</param>
/// <param name="LeftOut">Tables without their rows, as their names: foreign tables, and those that were
/// excluded.</param>
/// <param name="Storages">Its storages.</param>
/// <param name="Members">The members of the archive, but for the manifest.</param>
internal sealed record BackupManifest(
    string Format,
    int Version,
    DateTime Created,
    string Server,
    string ServerVersion,
    BackupDatabase Database,
    IReadOnlyDictionary<string, string> Django,
    IReadOnlyList<BackupTable> Tables,
    IReadOnlyList<BackupSequence> Sequences,
    IReadOnlyList<string> NotValid,
    IReadOnlyList<string> LeftOut,
    IReadOnlyList<BackupStorage> Storages,
    IReadOnlyList<ArchiveMember> Members)
{
    /// <summary>The name of the format.</summary>
    public const string FormatName = "dataops-backup";

    /// <summary>The version that this program writes, and the newest that it reads.</summary>
    public const int NewestVersion = 1;

    // PostgreSQL's have 63 bytes, unless somebody has built it otherwise.
    private const int LongestName = 1000;

    /// <summary>
    /// The server's system identifier, which tells a site from one of the same name on another server; null in a backup
    /// of an older version.
    /// </summary>
    public string? System { get; init; }

    /// <summary>
    /// Materialized views that have rows, each behind those that it reads; null in a backup of an older version.
    /// </summary>
    public IReadOnlyList<BackupView>? Views { get; init; }

    /// <summary>All rows.</summary>
    [JsonIgnore]
    public long Rows => Tables.Sum(t => t.Rows);

    // What a file lacks is null, whatever the types say.
    private bool IsWhole =>
        new object?[]
        {
            Server, ServerVersion, Database, Django, Tables, Sequences, NotValid, LeftOut, Storages, Members,
        }.All(m => m is not null)
        && new[] { Database.Name, Database.Encoding, Database.Collation, Database.Ctype, Database.Provider }
            .All(m => m is not null)
        && Tables.All(t =>
            t is { Schema: not null, Name: not null, Digest: not null, Columns: not null, Parts: not null }
            && t.Columns.All(c => c is not null) && t.Parts.All(p => p?.All(m => m is not null) == true))
        && Sequences.All(s => s is { Schema: not null, Name: not null })
        && Views?.All(v => v is { Schema: not null, Name: not null }) != false
        && Storages.All(s => s is { Name: not null, Path: not null })
        && Members.All(m => m is { Name: not null, Sha256: not null });

    // Names that become part of statements.
    private IEnumerable<string> Identifiers =>
    [
        Database.Name, Database.Encoding, .. Tables.SelectMany(t => new[] { t.Schema, t.Name }.Concat(t.Columns)),
        .. Sequences.SelectMany(s => new[] { s.Schema, s.Name }),
        .. (Views ?? []).SelectMany(v => new[] { v.Schema, v.Name }),
    ];

    private IEnumerable<string?> OtherTexts =>
    [
        Server, ServerVersion, System, Database.Collation, Database.Ctype, Database.Provider, Database.Locale,
        .. Django.SelectMany(d => new[] { d.Key, d.Value }), .. Tables.Select(t => t.Condition), .. NotValid,
        .. LeftOut, .. Storages.Select(s => s.Path),
    ];

    // What no server, and no Backup-Site, has written: null where there is none of it.
    private string? Impossible =>
        Identifiers.Any(n => n.Length is 0 or > LongestName || n.Contains('\0'))
            ? "a name in its manifest is empty, too long, or holds a NUL character"
        : OtherTexts.Any(t => t?.Contains('\0') == true) ? "a text in its manifest holds a NUL character"
        : !Storages.All(s => StorageFolder.IsName(s.Name)) ? "a storage in its manifest has a name that none can have"
        : null;

    /// <summary>The manifest as it stands in the archive.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, ManifestJson.Default.BackupManifest);

    /// <summary>Reads a manifest.</summary>
    /// <param name="json">It.</param>
    /// <param name="invalid">What is thrown, and why.</param>
    public static BackupManifest Parse(byte[] json, Func<string, DataOpsException> invalid)
    {
        try
        {
            BackupManifest manifest = JsonSerializer.Deserialize(json, ManifestJson.Default.BackupManifest)
                ?? throw invalid("its manifest is empty");
            if (manifest.Format != FormatName || manifest.Version < 1)
                throw invalid("its manifest is that of another program");
            if (manifest.Version > NewestVersion)
                throw invalid($"it is of format {manifest.Version}, and this program reads {NewestVersion}: update it");
            if (!manifest.IsWhole)
                throw invalid("its manifest lacks a member");
            return manifest.Impossible is { } why ? throw invalid(why) : manifest;
        }
        catch (JsonException e)
        {
            throw invalid($"its manifest is damaged: {e.Message}");
        }
    }
}

/// <summary>The database of a backup: what a new one is created with.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Encoding">Its encoding, as UTF8.</param>
/// <param name="Collation">LC_COLLATE.</param>
/// <param name="Ctype">LC_CTYPE.</param>
/// <param name="Provider">The locale provider: <c>c</c>, <c>i</c> or <c>b</c>.</param>
/// <param name="Locale">The provider's locale; null for libc.</param>
internal sealed record BackupDatabase(
    string Name, string Encoding, string Collation, string Ctype, string Provider, string? Locale)
{
    /// <summary>What every server has, where nothing says what the database had; without a name.</summary>
    public static BackupDatabase OfAnyServer { get; } = new("", "UTF8", "C", "C", "c", null);
}

/// <summary>A table of a backup.</summary>
/// <param name="Schema">Its schema.</param>
/// <param name="Name">Its name.</param>
/// <param name="Columns">The columns of its rows in the archive, in their order.</param>
/// <param name="Rows">How many rows are there.</param>
/// <param name="Digest">Their digest (<see cref="Rows.RowDigest"/>).</param>
/// <param name="Condition">Which rows are there, where an extension fills the table itself; null for all.</param>
/// <param name="Parts">The members that hold its rows, in the text form of COPY: the members of a part follow each
/// other.</param>
internal sealed record BackupTable(
    string Schema,
    string Name,
    IReadOnlyList<string> Columns,
    long Rows,
    string Digest,
    string? Condition,
    IReadOnlyList<IReadOnlyList<string>> Parts)
{
    /// <summary>The name as a person writes it: qualified only outside public.</summary>
    [JsonIgnore]
    public string DisplayName => Schema == "public" ? Name : $"{Schema}.{Name}";

    /// <summary>The quoted, qualified name.</summary>
    [JsonIgnore]
    public SqlText Sql => SqlText.Identifier(Schema, Name);

    /// <summary>The same with the columns, as COPY takes it; a list of none is no list.</summary>
    [JsonIgnore]
    public SqlText WithColumns => Columns.Count == 0 ? Sql : $"{Sql} ({SqlText.Identifiers(Columns)})";
}

/// <summary>A sequence of a backup.</summary>
/// <param name="Schema">Its schema.</param>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its last value.</param>
/// <param name="IsCalled">Whether that value was given to a row.</param>
internal sealed record BackupSequence(string Schema, string Name, long Value, bool IsCalled);

/// <summary>A materialized view of a backup, whose rows are not in it.</summary>
/// <param name="Schema">Its schema.</param>
/// <param name="Name">Its name.</param>
internal sealed record BackupView(string Schema, string Name);

/// <summary>A storage of a backup: a folder of files beside the database.</summary>
/// <param name="Name">Its name; its files are below <c>storages/NAME/</c>.</param>
/// <param name="Path">The folder it was taken from.</param>
/// <param name="Files">How many files.</param>
/// <param name="Bytes">How many bytes they have.</param>
internal sealed record BackupStorage(string Name, string Path, long Files, long Bytes)
{
    /// <summary>What the names of its members begin with.</summary>
    [JsonIgnore]
    public string Prefix => $"storages/{Name}/";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(BackupManifest))]
internal sealed partial class ManifestJson : JsonSerializerContext;
