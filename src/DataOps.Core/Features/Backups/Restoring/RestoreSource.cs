using DataOps.Core.Features.Backups.Archives;
using DataOps.Core.Features.Backups.Dumps;
using DataOps.Core.Features.Backups.Fixtures;

namespace DataOps.Core.Features.Backups.Restoring;

/// <summary>What a site is restored from: where its schema, its rows and its files come from.</summary>
internal abstract class RestoreSource(string path) : IDisposable
{
    /// <summary>The archive.</summary>
    public string Path { get; } = path;

    /// <summary>What it holds: as it says itself, or as it was read.</summary>
    public abstract BackupManifest Manifest { get; }

    /// <summary>What nobody can know of it before it is restored, for a plan; null when all is known.</summary>
    public virtual string? Unknown => null;

    /// <summary>Which tables of a live database it has rows of.</summary>
    /// <param name="live">The database.</param>
    public virtual Func<Table, bool> Fills(ReferenceCatalog live)
    {
        HashSet<(string, string)> filled =
            [.. Manifest.Tables.Where(t => t.Rows > 0).Select(t => (t.Schema, t.Name))];
        return table => filled.Contains((table.Schema, table.Name));
    }

    /// <summary>The statements of a section of its schema, which are such as a schema has.</summary>
    public abstract IReadOnlyList<SqlStatement> Statements(string section);

    /// <summary>
    /// Writes the rows into the tables of a new database, which has no constraints yet; sets the sequences.
    /// </summary>
    public abstract void WriteRows(Session database, int jobs, OperationContext context);

    /// <summary>Reads the rows again: they are what the archive has, as far as it says so.</summary>
    /// <exception cref="DataOpsException"><c>InvalidBackup</c>: the database has others.</exception>
    public abstract void Compare(Session database, int jobs, OperationContext context);

    /// <summary>Reads what was not read yet, and compares all that can be without a database.</summary>
    public abstract void Test(OperationContext context);

    /// <summary>The files of a storage.</summary>
    public abstract IEnumerable<StoredFile> Files(BackupStorage storage, CancellationToken cancellation);

    /// <summary>Reads all files of a storage, of which there are as many as the manifest says.</summary>
    /// <param name="storage">The storage.</param>
    /// <param name="activity">What is done with them, as "Writing".</param>
    /// <param name="use">What is done with one.</param>
    /// <param name="context">Progress and cancellation.</param>
    /// <exception cref="DataOpsException"><c>InvalidBackup</c>: one is damaged, or they are more or fewer.</exception>
    public void ReadFiles(
        BackupStorage storage, string activity, Action<StoredFile> use, OperationContext context)
    {
        long files = 0;
        foreach (StoredFile file in Files(storage, context.Cancellation))
        {
            context.Report($"{activity} files of {storage.Name}", files++, storage.Files);
            use(file);
        }
        if (files != storage.Files)
            throw Invalid($"storage {storage.Name} has {files} files and should have {storage.Files}");
    }

    /// <summary>Why it cannot be used.</summary>
    public abstract DataOpsException Invalid(string why);

    /// <inheritdoc/>
    public virtual void Dispose()
    {
    }

    /// <summary>
    /// Opens an archive, whose content says of which kind it is; nothing of it is used before all of it that can be
    /// checked is.
    /// </summary>
    /// <param name="path">The archive.</param>
    /// <param name="options">What it is read with.</param>
    /// <param name="context">Progress and cancellation.</param>
    /// <exception cref="DataOpsException"><c>FileNotFound</c>; <c>InvalidBackup</c>: it is damaged, or of no kind that
    /// is known; <c>PgRestoreNotFound</c>.</exception>
    public static RestoreSource Open(string path, SourceOptions options, OperationContext context)
    {
        string full = FullPath.Of(path);
        return ArchiveFolder.IsOne(full) ? Own()
            : DumpFile.Find(full, options.ProgramFolder) is { } dump ? DumpSource.Open(dump, options.Live, context)
            : FixtureSet.Find(full, context.Cancellation) is { } datasets
                ? FixtureSource.Open(datasets, options, context)
            : Own();

        SiteArchive Own() => new(ArchiveReader.Open(full, options.KeyFile, context.Cancellation));
    }
}

/// <summary>What an archive is read with.</summary>
/// <param name="Live">The site's database: what the archive does not say itself is as it is there; null where there is
/// none.</param>
/// <param name="ProgramFolder">The folder of PostgreSQL's programs; null for PATH, and where Debian puts them.</param>
/// <param name="KeyFile">The file of the secret key that opens an encrypted archive; null for none.</param>
/// <param name="TrustContentTypes">Whether numbers of content types that datasets do not explain are those of the
/// live database.</param>
internal sealed record SourceOptions(
    Session? Live, string? ProgramFolder, string? KeyFile, bool TrustContentTypes = false);

/// <summary>A file of a storage in an archive.</summary>
/// <param name="Name">Its path below the storage, with slashes.</param>
/// <param name="Mode">Who reads and writes it.</param>
/// <param name="CopyTo">Writes its content.</param>
internal sealed record StoredFile(string Name, UnixFileMode Mode, Action<Stream> CopyTo);
