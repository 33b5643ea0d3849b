using DataOps.Core.Features.Backups.Restoring;

namespace DataOps.Core.Features.Backups.Fixtures;

/// <summary>Dataset files that together are a site's rows, in the order in which they are loaded.</summary>
/// <param name="Path">The archive or folder that has them.</param>
/// <param name="Created">When they were written.</param>
/// <param name="Storages">The storages beside them.</param>
internal abstract record FixtureSet(string Path, DateTime Created, IReadOnlyList<BackupStorage> Storages) : IDisposable
{
    /// <summary>The files, as they lie on a disk.</summary>
    public abstract IReadOnlyList<string> Datasets { get; }

    /// <summary>The files of a storage.</summary>
    public abstract IEnumerable<StoredFile> Files(BackupStorage storage, CancellationToken cancellation);

    /// <summary>Finds out what a path is.</summary>
    /// <returns>Null where it is neither a Diskette archive nor a folder of dataset files.</returns>
    /// <exception cref="DataOpsException"><c>InvalidBackup</c>: it is one that is damaged or hostile.</exception>
    public static FixtureSet? Find(string path, CancellationToken cancellation) =>
        Directory.Exists(path) ? FixtureFolder.Find(path) : DisketteArchive.Find(path, cancellation);

    /// <summary>Why it cannot be used.</summary>
    public DataOpsException Invalid(string why, Exception? cause = null) => Invalid(Path, why, cause);

    /// <inheritdoc/>
    public virtual void Dispose()
    {
    }

    /// <summary>Why a file or folder cannot be used.</summary>
    protected static DataOpsException Invalid(string path, string why, Exception? cause = null) => new(
        ErrorIds.InvalidBackup, FailureKind.InvalidData, $"{path} cannot be used: {why}.",
        "Fetch it again, or take another one.", path, cause);
}

/// <summary>A folder of dataset files, which are loaded in the order of their names.</summary>
/// <param name="Path">The folder.</param>
/// <param name="Created">When the last of them was written.</param>
/// <param name="Datasets">The files.</param>
internal sealed record FixtureFolder(string Path, DateTime Created, IReadOnlyList<string> Datasets)
    : FixtureSet(Path, Created, [])
{
    private static readonly string[] s_endings = [".json", ".jsonl", ".xml", ".yaml", ".yml"];
    private static readonly string[] s_packed = ["", ".gz", ".bz2", ".xz", ".lzma", ".zip"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Datasets { get; } = Datasets;

    /// <summary>The folder, where it has any.</summary>
    public static FixtureFolder? Find(string path)
    {
        string[] files = [.. Directory.EnumerateFiles(path).Where(IsDataset).Order(StringComparer.Ordinal)];
        return files.Length == 0 ? null : new(path, files.Max(File.GetLastWriteTimeUtc), files);
    }

    /// <inheritdoc/>
    public override IEnumerable<StoredFile> Files(BackupStorage storage, CancellationToken cancellation) => [];

    private static bool IsDataset(string file) => s_packed.Any(p => s_endings.Any(
        e => file.EndsWith(e + p, StringComparison.OrdinalIgnoreCase)));
}
