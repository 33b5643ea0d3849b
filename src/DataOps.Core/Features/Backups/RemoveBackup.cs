using DataOps.Core.Files;

namespace DataOps.Core.Features.Backups;

/// <summary>Which backups stay; all others of the same site are removed.</summary>
public sealed partial record RemoveBackupOptions : PlanOptions
{
    /// <summary>Archives that Backup-Site has written, and folders of them.</summary>
    [Option(Position = 0, Mandatory = true, Pipeline = true, Aliases = ["Path", "PSPath", "FullName"],
        Form = OptionForm.File)]
    [MustExist(FileAdvice.Backup)]
    public IReadOnlyList<string> BackupFile { get; init; } = [];

    /// <summary>Keep the newest so many.</summary>
    [Range(1, int.MaxValue)]
    public int? KeepLast { get; init; }

    /// <summary>Keep the newest of each of the last so many days that have one.</summary>
    [Range(1, int.MaxValue)]
    public int? KeepDaily { get; init; }

    /// <summary>Keep the newest of each of the last so many weeks that have one, from Monday on.</summary>
    [Range(1, int.MaxValue)]
    public int? KeepWeekly { get; init; }

    /// <summary>Keep the newest of each of the last so many months that have one.</summary>
    [Range(1, int.MaxValue)]
    public int? KeepMonthly { get; init; }

    /// <summary>Keep the newest of each of the last so many years that have one.</summary>
    [Range(1, int.MaxValue)]
    public int? KeepYearly { get; init; }

    /// <summary>Databases by name. Default: all, each by itself.</summary>
    [Option(Wildcards = true)]
    public IReadOnlyList<string> DatabaseName { get; init; } = [];

    /// <summary>
    /// The file of the OpenPGP secret key that opens encrypted archives, which are decrypted for it, each as a whole;
    /// DATAOPS_KEY_PASSPHRASE has its passphrase. Without it they are left.
    /// </summary>
    [Option(Form = OptionForm.File)]
    [MustExist(FileAdvice.Key)]
    public string? KeyFile { get; init; }

    /// <summary>
    /// Read each backup that stays to its end before any is removed: one that is damaged does not count as kept.
    /// </summary>
    public bool Verify { get; init; }
}

/// <summary>What becomes of a backup.</summary>
/// <param name="Server">Where it comes from.</param>
/// <param name="Database">The database.</param>
/// <param name="Path">The archive.</param>
/// <param name="Created">When its rows were as they are in it, in UTC.</param>
/// <param name="Bytes">Its size, in bytes.</param>
/// <param name="Kept">Whether it stays.</param>
/// <param name="Reason">
/// The rules that keep it, with the day, week, month or year; <c>unfinished</c> of what a killed backup has left; null
/// where no rule keeps it.
/// </param>
public sealed record BackupDecision(
    string Server, string Database, string Path, DateTime Created, long Bytes, bool Kept, string? Reason)
    : IChangeResult;

/// <summary>The backups that were removed, or would be.</summary>
public sealed record RemoveBackupResult : ChangeResult
{
    /// <summary>The number of backups that stay.</summary>
    public int Kept { get; init; }

    /// <summary>The number of files among those that go that killed backups have left unfinished.</summary>
    public int Unfinished { get; init; }

    /// <summary>The size of those that go, in bytes.</summary>
    public long Bytes { get; init; }

    /// <inheritdoc/>
    public override bool NeedsYes() => WouldChange > 0;

    /// <inheritdoc/>
    public override string Describe() => WouldChange == 0
        ? $"remove nothing, and keep {Counted.Of(Kept, "backup")}"
        : $"remove {Counted.Of(WouldChange - Unfinished, "backup")}"
            + (Unfinished == 0 ? "" : $" and {Counted.Of(Unfinished, "unfinished file")}")
            + $" ({Bytes >> 20} MB) for good, and keep {Kept}";
}

/// <summary>
/// Removes backups by age and number: of each site those that no rule keeps. What is no whole backup is never removed,
/// but for files that killed backups have left in the making.
/// </summary>
[Operation("Remove", "Backup", AsksFirst = true)]
public sealed class RemoveBackup : FileOperation<RemoveBackupOptions, IChangeResult>
{
    private const string UnfinishedReason = "unfinished";

    /// <inheritdoc/>
    /// <exception cref="DataOpsException"><c>MissingOption</c>: no rule says what stays; <c>WriteFailed</c>: one cannot
    /// be removed.</exception>
    protected override IEnumerable<IChangeResult> Execute(RemoveBackupOptions options, OperationContext context)
    {
        OptionCheck.Given(nameof(options.KeepLast),
            new[]
            {
                options.KeepLast, options.KeepDaily, options.KeepWeekly, options.KeepMonthly, options.KeepYearly,
            }.Any(k => k is not null),
            "Say what stays: -KeepLast, -KeepDaily, -KeepWeekly, -KeepMonthly or -KeepYearly.");
        NameFilter databases = new(options.DatabaseName);
        Retention retention = new(options);
        BackupDecision[] decisions =
        [
            .. from backup in Opened(options, context)
               where databases.Matches(backup.Database)
               group backup by (backup.Server, backup.Database, backup.System) into site
               orderby site.Key.Database, site.Key.Server, site.Key.System
               from decision in Sound(site, retention, options, context)
               select new BackupDecision(
                   decision.Backup.Server, decision.Backup.Database, decision.Backup.Path, decision.Backup.Created,
                   decision.Backup.Bytes, decision.Why is not null, decision.Why),
        ];
        UnfinishedBackup[] left = [.. Unfinished(options, context)];
        BackupDecision[] going = [.. decisions.Where(d => !d.Kept), .. left.Select(
            l => new BackupDecision("", "", l.Path, l.Written, l.Bytes!.Value, Kept: false, UnfinishedReason))];
        foreach (BackupDecision decision in decisions.Concat(going[^left.Length..]))
        {
            if (!decision.Kept && !options.WhatIf)
                Remove(decision.Path, Array.Find(left, l => l.Path == decision.Path));
            yield return decision;
        }
        yield return new RemoveBackupResult
        {
            Server = string.Join(",", decisions.Select(d => d.Server).Distinct()),
            Database = string.Join(",", decisions.Select(d => d.Database).Distinct()),
            Operation = "Remove-Backup",
            Changed = !options.WhatIf && going.Length > 0,
            Count = options.WhatIf ? 0 : going.Length,
            WouldChange = going.Length,
            Kept = decisions.Count(d => d.Kept),
            Unfinished = left.Length,
            Bytes = going.Sum(d => d.Bytes),
            Duration = context.Seconds,
        };
    }

    // Of which site one is, and of which day, tells its manifest: nobody prunes what nobody has read.
    private static IEnumerable<SiteBackup> Opened(RemoveBackupOptions options, OperationContext context)
    {
        ILookup<bool, SiteBackup> backups =
            BackupList.Read(options.BackupFile, options.KeyFile, context).ToLookup(b => b.IsLocked);
        if (backups[true].Any())
            context.Warning?.Invoke($"{Counted.Of(backups[true].Count(), "encrypted backup")} cannot be read without "
                + "-KeyFile: left where they are, and not counted as kept.");
        return backups[false];
    }

    // Without the damaged ones another backup may be the one that a rule keeps: until all that stay are whole.
    private static (SiteBackup Backup, string? Why)[] Sound(
        IEnumerable<SiteBackup> site, Retention retention, RemoveBackupOptions options, OperationContext context)
    {
        List<SiteBackup> backups = [.. site];
        HashSet<SiteBackup> whole = [];
        while (true)
        {
            (SiteBackup Backup, string? Why)[] decisions = [.. retention.Decide(backups)];
            if (!options.Verify || decisions.Where(d => d.Why is not null && !whole.Contains(d.Backup))
                .Select(d => d.Backup).FirstOrDefault() is not { } unread)
                return decisions;
            try
            {
                TestBackupOptions reading = new() { BackupFile = [unread.Path], KeyFile = options.KeyFile };
                _ = new TestBackup().Run(reading, context).Single();
                whole.Add(unread);
            }
            catch (DataOpsException e) when (e.Id is ErrorIds.InvalidBackup or ErrorIds.InvalidSqlScript)
            {
                context.Warning?.Invoke($"{e.Message} It is left where it is, and does not count.");
                backups.Remove(unread);
            }
        }
    }

    // Nobody knows of which database it is.
    private static IEnumerable<UnfinishedBackup> Unfinished(RemoveBackupOptions options, OperationContext context)
    {
        foreach (UnfinishedBackup left in UnfinishedBackup.In(options.BackupFile))
            if (left.IsCertain && options.DatabaseName.Count == 0)
                yield return left;
            else
                context.Warning?.Invoke($"{left.Description}, and stays: "
                    + (left.IsCertain ? "nobody knows whether -DatabaseName names its database." : $"{left.Advice}."));
    }

    private static void Remove(string path, UnfinishedBackup? unfinished)
    {
        try
        {
            if (unfinished is not null)
                unfinished.Remove();
            else if (Directory.Exists(path))
                WholeFolder.Remove(path);
            else
                File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataOpsException(
                ErrorIds.WriteFailed, FailureKind.InvalidOperation, $"{path} could not be removed: {e.Message}",
                "Those before it in the list are removed.", path, e);
        }
    }
}
