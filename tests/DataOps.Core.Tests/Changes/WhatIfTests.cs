using System.Reflection;
using DataOps.Core.Features.Schema.Constraints;
using DataOps.Core.Features.Schema.Duplicates;
using DataOps.Core.Features.Backups;
using DataOps.Core.Features.ContentTypes;
using DataOps.Core.Features.Datasets.Import;
using DataOps.Core.Features.Orphans;
using DataOps.Core.Features.Pages;
using DataOps.Core.Features.Repairs;
using DataOps.Core.Features.Rows;
using DataOps.Core.Features.Sequences;
using DataOps.Core.Features.Sites;
using DataOps.Core.Features.Sites.Environments;
using DataOps.Core.Features.Trees;
using DataOps.Core.Features.Undo;

namespace DataOps.Core.Tests.Changes;

/// <summary>
/// Every operation that changes something, asked what it would do: it finds work, and the database is the same
/// afterwards.
/// </summary>
public sealed class WhatIfTests(PostgresServer server) : IDisposable
{
    private static readonly Dictionary<string, Func<TestDatabase, ImportFiles, IEnumerable<object>>> s_plans = new()
    {
        ["Import-Dataset"] = (site, files) => site.Run(new ImportDataset(), new()
        {
            Path = files.Json("""[{"model": "auth.group", "pk": 1, "fields": {"name": "Renamed"}}]"""), WhatIf = true,
        }),
        ["Undo-Change"] = (site, files) => site.Run(
            new UndoChange(), new() { Path = files.Path("made.undo.gz"), WhatIf = true }),
        ["Repair-Orphan"] = (site, _) => site.Run(new RepairOrphan(), new()
        {
            Table = ["events_booking"], Action = OrphanAction.Delete, OnDependent = OnDependent.Cascade, WhatIf = true,
        }),
        ["Remove-Backup"] = (site, files) =>
        {
            string[] paths = [files.Path("one.tar"), files.Path("two.tar")];
            foreach (string path in paths)
                site.Run(new BackupSite(), new() { Path = path });
            return new RemoveBackup().Run(new() { BackupFile = paths, KeepLast = 1, WhatIf = true }, new());
        },
        ["Restore-Site"] = (site, files) =>
        {
            string path = files.Path("site.tar");
            site.Run(new BackupSite(), new() { Path = path });
            return site.Run(new RestoreSite(), new() { Path = path, WhatIf = true });
        },
        ["Restore-Model"] = (site, files) =>
        {
            string path = files.Path("site.tar");
            site.Run(new BackupSite(), new() { Path = path });
            site.Execute("update auth_group set name = name || '!' where id = 1");
            object[] told = [.. site.Run(new RestoreModel(), new() { Path = path, Model = ["auth.group"], WhatIf = true })];
            site.Execute("update auth_group set name = rtrim(name, '!') where id = 1");
            return told;
        },
        ["Repair-Database"] = (site, _) => site.Run(new RepairDatabase(), new() { WhatIf = true }),
        ["Repair-Constraint"] = (site, _) => site.Run(
            new RepairConstraint(), new() { Reference = ["made_later"], WhatIf = true }),
        ["Remove-StaleContentType"] = (site, _) => site.Run(new RemoveStaleContentType(), new()
        {
            StaleModel = ["shop.order"], Force = true, OnDependent = OnDependent.Cascade, WhatIf = true,
        }),
        ["Remove-Row"] = (site, _) => site.Run(
            new RemoveRow(), new() { Model = ["auth.user"], Key = ["2"], WhatIf = true }),
        ["Repair-Duplicate"] = (site, _) => site.Run(new RepairDuplicate(), new()
        {
            Table = ["news_relatedlink"], Field = ["page_id"], Keep = KeptRow.Oldest, WhatIf = true,
        }),
        ["Repair-Tree"] = (site, _) => site.Run(
            new RepairTree(), new() { Orphan = OrphanNodes.Reattach, WhatIf = true }),
        ["Move-Page"] = (site, _) => site.Run(new MovePage(), new() { Id = [12], To = "4", WhatIf = true }),
        ["Convert-Page"] = (site, _) => site.Run(new ConvertPage(), new()
        {
            Id = [11], To = "news.newsindexpage", Force = true, WhatIf = true,
        }),
        ["Set-Site"] = (site, _) => site.Run(
            new SetSite(), new() { HostName = "localhost", Port = 8000, WhatIf = true }),
        ["Switch-Environment"] = (site, _) => site.Run(new SwitchEnvironment(), new()
        {
            Environment = """{"addresses": {"columns": "auth.user.email", "address": "u{pk}@example.invalid"}}""",
            WhatIf = true,
        }),
        ["Reset-Sequence"] = (site, _) => site.Run(new ResetSequence(), new() { WhatIf = true }),
    };

    private readonly ImportFiles _files = new();

    public static TheoryData<string> Operations => [.. typeof(Session).Assembly.GetExportedTypes()
        .Where(t => t.BaseType is { IsGenericType: true, GenericTypeArguments: [{ } options, { } result] }
            && result == typeof(IChangeResult) && options.IsAssignableTo(typeof(PlanOptions)))
        .Select(t => t.GetCustomAttribute<OperationAttribute>())
        .Select(o => $"{o!.Verb}-{o.Noun}")];

    public void Dispose() => _files.Dispose();

    [Theory, MemberData(nameof(Operations))]
    public void What_if_finds_work_and_changes_nothing(string operation)
    {
        using TestDatabase site = server.CopyOf(Site.SampleDamaged);
        // A constraint to validate, and a change to undo.
        site.Execute(
            "alter table news_relatedlink add constraint made_later foreign key (page_id) references " +
                "news_articlepage not valid");
        site.Run(new ImportDataset(), new()
        {
            Path = _files.Json("""[{"model": "auth.group", "pk": 2, "fields": {"name": "Made"}}]"""),
            UndoPath = _files.Path("made.undo.gz"),
        });
        string?[] before = State(site);

        object[] told = [.. s_plans[operation](site, _files)];

        object sum = told[^1];
        Assert.True((long)sum.GetType().GetProperty("WouldChange")!.GetValue(sum)! > 0,
            $"{operation} found nothing to do: {sum}");
        Assert.Equal((false, 0L),
            ((bool)sum.GetType().GetProperty("Changed")!.GetValue(sum)!,
                (long)sum.GetType().GetProperty("Count")!.GetValue(sum)!));
        Assert.Equal(before, State(site));
    }

    // Rows, sequences, constraints and triggers: all that an operation could change.
    private static string?[] State(TestDatabase site) =>
    [
        .. site.Digest().Select(t => $"{t.Key} {t.Value}"),
        .. site.Column("select sequencename || ' ' || coalesce(last_value::text, '') from pg_sequences order by 1"),
        .. site.Column(
            "select conrelid::regclass || ' ' || conname || ' ' || convalidated from pg_constraint order by 1"),
        .. site.Column(
            "select tgrelid::regclass || ' ' || tgname || ' ' || tgenabled::text from pg_trigger order by 1"),
        .. site.Column(
            "select oid::regclass::text from pg_class where relnamespace = 'public'::regnamespace order by 1"),
    ];
}
