using System.Globalization;
using DataOps.Core.Features.Backups.Archives;
using DataOps.Core.Features.Backups.Restoring;
using DataOps.Core.Features.Sites.Environments;
using DataOps.Core.Features.Storages;

namespace DataOps.Core.Features.Backups;

/// <summary>What is done about rows that violate a foreign key.</summary>
public enum OnViolation : long
{
    /// <summary>They are named, and nothing is restored.</summary>
    Fail,

    /// <summary>
    /// References that may be NULL are cleared; the other rows are copied as JSON into a table of the new database
    /// (dataops_quarantine), with what depends on them, and deleted.
    /// </summary>
    Quarantine,
}

/// <summary>Options of <see cref="RestoreSite"/>.</summary>
public sealed partial record RestoreSiteOptions : PlanOptions
{
    /// <summary>
    /// The archive: of Backup-Site, of pg_dump, of Diskette, or a folder of datasets as Import-Dataset reads them.
    /// </summary>
    [Option(Position = 0, Mandatory = true, Form = OptionForm.File)]
    [MustExist(FileAdvice.Backup)]
    public string Path { get; init; } = "";

    /// <summary>
    /// The file of the OpenPGP secret key that opens an encrypted archive; DATAOPS_KEY_PASSPHRASE has its passphrase.
    /// </summary>
    [Option(Form = OptionForm.File)]
    [MustExist(FileAdvice.Key)]
    public string? KeyFile { get; init; }

    /// <summary>
    /// Restore into a new database of this name, and leave the connection's own. Default: the new database takes the
    /// place of the connection's.
    /// </summary>
    public string? NewDatabase { get; init; }

    /// <summary>
    /// Restore into the connection's own database, which has to be empty: where nobody may create or rename databases.
    /// </summary>
    [NotWith(nameof(NewDatabase))]
    public bool IntoEmpty { get; init; }

    /// <summary>
    /// What differs in this environment (sites, e-mail addresses, scheduled publishing, SQL of one's own), applied
    /// before anybody can connect: a file, or its JSON.
    /// </summary>
    [Option(Form = OptionForm.Definition)]
    [MustExist(FileAdvice.Definition)]
    public string Environment { get; init; } = "";

    /// <summary>
    /// Remove the databases and folders that earlier restores of this site have kept, or left when they were killed.
    /// </summary>
    public bool Prune { get; init; }

    /// <summary>
    /// Folders to restore the archive's storages into, as name=folder; each takes the place of what is there.
    /// </summary>
    [NotWith(nameof(NoStorage))]
    public IReadOnlyList<string> Storage { get; init; } = [];

    /// <summary>Restore the database alone.</summary>
    public bool NoStorage { get; init; }

    /// <summary>
    /// Neither compare the rows of the new database with the archive, nor audit it: for large sites. What is written is
    /// compared with the archive's digests all the same, and all keys are checked.
    /// </summary>
    public bool NoVerify { get; init; }

    /// <summary>What to do about rows that violate a foreign key.</summary>
    public OnViolation OnViolation { get; init; }

    /// <summary>Connections that write rows and build indexes at the same time.</summary>
    [Range(1, 64)]
    public int Jobs { get; init; } = 2;

    /// <summary>
    /// The folder of pg_restore, for an archive of pg_dump's, and of pg_dump, for datasets. Default: PATH, then where
    /// Debian puts PostgreSQL's programs.
    /// </summary>
    [Option(Form = OptionForm.File)]
    public string? ProgramFolder { get; init; }

    /// <summary>
    /// Take numbers of content types and permissions that datasets do not explain for those of the connection's
    /// database: for its own archive, or that of a copy.
    /// </summary>
    public bool TrustContentTypes { get; init; }
}

/// <summary>A row of a backup that violates a foreign key.</summary>
/// <param name="Server">The server.</param>
/// <param name="Database">The new database.</param>
/// <param name="Reference">The foreign key.</param>
/// <param name="Table">Its table.</param>
/// <param name="Key">The row.</param>
/// <param name="Value">What it refers to.</param>
/// <param name="Problem">What is wrong, as a sentence.</param>
public sealed record RestoreViolation(
    string Server, string Database, string Reference, string Table, string? Key, string? Value, string Problem)
    : IChangeResult;

/// <summary>A site that was restored, or would be.</summary>
public sealed record RestoreResult : ChangeResult
{
    /// <summary>The archive.</summary>
    public string Path { get; init; } = "";

    /// <summary>When its rows were as they are in it, in UTC.</summary>
    public DateTime Created { get; init; }

    /// <summary>The number of tables.</summary>
    public int Tables { get; init; }

    /// <summary>The number of rows.</summary>
    public long Rows { get; init; }

    /// <summary>The number of files of storages.</summary>
    public long Files { get; init; }

    /// <summary>Rows that violate a foreign key: put aside, or with -OnViolation Fail in the way.</summary>
    public int Violations { get; init; }

    /// <summary>Errors that the audits find in the restored database; null where it was not audited.</summary>
    public int? Errors { get; init; }

    /// <summary>Warnings that they find.</summary>
    public int? Warnings { get; init; }

    /// <summary>The name under which the replaced database is kept; null where none is replaced.</summary>
    public string? KeptDatabase { get; init; }

    /// <summary>The folders in which replaced files are kept, joined by commas; null where there are none.</summary>
    public string? KeptFolders { get; init; }

    /// <summary>What the definition of the environment changes in it; null without one.</summary>
    public string? Environment { get; init; }

    /// <summary>
    /// The databases and folders of earlier restores that are removed, joined by commas; null for none.
    /// </summary>
    public string? Pruned { get; init; }

    /// <inheritdoc/>
    public override bool NeedsYes() => KeptDatabase is not null || KeptFolders is not null || Pruned is not null;

    /// <inheritdoc/>
    public override string Describe() =>
        $"restore {Counted.Of(Rows, "row")} of {Counted.Of(Tables, "table")} and {Counted.Of(Files, "file")} as of "
        + $"{Created:u}" + (KeptDatabase is null ? "" : $"; connections end, and the database stays as {KeptDatabase}")
        + (KeptFolders is null ? "" : $"; files stay in {KeptFolders}")
        + (Environment is null ? "" : $"; {Environment}")
        + (Pruned is null ? "" : $"; {Pruned} of earlier restores are removed");
}

/// <summary>
/// Restores a site from an archive: into a new database, with all constraints and compared rows, and only then, by
/// renaming, into the place of the old one, which is kept; folders of files likewise.
/// </summary>
[Operation("Restore", "Site", AsksFirst = true)]
public sealed class RestoreSite : Operation<RestoreSiteOptions, IChangeResult>
{
    private const string Name = "Restore-Site";

    /// <inheritdoc/>
    /// <exception cref="DataOpsException">The archive is damaged, a storage has no folder, rows violate foreign keys,
    /// or the server refuses something: database and files are as they were.</exception>
    protected override IEnumerable<IChangeResult> Execute(
        Session session, RestoreSiteOptions options, OperationContext context)
    {
        using RestoreSource archive = RestoreSource.Open(
            options.Path, new(session, options.ProgramFolder, options.KeyFile, options.TrustContentTypes), context);
        string? environment = options.Environment.Length == 0
            ? null
            : EnvironmentDefinition.Read(options.Environment).Description;
        string time = DateTime.UtcNow.ToString(DatabaseName.TimeFormat, CultureInfo.InvariantCulture);
        StorageRestore[] storages = [.. Storages(archive, options, time)];
        string name = options.NewDatabase ?? session.Database;
        if (options.NewDatabase is not null)
            RequireFree(session, name, context.Cancellation);
        EmptyDatabase? empty = options.IntoEmpty
            ? EmptyDatabase.Require(session, options.Prune, context.Cancellation)
            : null;
        RequireSettled(session, name, storages, context.Cancellation);
        bool replaces = options is { NewDatabase: null, IntoEmpty: false };
        RestoreLeftovers leftovers = options.Prune
            ? RestoreLeftovers.Find(session, name, storages, context)
            : RestoreLeftovers.None;
        RestoreResult plan = new()
        {
            Server = session.Server,
            Database = name,
            Operation = Name,
            WouldChange = archive.Manifest.Rows,
            Inserted = archive.Manifest.Rows,
            Path = archive.Path,
            Created = archive.Manifest.Created,
            Tables = archive.Manifest.Tables.Count,
            Rows = archive.Manifest.Rows,
            Files = storages.Sum(s => s.Storage.Files),
            KeptDatabase = replaces ? DatabaseName.Fit(name, $"_before_{time}") : null,
            KeptFolders = Joined([.. storages.Select(s => s.Kept)]),
            Environment = environment,
            Pruned = Joined(empty is { Leftovers.Count: > 0 }
                ? $"all objects in {name}: {DatabaseContent.Describe(empty.Leftovers)}"
                : null, leftovers.Names),
        };
        if (replaces)
            TellEmptied(session, archive, context);
        if (options.IntoEmpty && environment is not null)
            context.Warning?.Invoke($"Whoever can connect to {name} sees it before it is switched to {environment}: "
                + "stop the application until the restore has ended.");
        if (options.WhatIf)
        {
            if (archive.Unknown is { } unknown)
                context.Warning?.Invoke(unknown);
            yield return plan with { Duration = context.Seconds };
            yield break;
        }
        using Session server = session.ForkTo(
            empty is null ? OtherDatabase(session, context.Cancellation) : name, context.Cancellation);
        using MadeDatabase made = empty is null
            ? MadeDatabase.Create(
                server, DatabaseName.Fit(name, $"_restore_{time}"), name, archive.Manifest.Database, context)
            : MadeDatabase.In(empty, session, context);
        IReadOnlyList<RestoreViolation> violations = made.Fill(
            archive, options.Jobs, options.OnViolation, compares: !options.NoVerify);
        foreach (RestoreViolation violation in violations)
            yield return violation with { Database = name };
        if (violations.Count > 0 && options.OnViolation == OnViolation.Fail)
            throw new DataOpsException(
                ErrorIds.ViolatedForeignKeys, FailureKind.InvalidData,
                $"{Counted.Of(violations.Count, "row")} of {archive.Path} "
                    + $"{(violations.Count == 1 ? "violates a foreign key" : "violate foreign keys")}: "
                    + string.Join(", ", violations.GroupBy(v => v.Reference).Select(r => $"{r.Key} ({r.Count()})"))
                    + ". Nothing was restored.",
                "-OnViolation Quarantine puts them aside in the new database.", archive.Path);
        if (environment is not null)
            foreach (EnvironmentStep step in made.Switch(options.Environment))
                yield return step with { Database = name };
        (int Errors, int Warnings)? audit = options.NoVerify ? null : made.Audit();
        try
        {
            foreach (StorageRestore storage in storages)
                storage.Extract(archive, context);
            Put(session, empty, empty is null ? new(server, name, plan.KeptDatabase) : null, made, storages, context);
        }
        finally
        {
            foreach (StorageRestore storage in storages)
                storage.Dispose();
        }
        leftovers.Remove(server, context);
        yield return plan with
        {
            Changed = true,
            Count = plan.Rows,
            Violations = violations.Count,
            Errors = audit?.Errors,
            Warnings = audit?.Warnings,
            Duration = context.Seconds,
        };
    }

    // From here on nothing takes long, and nothing is stopped half-way.
    private static void Put(Session session, EmptyDatabase? empty, DatabaseSwap? swap, MadeDatabase made,
        StorageRestore[] storages, OperationContext context)
    {
        if (swap is { Replaces: true })
            swap.Dress(made.Name, context.Cancellation);
        context.Report("Replacing", 0, null);
        bool isDone = false;
        bool isReplaced = false;
        void Done()
        {
            made.Keep();
            isDone = true;
        }
        // Only when nobody works on the old database: files that come meanwhile belong to its rows.
        void SwapFolders()
        {
            foreach (StorageRestore storage in storages)
                storage.Swap();
        }
        try
        {
            if (swap is { Replaces: true })
                // Where nobody can tell, nothing is taken back.
                session.WhileClosed(() =>
                {
                    swap.Run(made.Name, SwapFolders, unknown: Done, done: Done);
                    isReplaced = true;
                });
            else if (swap is not null)
                swap.Run(made.Name, SwapFolders, unknown: Done, done: Done);
            else
            {
                SwapFolders();
                empty?.Keep();
                Done();
            }
        }
        catch when (!isDone)
        {
            foreach (StorageRestore storage in storages)
                storage.SwapBack(context);
            throw;
        }
        catch (DataOpsException e) when (isReplaced)
        {
            // What failed is the connection to the new one.
            context.Warning?.Invoke($"The site was restored. {e.Message}");
        }
    }

    private static string? Joined(params string?[] names) =>
        string.Join(",", names.OfType<string>()) is { Length: > 0 } text ? text : null;

    // What is in the database that goes, and not in the archive.
    private static void TellEmptied(Session session, RestoreSource archive, OperationContext context)
    {
        ReferenceCatalog live = ReferenceCatalog.Read(session, withEmbedded: false, reading: new());
        Func<Table, bool> fills = archive.Fills(live);
        string[] emptied = [.. live.Database.Tables
            .Where(t => t.Kind == TableKind.Table && t.IsReadable && !fills(t))
            .Where(t => session.Query<bool>($"select exists (select 1 from {t})", context.Cancellation)[0])
            .Select(t => t.DisplayName).Order(StringComparer.Ordinal)];
        if (emptied.Length > 0)
            context.Warning?.Invoke($"{Counted.Of(emptied.Length, "table")} of {session.Database} "
                + $"{(emptied.Length == 1 ? "has" : "have")} rows, of which the archive has none: "
                + $"{string.Join(", ", emptied)}.");
    }

    private static void RequireFree(Session session, string name, CancellationToken cancellation)
    {
        if (Exists(session, name, cancellation))
            throw new DataOpsException(
                ErrorIds.DatabaseExists, FailureKind.AlreadyExists, $"{session.Server} has a database {name} already.",
                "Give -NewDatabase another name; without it, the connection's own is replaced and kept.", name);
    }

    // The renames of folders and of databases cannot be one: who is killed between them has changed the files alone.
    private static void RequireSettled(
        Session session, string name, StorageRestore[] storages, CancellationToken cancellation)
    {
        foreach (StorageRestore storage in storages)
            foreach (string time in storage.KilledSwaps())
                if (Exists(session, DatabaseName.Fit(name, $"_restore_{time}"), cancellation))
                    throw storage.HalfSwapped(time, name);
    }

    private static bool Exists(Session session, string database, CancellationToken cancellation) => session.Query<bool>(
        $"select exists (select 1 from pg_database where datname = {SqlText.Value(database)})", cancellation).Single();

    private static IEnumerable<StorageRestore> Storages(RestoreSource archive, RestoreSiteOptions options, string time)
    {
        if (options.NoStorage)
            return [];
        Dictionary<string, string> folders =
            StorageFolder.Parse(options.Storage).ToDictionary(s => s.Name, s => s.Path);
        string[] there = [.. archive.Manifest.Storages.Select(s => s.Name)];
        if (there.Except(folders.Keys).FirstOrDefault() is { } missing)
            throw new DataOpsException(
                ErrorIds.MissingOption, FailureKind.InvalidArgument,
                $"The archive has storage {missing}, and nothing says where it belongs.",
                $"Add -Storage {missing}=FOLDER, or -NoStorage.", nameof(options.Storage));
        if (folders.Keys.Except(there).FirstOrDefault() is { } unknown)
            throw new DataOpsException(
                ErrorIds.InvalidOption, FailureKind.InvalidArgument,
                $"The archive has no storage {unknown}; it has "
                    + $"{(there.Length == 0 ? "none" : string.Join(", ", there))}.",
                "Get-Backup lists them.", nameof(options.Storage));
        return archive.Manifest.Storages.Select(s => new StorageRestore(s, folders[s.Name], time));
    }

    private static string OtherDatabase(Session session, CancellationToken cancellation) =>
        session.Query<string>(
            $"""
            select datname::text from pg_database
            where datname <> current_database() and datallowconn and has_database_privilege(oid, 'CONNECT')
            order by datname <> 'postgres', datname <> 'template1', datname
            """, cancellation) is [{ } other, ..]
            ? other
            : throw new DataOpsException(
                ErrorIds.NoOtherDatabase, FailureKind.NotFound,
                $"{session.Server} has no other database to connect to while this one is replaced.",
                "Create the database postgres.", session.Server);
}
