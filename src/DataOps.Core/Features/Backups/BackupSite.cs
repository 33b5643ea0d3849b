using System.Globalization;
using DataOps.Core.Features.Backups.Archives;
using DataOps.Core.Features.Backups.Fixtures;
using DataOps.Core.Features.Backups.Rows;
using DataOps.Core.Features.Orphans;
using DataOps.Core.Files;
using Npgsql;

namespace DataOps.Core.Features.Backups;

/// <summary>Formats of a site's archive.</summary>
public enum BackupFormat : long
{
    /// <summary>DataOps's own: schema, rows and files, each with a digest.</summary>
    Site,

    /// <summary>
    /// Diskette's, a .tar.gz that diskette_load loads into a migrated site: rows as a Django fixture, and files;
    /// neither the schema nor what can be regenerated.
    /// </summary>
    Diskette,
}

/// <summary>Options of <see cref="BackupSite"/>.</summary>
public sealed partial record BackupSiteOptions
{
    /// <summary>The archive to write, a tar file; - for the standard output.</summary>
    [Option(Position = 0, Mandatory = true, Form = OptionForm.File)]
    public string Path { get; init; } = "";

    /// <summary>Folders of files to take along, as name=folder: media=/srv/site/media.</summary>
    public IReadOnlyList<string> Storage { get; init; } = [];

    /// <summary>Files of storages to leave out, by their path below the storage; * matches slashes, too.</summary>
    [Option(Wildcards = true)]
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>Tables that are empty in the backup, as django_session.</summary>
    [Option(Wildcards = true, Completes = OptionNames.TableName)]
    public IReadOnlyList<string> ExcludeRows { get; init; } = [];

    /// <summary>The format of the archive.</summary>
    public BackupFormat ArchiveFormat { get; init; }

    /// <summary>How the members of the archive are compressed.</summary>
    [NotWith(nameof(ArchiveFormat), BackupFormat.Diskette)]
    public BackupCompression Compression { get; init; }

    /// <summary>Connections that read rows at the same time.</summary>
    [Range(1, 64)]
    public int Jobs { get; init; } = 2;

    /// <summary>The folder of pg_dump. Default: PATH, then where Debian puts PostgreSQL's programs.</summary>
    [Option(Form = OptionForm.File)]
    public string? ProgramFolder { get; init; }

    /// <summary>Overwrite the archive.</summary>
    public bool Force { get; init; }
}

/// <summary>The backup that was written.</summary>
/// <param name="Server">The server.</param>
/// <param name="Database">The database.</param>
/// <param name="Path">The archive.</param>
/// <param name="Tables">The number of tables.</param>
/// <param name="Rows">The number of their rows.</param>
/// <param name="Files">The number of files of storages.</param>
/// <param name="Bytes">The size of the archive, in bytes.</param>
/// <param name="Orphans">Rows that violate a foreign key: a restore names them, and adds the key when they are put
/// aside.</param>
/// <param name="LeftOut">Tables without their rows, joined by commas; null when there are none.</param>
/// <param name="Created">When the rows were as they are in the backup, in UTC.</param>
/// <param name="Duration">Seconds, to the millisecond.</param>
public sealed record BackupResult(
    string Server,
    string Database,
    string Path,
    int Tables,
    long Rows,
    long Files,
    long Bytes,
    long Orphans,
    string? LeftOut,
    DateTime Created,
    double Duration);

/// <summary>
/// Writes a whole site into one archive: the schema by pg_dump, the rows by COPY over several connections in one
/// snapshot, the files of storages; each member with its SHA-256, each table with a digest.
/// </summary>
[Operation("Backup", "Site")]
public sealed class BackupSite : Operation<BackupSiteOptions, BackupResult>
{
    // Rows as text, compressed, against their size in the database with long values compressed already.
    private const double Shrinks = 0.5;

    /// <inheritdoc/>
    /// <exception cref="DataOpsException">The archive cannot be written, there is no pg_dump, a table or a file cannot
    /// be read, or there is too little room.</exception>
    protected override IEnumerable<BackupResult> Execute(
        Session session, BackupSiteOptions options, OperationContext context)
    {
        if (options.ArchiveFormat == BackupFormat.Diskette)
        {
            yield return new DisketteWriter(session, context).Write(options);
            yield break;
        }
        WholeFile file = WholeFile.Create(options.Path, options.Force);
        IReadOnlyList<StorageFolder> storages = StorageFolder.Parse(options.Storage);
        PgDump dump = PgDump.Find(session, options.ProgramFolder);
        using NpgsqlTransaction transaction = session.BeginSnapshot();
        SiteSource source = new(session, context.Cancellation);
        source.RefuseLargeObjects();
        IReadOnlyList<SourceTable> tables = source.Tables();
        Lock(session, tables, context.Cancellation);
        (string snapshot, DateTime created) = session.Query<(string, DateTime)>(
            $"select pg_export_snapshot(), now()", context.Cancellation).Single();
        (IReadOnlyList<SourceTable> taken, string[] leftOut) = Chosen(tables, options, context);
        (StorageFolder Storage, (string Member, FileInfo File)[] Files)[] files = [.. storages.Select(
            s => (s, s.Files(new(options.Exclude), context.Warning).ToArray()))];
        RequireRoom(file, options.Compression, taken, files.SelectMany(f => f.Files));
        ReferenceCatalog catalog = ReferenceCatalog.Read(session);
        long orphans = Orphans(session, catalog, context);

        BackupManifest manifest = new(
            BackupManifest.FormatName, BackupManifest.NewestVersion, created, session.Server,
            session.ServerVersion.ToString(), source.Database(),
            MigrationHeads.Of(session, catalog.Database, context.Cancellation).ToDictionary(h => h.App, h => h.Name),
            [], source.Sequences(),
            source.NotValid(), [.. leftOut.Concat(source.WithoutRows())],
            [], []);
        long bytes = file.Write(output =>
        {
            using ArchiveWriter archive = new(output);
            foreach (string section in new[] { SchemaSection.Before, SchemaSection.After })
                archive.Add(SchemaSection.Member(section, options.Compression), options.Compression.Pack(
                    dump.Section(session, snapshot, section, context.Cancellation)));
            manifest = manifest with
            {
                Tables = new RowExport(session, snapshot, options.Compression, options.Jobs, context)
                    .Write(taken, archive),
            };
            transaction.Rollback();
            manifest = manifest with
            {
                Storages = [.. files.Select(
                    f => Write(f.Storage, $"storages/{f.Storage.Name}/", f.Files, archive, context))],
            };
            manifest = manifest with { Members = archive.Members };
            archive.End(manifest.ToJson());
        });
        yield return new(
            session.Server, session.Database, file.Path, manifest.Tables.Count, manifest.Rows,
            manifest.Storages.Sum(s => s.Files), bytes, orphans,
            manifest.LeftOut.Count == 0 ? null : string.Join(",", manifest.LeftOut), created, context.Seconds);
    }

    // As pg_dump does it: nobody drops or alters a table while it is read.
    private static void Lock(Session session, IReadOnlyList<SourceTable> tables, CancellationToken cancellation)
    {
        if (tables.Count > 0)
        {
            SqlText all = SqlText.Join(", ", tables.Select(t => (SqlText)$"only {t.Sql}"));
            session.Run($"lock table {all} in access share mode", cancellation);
        }
    }

    private static (IReadOnlyList<SourceTable> Taken, string[] LeftOut) Chosen(
        IReadOnlyList<SourceTable> tables, BackupSiteOptions options, OperationContext context)
    {
        NameFilter excluded = new(options.ExcludeRows);
        context.ReportUnmatched(
            excluded, tables.Select(t => new string?[] { t.Name, t.DisplayName }), ErrorIds.UnknownTable, "table");
        ILookup<bool, SourceTable> parts =
            tables.ToLookup(t => !excluded.IsEmpty && excluded.Matches(t.Name, t.DisplayName));
        return ([.. parts[false]], [.. parts[true].Select(t => t.DisplayName)]);
    }

    private static void RequireRoom(WholeFile file, BackupCompression compression, IReadOnlyList<SourceTable> tables,
        IEnumerable<(string Member, FileInfo File)> files)
    {
        if (FixtureFile.IsStandard(file.Path))
            return;
        double needed = (tables.Sum(t => t.Bytes) * (compression == BackupCompression.None ? 1 : Shrinks))
            + files.Sum(f => (double)f.File.Length);
        long free = new DriveInfo(System.IO.Path.GetDirectoryName(file.Path)!).AvailableFreeSpace;
        if (needed > free)
            throw new DataOpsException(
                ErrorIds.TooLittleRoom, FailureKind.Limit,
                string.Create(CultureInfo.InvariantCulture,
                    $"The backup needs about {needed / (1 << 20):0} MB, and {file.Path} has room for {free >> 20} MB."),
                "Make room, or write it to the standard output (-Path -) and on to another place.", file.Path);
    }

    // What the restore of another tool would lose foreign keys for.
    private static long Orphans(Session session, ReferenceCatalog catalog, OperationContext context)
    {
        FindOrphanOptions asked = new()
        {
            Class = [ReferenceClass.ForeignKey, ReferenceClass.Inheritance, ReferenceClass.Unvalidated], Summary = true,
        };
        long sum = 0;
        foreach (Finding finding in FindOrphan.Find(session, catalog, asked, context with { NotFound = _ => { } })
            .Where(f => f.Class is ReferenceClass))
        {
            context.Warning?.Invoke($"{finding.Table}.{finding.Column}: {finding.Problem}.");
            sum += finding.Count;
        }
        return sum;
    }

    /// <summary>Writes the files of a storage, as members whose names begin alike.</summary>
    internal static BackupStorage Write(
        StorageFolder storage, string prefix, (string Member, FileInfo File)[] files, ArchiveWriter archive,
        OperationContext context)
    {
        (long done, long bytes) = (0, 0);
        foreach ((string member, FileInfo info) in files)
        {
            context.Report($"Reading files of {storage.Name}", done, files.Length);
            if (Open(info, context) is not { } content)
                continue;
            using (content)
                archive.Add(prefix + member, content);
            done++;
            bytes += archive.Members[^1].Bytes;
        }
        return new(storage.Name, storage.Path, done, bytes);
    }

    // The site goes on: null where it has deleted the file meanwhile.
    private static FileStream? Open(FileInfo file, OperationContext context)
    {
        try
        {
            return file.OpenRead();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            context.Warning?.Invoke($"{file.FullName} was deleted meanwhile, and is not in the backup.");
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataOpsException(
                ErrorIds.ReadFailed, FailureKind.InvalidOperation, $"{file.FullName} could not be read: {e.Message}",
                "Leave it out with -Exclude, or run as an account that may read it.", file.FullName, e);
        }
    }
}

/// <summary>The schema in an archive: what tables need before their rows, and what they get after them.</summary>
internal static class SchemaSection
{
    /// <summary>Tables, types, functions.</summary>
    public const string Before = "pre-data";

    /// <summary>Constraints, indexes, triggers.</summary>
    public const string After = "post-data";

    /// <summary>The member of a section.</summary>
    public static string Member(string section, BackupCompression compression) =>
        $"schema/{section}.sql{compression.Ending()}";
}
