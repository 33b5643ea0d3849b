using DataOps.Core.Features.Backups.Restoring;
using DataOps.Core.Postgres.Servers;

namespace DataOps.Core.Features.Backups;

/// <summary>Options of <see cref="TestBackup"/>.</summary>
public sealed partial record TestBackupOptions
{
    /// <summary>Archives of Backup-Site, of pg_dump or of Diskette, and folders of datasets.</summary>
    [Option(Position = 0, Mandatory = true, Pipeline = true, Aliases = ["Path", "PSPath", "FullName"],
        Form = OptionForm.File)]
    [MustExist(FileAdvice.Backup)]
    public IReadOnlyList<string> BackupFile { get; init; } = [];

    /// <summary>
    /// The file of the OpenPGP secret key that opens an encrypted archive; DATAOPS_KEY_PASSPHRASE has its passphrase.
    /// </summary>
    [Option(Form = OptionForm.File)]
    [MustExist(FileAdvice.Key)]
    public string? KeyFile { get; init; }

    /// <summary>Restore each into a scratch server on this machine, with all constraints, and audit it.</summary>
    public bool Rehearse { get; init; }

    /// <summary>Connections that write rows and build indexes at the same time, with -Rehearse.</summary>
    [Range(1, 64)]
    public int Jobs { get; init; } = 2;

    /// <summary>
    /// The folder of pg_restore, for an archive of pg_dump's. Default: PATH, then where Debian puts PostgreSQL's
    /// programs.
    /// </summary>
    [Option(Form = OptionForm.File)]
    public string? ProgramFolder { get; init; }
}

/// <summary>A backup that is whole.</summary>
/// <param name="Server">Where it comes from.</param>
/// <param name="Database">The database.</param>
/// <param name="Path">The archive.</param>
/// <param name="Created">When its rows were as they are in it, in UTC.</param>
/// <param name="Members">The number of members whose SHA-256 was compared.</param>
/// <param name="Tables">The number of tables.</param>
/// <param name="Rows">The number of rows whose digest was compared.</param>
/// <param name="Files">The number of files of storages.</param>
/// <param name="Violations">With -Rehearse, rows that violate a foreign key; otherwise null.</param>
/// <param name="Errors">With -Rehearse, errors that the audits find in it; otherwise null.</param>
/// <param name="Warnings">With -Rehearse, their warnings; otherwise null.</param>
/// <param name="Duration">Seconds, to the millisecond.</param>
public sealed record BackupTest(
    string Server,
    string Database,
    string Path,
    DateTime Created,
    int Members,
    int Tables,
    long Rows,
    long Files,
    int? Violations,
    int? Errors,
    int? Warnings,
    double Duration);

/// <summary>
/// Reads a backup to its end and compares all digests; with -Rehearse it is restored on a scratch server, which tells
/// whether it can be.
/// </summary>
[Operation("Test", "Backup")]
public sealed class TestBackup : FileOperation<TestBackupOptions, BackupTest>
{
    /// <inheritdoc/>
    /// <exception cref="DataOpsException"><c>InvalidBackup</c>: an archive is damaged.</exception>
    protected override IEnumerable<BackupTest> Execute(TestBackupOptions options, OperationContext context)
    {
        foreach (string path in options.BackupFile)
            yield return Test(path, options, context);
    }

    private static BackupTest Test(string path, TestBackupOptions options, OperationContext context)
    {
        using RestoreSource archive =
            RestoreSource.Open(path, new(null, options.ProgramFolder, options.KeyFile), context);
        BackupManifest manifest = archive.Manifest;
        archive.Test(context);
        foreach (BackupStorage storage in manifest.Storages)
            archive.ReadFiles(storage, "Reading", file => file.CopyTo(Stream.Null), context);
        BackupTest test = new(
            manifest.Server, manifest.Database.Name, archive.Path, manifest.Created, manifest.Members.Count,
            manifest.Tables.Count, manifest.Rows, manifest.Storages.Sum(s => s.Files), null, null, null, 0);
        return (options.Rehearse ? Rehearse(archive, test, options.Jobs, context) : test) with
        {
            Duration = context.Seconds,
        };
    }

    private static BackupTest Rehearse(RestoreSource archive, BackupTest test, int jobs, OperationContext context)
    {
        // Who wrote the archive may have written anything.
        int? major = Version.TryParse(archive.Manifest.ServerVersion, out Version? version) ? version.Major : null;
        PostgresBinaries binaries = (major is { } same ? PostgresBinaries.Find(same) : null) ?? PostgresBinaries.Find()
            ?? throw new DataOpsException(
                ErrorIds.ScratchServer, FailureKind.NotFound,
                "A rehearsal needs a scratch server, and this machine has no PostgreSQL server programs.",
                $"Install them (Debian: postgresql{(major is null ? "" : $"-{major}")}), or rehearse on another server "
                    + "with Restore-Site -NewDatabase.");
        using ScratchServer scratch = ScratchServer.Start(binaries);
        using Session server = Session.Open(scratch.Settings(), "Test-Backup", context.Cancellation);
        // Roles are the server's: those of the site are not on this one.
        OperationContext quiet = context with { Warning = null };
        const string Name = "rehearsal";
        using MadeDatabase made = MadeDatabase.Create(server, Name, Name, archive.Manifest.Database, quiet);
        int violations = made.Fill(archive, jobs, OnViolation.Fail).Count;
        (int errors, int warnings) = made.Audit();
        return test with { Violations = violations, Errors = errors, Warnings = warnings };
    }
}
