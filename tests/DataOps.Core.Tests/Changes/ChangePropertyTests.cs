using System.Collections.Concurrent;
using System.Reflection;
using DataOps.Core.Features.ContentTypes;
using DataOps.Core.Features.Datasets;
using DataOps.Core.Features.Datasets.Export;
using DataOps.Core.Features.Datasets.Import;
using DataOps.Core.Features.Orphans;
using DataOps.Core.Features.Pages;
using DataOps.Core.Features.Repairs;
using DataOps.Core.Features.Rows;
using DataOps.Core.Features.Schema.Duplicates;
using DataOps.Core.Features.Sites;
using DataOps.Core.Features.Sites.Environments;
using DataOps.Core.Features.Trees;
using DataOps.Core.Features.Undo;

namespace DataOps.Core.Tests.Changes;

/// <summary>
/// Any operation that changes rows, with random options, on randomly damaged sites: WhatIf foretells what happens, and
/// Undo-Change brings back every row.
/// </summary>
public sealed class ChangePropertyTests(PostgresServer server, ITestOutputHelper output) : IDisposable
{
    private const int RoundsOfASite = 25;

    private static readonly int s_rounds = Rounds.Of(60);

    private static readonly int s_seed =
        int.TryParse(Environment.GetEnvironmentVariable("DATAOPS_SEED"), out int given) ? given : Random.Shared.Next();

    private static readonly string[] s_models =
        ["auth.user", "auth.group", "wagtailimages.image", "people.person", "taggit.tag", "events.booking"];

    private static readonly Dictionary<string, Func<ChangePropertyTests, Random, TestDatabase, ChangeOptions>> s_options = new()
    {
        ["Import-Dataset"] = (test, random, _) => new ImportDatasetOptions
        {
            Path = test.Dataset(random),
            OnConflict = Any<OnConflict>(random),
            OnMissingReference = random.Next(3) == 0 ? null : Any<OnMissingReference>(random),
            MissingField = random.Next(4) > 0 ? MissingField.Default : MissingField.Keep,
            TrustContentTypes = random.Next(4) > 0,
            OnDependent = Any<OnDependent>(random),
        },
        ["Undo-Change"] = (test, random, site) => new UndoChangeOptions { Path = test.Changed(random, site) },
        ["Repair-Orphan"] = (_, random, site) => random.Next(3) > 0 ? Named(random, site) : new RepairOrphanOptions
        {
            Action = random.Next(4) == 0 ? null : Any<OrphanAction>(random),
            To = random.Next(2) == 0 ? "1" : null,
            Class = random.Next(2) == 0 ? [] : [Any<ReferenceClass>(random)],
            Table = random.Next(3) > 0 ? [] : [One(random, site, Tables)],
            IncludeExpected = random.Next(4) == 0,
            OnDependent = Any<OnDependent>(random),
        },
        ["Remove-StaleContentType"] = (_, random, site) => new RemoveStaleContentTypeOptions
        {
            StaleModel = random.Next(2) == 0
                ? []
                : [One(random, site, "select app_label || '.' || model from django_content_type order by 1")],
            Permission = random.Next(2) == 0,
            Force = random.Next(2) == 0,
            OnDependent = Any<OnDependent>(random),
            Repoint = random.Next(3) > 0
                ? []
                : ["shop.order=" +
                    One(random, site, "select app_label || '.' || model from django_content_type order by 1")],
        },
        ["Remove-Row"] = (_, random, site) =>
        {
            bool isPage = random.Next(2) == 0;
            return new RemoveRowOptions
            {
                Model = [isPage ? "wagtailcore.page" : One(random, s_models)],
                Key = isPage ? [Page(random, site)] : [],
                Filter = isPage ? "" : $$"""{"pk__gt": {{random.Next(1, 5)}}}""",
                Recurse = random.Next(2) == 0,
                OnDependent = Any<OnDependent>(random),
            };
        },
        ["Repair-Database"] = (_, random, site) => new RepairDatabaseOptions
        {
            Policy = random.Next(3) == 0 ? "" : $$"""
                {
                  "references": [ { "{{One(random, ["class", "table"])}}": "{{Any<ReferenceClass>(random)}}", "action": "Leave" },
                    { "class": "{{Any<ReferenceClass>(random)}}", "action": "{{One(random, ["Delete", "SetNull", "Quarantine"])}}" },
                    { "reference": "*", "action": "{{One(random, ["Delete", "Leave"])}}" } ],
                  "trees": { "orphan": "{{Any<OrphanNodes>(random)}}", "missingSpecific": "{{Any<MissingSpecific>(random)}}",
                    "duplicateSlug": "{{Any<DuplicateSlug>(random)}}", "lostParent": "{{Any<LostParent>(random)}}" },
                  "onDependent": "{{Any<OnDependent>(random)}}"
                }
                """,
            MaxDelete = random.Next(3) == 0 ? $"{random.Next(10)}" : null,
        },
        ["Repair-Duplicate"] = (_, random, site) =>
        {
            string table = One(random, site, Tables);
            return new RepairDuplicateOptions
            {
                Table = [table],
                Field = [One(random, site, $"""
                    select attname::text from pg_attribute where attrelid = '{table}'::regclass and attnum > 0
                      and not attisdropped and atttypid not in ('json'::regtype, 'point'::regtype) order by 1
                    """)],
                Keep = Any<KeptRow>(random),
                MaxDelete = random.Next(3) == 0 ? $"{random.Next(10)}" : null,
            };
        },
        ["Repair-Tree"] = (_, random, site) => new RepairTreeOptions
        {
            Table = random.Next(3) > 0 ? [] : ["wagtailcore_page"],
            Orphan = Any<OrphanNodes>(random),
            To = random.Next(4) > 0 ? null : Page(random, site),
            Compact = random.Next(3) == 0,
            MissingSpecific = Any<MissingSpecific>(random),
            DuplicateSlug = Any<DuplicateSlug>(random),
            OnDependent = Any<OnDependent>(random),
        },
        ["Move-Page"] = (_, random, site) => new MovePageOptions
        {
            Id = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => long.Parse(Page(random, site)))],
            To = Page(random, site),
            Position = Any<PagePosition>(random),
            OnSlugClash = Any<OnSlugClash>(random),
            Redirect = random.Next(2) == 0,
        },
        ["Convert-Page"] = (_, random, site) =>
        {
            bool asNew = random.Next(2) == 0;
            return new ConvertPageOptions
            {
                Id = [long.Parse(Page(random, site))],
                // Types that need no value of their own, so that many pages can become them; or any.
                To = random.Next(3) > 0 ? One(random, ["wagtailcore.page", "news.newsindexpage"]) : One(random, site, """
                    select c.app_label || '.' || c.model from django_content_type c join wagtailcore_page p on p.content_type_id = c.id group by 1 order by 1
                    """),
                Force = random.Next(3) > 0,
                AsNewPage = asNew,
                OldPage = asNew ? Any<OldPage>(random) : OldPage.Keep,
                OnDependent = asNew ? Any<OnDependent>(random) : OnDependent.Fail,
            };
        },
        ["Set-Site"] = (_, random, site) => new SetSiteOptions
        {
            HostName = random.Next(2) == 0 ? null : $"host{random.Next(3)}.example",
            Port = random.Next(2) == 0 ? null : random.Next(80, 84),
            RootPage = random.Next(2) == 0 ? null : Page(random, site),
            AsDefault = random.Next(2) == 0,
            SiteName = random.Next(2) == 0 ? null : "Another name",
        },
        ["Switch-Environment"] = (_, random, _) => new SwitchEnvironmentOptions
        {
            Environment = $$"""
                {
                  "sites": [{"hostName": "host{{random.Next(3)}}.example", "port": {{random.Next(80, 84)}}}],
                  "addresses": [{"columns": ["{{One(random, ["auth.user.email", "*mail*"])}}"], "address": "u{pk}@example.invalid"}],
                  "unsetSchedules": {{(random.Next(2) == 0 ? "true" : "false")}}
                }
                """,
        },
    };

    private const string Tables = "select tablename from pg_tables where schemaname = 'public' order by 1";

    private readonly ChangeFiles _changes = new();
    private readonly ImportFiles _files = new();
    private string[] _objects = [];

    public void Dispose()
    {
        _changes.Dispose();
        _files.Dispose();
    }

    [Fact]
    public void What_if_foretells_each_change_and_undoing_it_brings_back_every_row()
    {
        output.WriteLine($"DATAOPS_SEED={s_seed}");
        ChangingOperation[] operations = [.. Operations()];
        _objects = Objects();
        ConcurrentBag<string> changed = [];
        // Sites have nothing to do with each other: as many at once as there are processors.
        Parallel.For(0, s_rounds / RoundsOfASite,
            new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, site =>
        {
            foreach (string operation in OnOneSite(site, operations))
                changed.Add(operation);
        });
        output.WriteLine(string.Join(", ", changed.CountBy(c => c)));
        string[] idle = [.. operations.Select(o => o.Name).Except(changed)];
        Assert.True(idle.Length < 4,
            $"{string.Join(", ", idle)} changed nothing in {s_rounds} rounds of seed {s_seed}");
    }

    // The operations that changed anything, round by round.
    private List<string> OnOneSite(int number, ChangingOperation[] operations)
    {
        List<string> changed = [];
        using TestDatabase site = server.CopyOf(number % 2 == 0 ? Site.SampleDamaged : Site.Sample);
        // What the round before has brought back is where the next one starts.
        IReadOnlyDictionary<string, string>? digest = null;
        for (int round = number * RoundsOfASite; round < (number + 1) * RoundsOfASite; round++)
        {
            Random random = new(unchecked(s_seed + round));
            // Those that rarely find something to do get more tries.
            ChangingOperation[] idle = [.. operations.Where(o => !changed.Contains(o.Name))];
            ChangingOperation operation = One(random, idle.Length == 0 || random.Next(2) == 0 ? operations : idle);
            if (round % 5 == 0)
            {
                RandomDamage.Do(site, random);
                digest = null;
            }
            // The options of an undo make a change that is to be undone.
            ChangeOptions options = s_options[operation.Name](this, random, site);
            if (operation.Name == "Undo-Change")
                digest = null;
            digest ??= Digest(site);
            (bool hasChanged, digest) = Round(
                site, operation, options, digest, $"seed {s_seed}, round {round}, {operation.Name}");
            if (hasChanged)
                changed.Add(operation.Name);
        }
        return changed;
    }

    // What every operation shares that changes rows.
    private static IEnumerable<ChangingOperation> Operations() => typeof(Session).Assembly.GetExportedTypes()
        .Where(t => t.BaseType is { IsGenericType: true, GenericTypeArguments: [{ } options, { } result] }
            && result == typeof(IChangeResult) && options.IsAssignableTo(typeof(ChangeOptions)))
        .Select(t => new ChangingOperation(t));

    // Whether it changed anything, and the rows afterwards, which are those before.
    private (bool Changed, IReadOnlyDictionary<string, string> After) Round(
        TestDatabase site, ChangingOperation operation, ChangeOptions options,
        IReadOnlyDictionary<string, string> before, string what)
    {
        what = $"{what} {options}";
        Outcome foretold = operation.Run(site, options with { WhatIf = true });
        string path = _changes.New();

        Outcome done = operation.Run(site, options with { UndoPath = path });

        Assert.True((foretold.Refusal, foretold.WouldChange) == (done.Refusal, done.WouldChange),
            $"{what}:\nforetold {foretold}\ndone     {done}");
        // A load may move sequences alone.
        Assert.True(done.Changed == done.WouldChange > 0 || operation.Name == "Import-Dataset", $"{what}: {done}");
        if (File.Exists(path))
        {
            Assert.True(done.Changed, $"{what}: an undo file of no change");
            Outcome undone = new ChangingOperation(typeof(UndoChange)).Run(
                site, new UndoChangeOptions { Path = path, NoUndo = true });
            Assert.True(undone.Refusal is null && undone.WouldChange <= done.WouldChange,
                $"{what}: {done} is undone with {undone}");
        }
        // A row that only WhatIf changed would still be changed.
        IReadOnlyDictionary<string, string> after = Digest(site);
        Same(before, after, $"{what}: not undone");
        return (done.Changed, after);
    }

    // A table for rows in quarantine stays when they have gone back.
    private static IReadOnlyDictionary<string, string> Digest(TestDatabase site) => site.Digest("dataops_quarantine");

    private static void Same(
        IReadOnlyDictionary<string, string> expected, IReadOnlyDictionary<string, string> actual, string what) =>
            Assert.True(
        expected.OrderBy(t => t.Key).SequenceEqual(actual.OrderBy(t => t.Key)),
        $"{what}: {string.Join(", ", expected.Where(t => actual.GetValueOrDefault(t.Key) != t.Value).Select(t => t.Key))}");

    private string[] Objects()
    {
        using TestDatabase whole = server.CopyOf(Site.Sample);
        string path = _files.Path("whole.jsonl");
        whole.Run(new ExportDataset(), new ExportDatasetOptions { Path = path, IncludeDerived = false });
        return File.ReadAllLines(path);
    }

    // A few objects of the whole site, some with another key or without some of their fields.
    private string Dataset(Random random) =>
        _files.Lines([.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => Object(random)).Distinct()]);

    private string Object(Random random)
    {
        System.Text.Json.Nodes.JsonObject made = System.Text.Json.Nodes.JsonNode.Parse(
            One(random, _objects))!.AsObject();
        System.Text.Json.Nodes.JsonObject fields = made["fields"]!.AsObject();
        if (random.Next(4) == 0 && made["pk"] is System.Text.Json.Nodes.JsonValue pk && pk.TryGetValue(out long _))
            made["pk"] = random.Next(1, 2000);
        foreach (string field in fields.Select(f => f.Key).ToArray())
            if (random.Next(6) == 0)
                fields.Remove(field);
            else if (random.Next(8) == 0 && fields[field] is System.Text.Json.Nodes.JsonValue value
                && value.TryGetValue(out string? text) && text.Length is > 0 and < 40 && text.All(char.IsLetter))
                fields[field] = text[..^1] + (char)('a' + random.Next(26));
        return made.ToJsonString();
    }

    // Something to undo.
    private string Changed(Random random, TestDatabase site)
    {
        string path = _changes.New();
        ChangingOperation change = One(random, [.. Operations().Where(o => o.Name != "Undo-Change")]);
        change.Run(site, s_options[change.Name](this, random, site) with { UndoPath = path });
        if (!File.Exists(path))
            site.Run(new ImportDataset(), new ImportDatasetOptions
            {
                Path = _files.Lines($$$"""{"model": "auth.group", "fields": {"name": "{{{random.Next()}}}"}}"""),
                UndoPath = path,
            });
        return path;
    }

    // What is deleted is named; sites and pages stay for the operations on them.
    private static RepairOrphanOptions Named(Random random, TestDatabase site)
    {
        string[] names = [.. site.Run(new FindOrphan(), new() { Summary = true, Class = [ReferenceClass.ForeignKey] })
            .Where(f => f.Table?.StartsWith("wagtailcore_", StringComparison.Ordinal) is false)
            .Select(f => f.Reference).OfType<string>().Distinct()];
        return new()
        {
            Reference = [names.Length == 0 ? "*" : One(random, names)],
            Action = random.Next(2) == 0 ? OrphanAction.SetNull : OrphanAction.Delete,
        };
    }

    private static T Any<T>(Random random)
        where T : struct, Enum => One(random, Enum.GetValues<T>());

    private static string Page(Random random, TestDatabase site) =>
        One(random, site, "select id from wagtailcore_page order by id");

    // A change that is not undone may have deleted all of them.
    private static string One(Random random, TestDatabase site, string sql) =>
        site.Column(sql) is { Count: > 0 } all ? One(random, all)! : "0";

    private static T One<T>(Random random, IReadOnlyList<T> all) => all[random.Next(all.Count)];

    /// <summary>What came of one run.</summary>
    private sealed record Outcome(string? Refusal, bool Changed, long WouldChange);

    /// <summary>An operation, whatever its options.</summary>
    private sealed class ChangingOperation(Type type)
    {
        private static readonly MethodInfo s_run = typeof(TestDatabase).GetMethod(nameof(TestDatabase.Run))!;

        public string Name { get; } = type.GetCustomAttribute<OperationAttribute>() is { } name
            ? $"{name.Verb}-{name.Noun}"
            : "";

        public Outcome Run(TestDatabase site, ChangeOptions options)
        {
            Type[] arguments = type.BaseType!.GenericTypeArguments;
            try
            {
                IEnumerable<object> told = (IEnumerable<object>)s_run.MakeGenericMethod(arguments).Invoke(
                    site, [Activator.CreateInstance(type), options, null])!;
                object sum = told.Last();
                T Value<T>(string property) => (T)sum.GetType().GetProperty(property)!.GetValue(sum)!;
                return new Outcome(null, Value<bool>("Changed"), Value<long>("WouldChange"));
            }
            catch (TargetInvocationException e) when (e.InnerException is DataOpsException refusal)
            {
                return new Outcome(refusal.Id, false, 0);
            }
        }
    }
}
