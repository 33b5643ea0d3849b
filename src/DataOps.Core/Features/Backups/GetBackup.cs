namespace DataOps.Core.Features.Backups;

/// <summary>Which backups are listed.</summary>
public sealed partial record GetBackupOptions
{
    /// <summary>Archives that Backup-Site has written, and folders of them.</summary>
    [Option(Position = 0, Mandatory = true, Pipeline = true, Aliases = ["Path", "PSPath", "FullName"],
        Form = OptionForm.File)]
    [MustExist(FileAdvice.Backup)]
    public IReadOnlyList<string> BackupFile { get; init; } = [];

    /// <summary>Databases by name.</summary>
    [Option(Wildcards = true)]
    public IReadOnlyList<string> DatabaseName { get; init; } = [];

    /// <summary>
    /// The file of the OpenPGP secret key that opens encrypted archives, which are decrypted for it, each as a whole;
    /// DATAOPS_KEY_PASSPHRASE has its passphrase.
    /// </summary>
    [Option(Form = OptionForm.File)]
    [MustExist(FileAdvice.Key)]
    public string? KeyFile { get; init; }
}

/// <summary>A backup. Of one that is encrypted, and that no key has opened, the contents are null.</summary>
/// <param name="Server">Where it comes from; empty where it was not opened.</param>
/// <param name="Database">The database; empty where it was not opened.</param>
/// <param name="Path">The archive.</param>
/// <param name="Created">When its rows were as they are in it, in UTC; where it was not opened, when its file was
/// written.</param>
/// <param name="ServerVersion">The server's version.</param>
/// <param name="Tables">The number of tables.</param>
/// <param name="Rows">The number of rows.</param>
/// <param name="Storages">Its storages, joined by commas; null when there are none.</param>
/// <param name="Files">The number of their files.</param>
/// <param name="LeftOut">Tables without their rows, joined by commas; null when there are none.</param>
/// <param name="Bytes">The size of the archive, in bytes.</param>
/// <param name="Recipients">The ids of the OpenPGP keys that open it, joined by commas; null when it is not
/// encrypted.</param>
public sealed record SiteBackup(
    string Server,
    string Database,
    string Path,
    DateTime Created,
    string? ServerVersion,
    int? Tables,
    long? Rows,
    string? Storages,
    long? Files,
    string? LeftOut,
    long Bytes,
    string? Recipients)
{
    /// <summary>What tells the site from others of the same name.</summary>
    internal string? System { get; init; }

    /// <summary>Whether it is encrypted, and no key has opened it.</summary>
    internal bool IsLocked => Recipients is not null && Tables is null;
}

/// <summary>
/// Lists backups with what is in them, the oldest first: their manifests are read; Test-Backup reads the rest.
/// </summary>
[Operation("Get", "Backup")]
public sealed class GetBackup : FileOperation<GetBackupOptions, SiteBackup>
{
    /// <inheritdoc/>
    /// <exception cref="DataOpsException">A file that was named is no backup.</exception>
    protected override IEnumerable<SiteBackup> Execute(GetBackupOptions options, OperationContext context)
    {
        NameFilter databases = new(options.DatabaseName);
        foreach (UnfinishedBackup left in UnfinishedBackup.In(options.BackupFile))
            context.Warning?.Invoke($"{left.Description}: {left.Advice}.");
        // Which database one is of that was not opened, only its key tells.
        return BackupList.Read(options.BackupFile, options.KeyFile, context)
            .Where(b => databases.IsEmpty || (!b.IsLocked && databases.Matches(b.Database)));
    }
}
