using System.Globalization;
using DataOps.Core.Features.Backups.Archives;
using DataOps.Core.Features.Backups.Fixtures;
using DataOps.Core.Features.Backups.Rows;
using DataOps.Core.Features.Orphans;
using DataOps.Core.Features.Storages;
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
    /// <summary>The archive to write, a tar file; with -AsFolder a folder; - for the standard output.</summary>
    [Option(Position = 0, Mandatory = true, Form = OptionForm.File)]
    public string Path { get; init; } = "";

    /// <summary>Write a folder whose files are the members of the archive, instead of a tar file.</summary>
    [NotWith(nameof(ArchiveFormat), BackupFormat.Diskette)]
    public bool AsFolder { get; init; }

    /// <summary>
    /// An earlier backup that is a folder: files of storages that have its size and time are linked from there (hard
    /// links), and not read again.
    /// </summary>
    [Option(Form = OptionForm.File)]
    [OnlyWith(nameof(AsFolder))]
    [MustExist(FileAdvice.Backup)]
    public string? Base { get; init; }

    /// <summary>
    /// Files of OpenPGP public keys: the archive is encrypted for them, and this machine cannot read it.
    /// </summary>
    [Option(Form = OptionForm.File)]
    [NotWith(nameof(AsFolder))]
    [MustExist(FileAdvice.Key)]
    public IReadOnlyList<string> Recipient { get; init; } = [];

    /// <summary>Folders of files to take along, as name=folder: media=/srv/site/media.</summary>
    public IReadOnlyList<string> Storage { get; init; } = [];

    /// <summary>Files of storages to leave out, by their path below the storage; * matches slashes, too.</summary>
    [Option(Wildcards = true)]
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>Tables that are empty in the backup, as django_session.</summary>
    [Option(Wildcards = true, Completes = OptionNames.TableName)]
    public IReadOnlyList<string> ExcludeRows { get; init; } = [];

    /// <summary>
    /// Also the tables whose rows the application makes anew: sessions, search index, reference index, renditions.
    /// </summary>
    [NotWith(nameof(ArchiveFormat), BackupFormat.Diskette)]
    public bool ExcludeDerived { get; init; }

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
/// <param name="Linked">How many of them have not changed since -Base, and are linked from there.</param>
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
    long Linked,
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
            OptionCheck.NotWith(
                nameof(options.Recipient), options.Recipient.Count > 0, true, "-ArchiveFormat Diskette");
            yield return new DisketteWriter(session, context).Write(options);
            yield break;
        }
        BackupTarget target = BackupTarget.Create(options);
        EarlierBackup? earlier = options.Base is { } before ? EarlierBackup.Open(FullPath.Of(before)) : null;
        PgDump dump = PgDump.Find(session, options.ProgramFolder);
        using NpgsqlTransaction transaction = session.BeginSnapshot();
        SiteSource source = new(session, context.Cancellation);
        source.RefuseLargeObjects();
        IReadOnlyList<SourceTable> tables = source.Tables();
        Lock(session, tables, context.Cancellation);
        DateTime created = session.Query<DateTime>($"select now()", context.Cancellation).Single();
        SharedSnapshot snapshot = SharedSnapshot.Of(session, context.Cancellation);
        using SchemaDump schema = new(dump, session, snapshot.Name, context.Cancellation);
        ReferenceCatalog catalog = ReferenceCatalog.Read(session, withEmbedded: false, reading: context);
        (IReadOnlyList<SourceTable> taken, string[] leftOut) = Chosen(tables, catalog, options, context);
        (StorageFolder Storage, (string Member, FileInfo File)[] Files)[] files =
            Files(options, s => $"storages/{s.Name}/", context);
        RequireRoom(target.Path, options.Compression, taken, files.SelectMany(f => f.Files)
            .Where(f => earlier?.Unchanged(f.Member, f.File) is null));
        long orphans = Orphans(session, catalog, context);

        BackupManifest manifest = new(
            BackupManifest.FormatName, BackupManifest.NewestVersion, created, session.Server,
            session.ServerVersion.ToString(), source.Database(),
            MigrationHeads.Of(session, catalog.Database, context.Cancellation).ToDictionary(h => h.App, h => h.Name),
            [], source.Sequences(),
            source.NotValid(), [.. leftOut.Concat(source.WithoutRows())],
            [], [])
        {
            System = RowImages.SystemIdentifier(session, context.Cancellation), Views = source.Views(),
        };
        long linked = 0;
        bool isElsewhere = false;
        long bytes = target.Write(form =>
        {
            using ArchiveWriter archive = new(form);
            ArchiveMember? Link(string name, FileInfo file)
            {
                if (isElsewhere || form is not ArchiveFolder folder
                    || earlier?.Unchanged(name, file) is not { } member)
                    return null;
                if (!earlier.Link(member, folder))
                {
                    isElsewhere = true;
                    context.Warning?.Invoke(
                        $"Files are read again: {options.Base} and {target.Path} can have no hard links between them.");
                    return null;
                }
                linked++;
                return member;
            }
            using MemberPacker packer = new(options.Compression);
            foreach (string section in SchemaSection.All)
            {
                PackedMember packed = packer.Pack(schema.Section(section));
                archive.Add(SchemaSection.Member(section, options.Compression), packed.Bytes);
                packed.Release();
            }
            manifest = manifest with
            {
                Tables = new RowExport(session, snapshot, options.Compression, options.Jobs, context)
                    .Write(taken, archive),
            };
            transaction.Rollback();
            manifest = manifest with
            {
                Storages = [.. files.Select(f => Write(f.Storage, f.Files, archive, Link, context))],
            };
            manifest = manifest with { Members = archive.Members };
            archive.End(manifest.ToJson());
        });
        yield return new(
            session.Server, session.Database, target.Path, manifest.Tables.Count, manifest.Rows,
            manifest.Storages.Sum(s => s.Files), linked, bytes, orphans,
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
        IReadOnlyList<SourceTable> tables, ReferenceCatalog catalog, BackupSiteOptions options,
        OperationContext context)
    {
        string[] derived = options.ExcludeDerived
            ? [.. DjangoTables.Derived.Select(catalog.TableOf).OfType<Table>().Select(t => t.DisplayName)]
            : [];
        NameFilter excluded = new(options.ExcludeRows);
        context.ReportUnmatched(
            excluded, tables.Select(t => new string?[] { t.Name, t.DisplayName }), ErrorIds.UnknownTable, "table");
        ILookup<bool, SourceTable> parts = tables.ToLookup(t => derived.Contains(t.DisplayName)
            || (!excluded.IsEmpty && excluded.Matches(t.Name, t.DisplayName)));
        return ([.. parts[false]], [.. parts[true].Select(t => t.DisplayName)]);
    }

    private static void RequireRoom(string path, BackupCompression compression, IReadOnlyList<SourceTable> tables,
        IEnumerable<(string Member, FileInfo File)> files)
    {
        if (FixtureFile.IsStandard(path))
            return;
        double needed = (tables.Sum(t => t.Bytes) * (compression == BackupCompression.None ? 1 : Shrinks))
            + files.Sum(f => (double)f.File.Length);
        long free = new DriveInfo(System.IO.Path.GetDirectoryName(path)!).AvailableFreeSpace;
        if (needed > free)
            throw new DataOpsException(
                ErrorIds.TooLittleRoom, FailureKind.Limit,
                string.Create(CultureInfo.InvariantCulture,
                    $"The backup needs about {needed / (1 << 20):0} MB, and {path} has room for {free >> 20} MB."),
                "Make room, or write it to the standard output (-Path -) and on to another place.", path);
    }

    // What the restore of another tool would lose foreign keys for.
    private static long Orphans(Session session, ReferenceCatalog catalog, OperationContext context)
    {
        string[] declared = [.. catalog.References.Where(r => r.IsDeclared).Select(r => r.Name)];
        if (declared.Length == 0)
            return 0;
        long sum = 0;
        foreach (Finding finding in FindOrphan
            .Find(session, catalog, new() { Reference = declared, Summary = true }, context)
            .Where(f => f.Class is ReferenceClass))
        {
            context.Warning?.Invoke($"{finding.Table}.{finding.Column}: {finding.Problem}.");
            sum += finding.Count;
        }
        return sum;
    }

    /// <summary>The files of all storages, and the names of the members that they become.</summary>
    internal static (StorageFolder Storage, (string Member, FileInfo File)[] Files)[] Files(
        BackupSiteOptions options, Func<StorageFolder, string> prefix, OperationContext context) =>
    [
        .. StorageFolder.Parse(options.Storage).Select(s => (s, s.Files(new(options.Exclude), context.Warning)
            .Select(f => (Member(prefix(s) + f.Path, f.File), f.File)).ToArray())),
    ];

    /// <summary>Writes the files of a storage.</summary>
    internal static BackupStorage Write(
        StorageFolder storage, (string Member, FileInfo File)[] files, ArchiveWriter archive,
        Func<string, FileInfo, ArchiveMember?>? link, OperationContext context)
    {
        (long done, long bytes) = (0, 0);
        foreach ((string member, FileInfo info) in files)
        {
            context.Report($"Reading files of {storage.Name}", done, files.Length);
            if (link?.Invoke(member, info) is { } linked)
                archive.Added(linked);
            else if (Open(info, context) is { } content)
                using (content)
                    archive.Add(member, content);
            else
                continue;
            done++;
            bytes += archive.Members[^1].Bytes;
        }
        return new(storage.Name, storage.Path, done, bytes);
    }

    private static string Member(string member, FileInfo file) => MemberName.WhyNot(member) is { } why
        ? throw new DataOpsException(
            ErrorIds.InvalidPath, FailureKind.InvalidData,
            $"{VisibleText.Of(file.FullName)} cannot be in an archive: {why}.",
            "Rename it, or leave it out with -Exclude.", file.FullName)
        : member;

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

    /// <summary>Both, in their order.</summary>
    public static readonly IReadOnlyList<string> All = [Before, After];

    /// <summary>The member of a section.</summary>
    public static string Member(string section, BackupCompression compression) =>
        $"schema/{section}.sql{compression.Ending()}";
}
