using DataOps.Core.Features.Datasets;
using DataOps.Core.Features.Datasets.Export;
using DataOps.Core.Features.Datasets.Import;
using DataOps.Core.Features.Datasets.Testing;
using DataOps.Core.Files;

namespace DataOps.Core.Tests.Features.Datasets.Testing;

/// <summary>Against a database: the answer is that of a load, and nothing is written whatever it is.</summary>
public sealed class TestDatasetTests(PostgresServer server) : IDisposable
{
    private readonly ImportFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void A_page_in_the_way_is_a_finding_and_with_replace_the_file_is_loadable()
    {
        string dump = Repository.SharedData("bakery.dumpdata.json.gz");
        using TestDatabase site = server.CopyOf(Site.Fresh);

        Answer refused = Test(site, new() { Path = dump });
        DatasetFinding finding = Assert.Single(refused.Findings, f => f.Severity == Severity.Error);
        Assert.Equal(("NotUnique", "wagtailcore.page", "60", "url_path"),
            (finding.Id, finding.Model, finding.Key, finding.Field));
        Assert.Equal("\"/home/\" is that of wagtailcore.page 2 in the database", finding.Problem);
        Assert.Contains("-OnConflict Replace", finding.Remedy);
        Assert.Equal((site.Session.Server, site.Name, dump), (finding.Server, finding.Database, finding.Path));
        Assert.Equal((false, 1L, 1209L, null),
            (refused.Sum.IsLoadable, refused.Sum.Errors, refused.Sum.Objects, refused.Sum.WouldInsert));
        Assert.Empty(refused.Plans);

        Answer accepted = Test(site, new() { Path = dump, OnConflict = OnConflict.Replace });
        Assert.Equal((true, 0L, 1L), (accepted.Sum.IsLoadable, accepted.Sum.Errors, accepted.Sum.WouldDelete));
        AssertIsTheLoad(accepted, Load(site, new() { Path = dump, OnConflict = OnConflict.Replace }));
    }

    [Fact]
    public void A_natural_dump_is_loadable_into_a_migrated_database_and_the_counts_are_those_of_the_load()
    {
        string dump = Repository.SharedData("bakery.dumpdata-natural.json.gz");
        using TestDatabase site = server.CopyOf(Site.Fresh);

        AssertIsTheLoad(Test(site, new() { Path = dump }), Load(site, new() { Path = dump }));
    }

    [Theory, InlineData("bakery.dumpdata.json.gz"), InlineData("bakery.dumpdata-natural.json.gz")]
    public void A_dump_tested_against_its_own_source_would_change_nothing(string name)
    {
        using TestDatabase bakery = server.CopyOf(Site.Bakery);

        Answer answer = Test(bakery, new() { Path = Repository.SharedData(name) });
        Assert.Equal(
            (true, 0L, answer.Sum.Objects), (answer.Sum.IsLoadable, answer.Sum.WouldChange, answer.Sum.Unchanged));
        Assert.Empty(answer.Findings);
        Assert.Equal(answer.Sum.Models, answer.Plans.Count);
        Assert.Equal(answer.Sum.Objects, answer.Plans.Sum(p => p.Unchanged));
    }

    [Fact]
    public void What_is_missing_in_a_damaged_sites_export_is_found_as_a_load_finds_it()
    {
        using TestDatabase damaged = server.CopyOf(Site.SampleDamaged);
        using TestDatabase empty = server.CopyOf(Site.SampleEmpty);
        string file = _files.Path("damaged.jsonl");
        damaged.Run(new ExportDataset(),
            new() { Path = file, IncludeDerived = true, OnMissingReference = OnMissingReference.KeepKey });

        Answer answer = Test(empty, new() { Path = file });
        DatasetException refusal = Assert.Throws<DatasetException>(() => Load(empty, new() { Path = file }));

        Assert.False(answer.Sum.IsLoadable);
        Assert.Equal(refusal.Count, answer.Sum.Errors);
        Assert.Equal(refusal.Message.Split('\n').Count(l => l.StartsWith("  line ", StringComparison.Ordinal)),
            answer.Findings.Count(f => f.Severity == Severity.Error));
        Assert.All(answer.Findings.Where(f => f.Severity == Severity.Error),
            f => Assert.True(f is { Line: > 0, Model: not null, Remedy: not null }, f.ToString()));
        Assert.Empty(answer.Plans);
    }

    [Fact]
    public void Models_whose_rows_are_missing_are_named_in_the_sum()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);

        Answer answer = Test(site, new()
        {
            Path = _files.Lines(
                """{"model": "auth.permission", "pk": 70001, "fields": {"name": "a", "content_type": 8001, "codename": "a"}}"""),
        });

        DatasetFinding finding = Assert.Single(answer.Findings);
        Assert.Equal(("MissingReferences", 1L, "auth.permission", "70001", "content_type"),
            (finding.Id, finding.Line, finding.Model, finding.Key, finding.Field));
        Assert.Equal("-> contenttypes.contenttype 8001, neither in the file nor in the database", finding.Problem);
        Assert.Equal("contenttypes.contenttype", answer.Sum.Missing);
    }

    [Fact]
    public void A_reference_that_an_option_tells_is_tested_as_it_is_loaded()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        site.Execute("""
            create table shop_order (id bigint primary key, buyer_id integer);
            insert into django_content_type (app_label, model) values ('shop', 'order')
            """);
        string user = site.Scalar<string>("select username from auth_user order by id limit 1");
        string file = _files.Lines($$$"""{"model": "shop.order", "pk": 1, "fields": {"buyer": ["{{{user}}}"]}}""");

        Assert.False(Test(site, new() { Path = file }).Sum.IsLoadable);
        Answer answer = Test(site, new() { Path = file, SoftReference = ["shop_order.buyer_id=auth_user"] });

        Assert.True(answer.Sum.IsLoadable);
        AssertIsTheLoad(answer, Load(site, new() { Path = file, SoftReference = ["shop_order.buyer_id=auth_user"] }));
    }

    [Fact]
    public void Privileges_that_the_role_lacks_are_found_with_the_statement_that_grants_them()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        string role = $"loader_{site.Name}";
        string file = _files.Lines(
            """{"model": "auth.group", "pk": 777001, "fields": {"name": "x", "permissions": [["add_group", "auth", "group"]]}}""",
            """{"model": "sites.site", "pk": 777001, "fields": {"domain": "x.example", "name": "x"}}""");
        site.Execute($"""
            create table if not exists django_site (id serial primary key, domain varchar(100) not null unique, name varchar(50) not null);
            insert into django_content_type (app_label, model) values ('sites', 'site') on conflict do nothing;
            create role {role} login; grant select on all tables in schema public to {role}; grant select on all sequences in schema public to {role};
            grant insert, update, delete on auth_group_permissions, django_site to {role}; grant update on sequence django_site_id_seq to {role}
            """);
        try
        {
            using Session session = Session.Open(
                ConnectionSettings.Parse(site.Uri.Replace("postgres@", role + "@", StringComparison.Ordinal)), "Test");

            Answer answer = Of([.. new TestDataset().Run(session, new() { Path = file }, new())]);

            Assert.Equal(
                [$"Postgres.42501 auth.group role {role} lacks insert, update on public.auth_group: grant insert, update " +
                    $"on public.auth_group to {role}",
                    $"Postgres.42501  role {role} lacks update on public.auth_group_id_seq: grant update on sequence " +
                        $"public.auth_group_id_seq to {role}"],
                answer.Findings.Where(f => f.Severity == Severity.Error).Select(
                    f => $"{f.Id} {f.Model} {f.Problem}: {f.Remedy}"));
            Assert.Equal((false, 2L, 2L), (answer.Sum.IsLoadable, answer.Sum.Errors, answer.Sum.WouldInsert));

            foreach (string grant in answer.Findings.Select(f => f.Remedy!))
                site.Execute(grant);
            Assert.True(Of([.. new TestDataset().Run(session, new() { Path = file }, new())]).Sum.IsLoadable);
            IChangeResult done = new ImportDataset().Run(session, new() { Path = file, NoUndo = true }, new()).Last();
            Assert.Equal(2, Assert.IsType<ImportResult>(done).Inserted);
        }
        finally
        {
            site.Execute($"drop owned by {role}; drop role {role}");
        }
    }

    [Fact]
    public void A_load_needs_to_read_what_refers_to_its_rows()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        string role = $"keeper_{site.Name}";
        string file = _files.Lines(
            """{"model": "auth.group", "pk": 777001, "fields": {"name": "x"}}""");
        site.Execute($"""
            create role {role} login; grant select on all tables in schema public to {role};
            grant insert, update on auth_group to {role}; grant select, update on sequence auth_group_id_seq to {role};
            create table secret (id int primary key, group_id int references auth_group)
            """);
        try
        {
            using Session session = Session.Open(
                ConnectionSettings.Parse(site.Uri.Replace("postgres@", role + "@", StringComparison.Ordinal)), "Test");

            DatasetFinding found = Assert.Single(
                Of([.. new TestDataset().Run(session, new() { Path = file }, new())]).Findings);

            Assert.Equal($"grant select on public.secret to {role}", found.Remedy);
            site.Execute(found.Remedy!);
            Assert.Equal(1, new ImportDataset().Run(session, new() { Path = file, NoUndo = true }, new())
                .OfType<ImportResult>().Single().Inserted);
        }
        finally
        {
            site.Execute($"drop owned by {role}; drop role {role}");
        }
    }

    [Fact]
    public void A_table_that_the_role_may_not_read_is_a_finding()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        string role = $"stranger_{site.Name}";
        string file = _files.Lines(
            """{"model": "auth.group", "pk": 777001, "fields": {"name": "x", "permissions": []}}""");
        site.Execute(
            $"create role {role} login; grant select on all tables in schema public to {role}; revoke all on " +
                $"auth_group from {role}");
        try
        {
            using Session session = Session.Open(
                ConnectionSettings.Parse(site.Uri.Replace("postgres@", role + "@", StringComparison.Ordinal)), "Test");

            Answer answer = Of([.. new TestDataset().Run(session, new() { Path = file }, new())]);

            DatasetFinding finding = Assert.Single(answer.Findings, f => f.Severity == Severity.Error);
            Assert.Equal("Postgres.42501", finding.Id);
            Assert.EndsWith("permission denied for table auth_group", finding.Problem);
            Assert.Equal((false, 1L), (answer.Sum.IsLoadable, answer.Sum.Errors));
        }
        finally
        {
            site.Execute($"drop owned by {role}; drop role {role}");
        }
    }

    [Fact]
    public void Models_and_fields_that_one_side_lacks_are_named_beside_the_newest_migration_of_their_apps()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        site.Execute("""
            alter table auth_group add column note text not null default 'none';
            create table if not exists django_migrations (id bigint generated by default as identity primary key, app varchar(255) not null, name varchar(255) not null, applied timestamptz not null);
            delete from django_migrations where app = 'auth';
            insert into django_migrations (id, app, name, applied) values (9001, 'auth', '0002_second', now()), (9002, 'auth', '0010_tenth', now()), (9003, 'auth', '0009_ninth', now())
            """);

        Answer answer = Test(site, new()
        {
            Path = _files.Lines(
                """{"model": "shop.order", "pk": 1, "fields": {}}""",
                """{"model": "auth.group", "pk": 5, "fields": {"name": "x", "colour": 1}}""",
                """{"model": "nonsense", "pk": 6, "fields": {}}"""),
        });

        Assert.Equal(
            ["UnknownModel shop.order ", "UnknownField auth.group colour", "UnknownModel nonsense ",
                "LackingField auth.group note", "MigrationHead shop ", "MigrationHead auth "],
            answer.Findings.Select(f => $"{f.Id} {f.Model} {f.Field}"));
        Assert.Equal("the database has no migration of shop", answer.Findings[4].Problem);
        Assert.Equal("the newest migration of auth in the database is 0010_tenth", answer.Findings[5].Problem);
        Assert.Equal("shop.order, auth.group.colour, nonsense", answer.Sum.Missing);
        Assert.Equal((false, 3L, 3L), (answer.Sum.IsLoadable, answer.Sum.Errors, answer.Sum.Warnings));
    }

    [Fact]
    public void Fields_that_only_some_objects_lack_are_a_warning_and_the_file_is_loadable()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        site.Execute("alter table auth_group add column note text, add column size int");

        Answer answer = Test(site, new()
        {
            Path = _files.Lines("""{"model": "auth.group", "pk": 5, "fields": {"name": "x", "note": "n"}}""",
                """{"model": "auth.group", "pk": 6, "fields": {"name": "y"}}"""),
        });

        DatasetFinding finding = Assert.Single(answer.Findings, f => f.Id == "LackingField");
        Assert.Equal((Severity.Warning, "note, size"), (finding.Severity, finding.Field));
        Assert.Contains("or some lack (note)", finding.Problem);
        Assert.Equal((true, 2L), (answer.Sum.IsLoadable, answer.Sum.WouldInsert));
    }

    [Fact]
    public void What_a_load_would_warn_of_is_a_finding_and_no_warning()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        List<string> said = [];
        string file = _files.Lines(
            """{"model": "contenttypes.contenttype", "fields": {"app_label": "auth", "model": "group"}}""",
            """{"model": "auth.permission", "pk": 70001, "fields": {"name": "a", "content_type": 1, "codename": "a"}}""");

        Answer answer = Of(
            site.Run(new TestDataset(), new() { Path = file }, new OperationContext { Warning = said.Add }));

        Assert.Empty(said);
        Assert.Contains("content_type 1 is taken for auth.group",
            Assert.Single(answer.Findings, f => f.Id == "LoadWarning").Problem);
    }

    [Theory]
    [InlineData("[\n{\"model\": \"auth.group\", \"pk\": 5, \"fields\": {\"name\": \"x\"}},\n{\"model\": ",
        "InvalidJson", 3)]
    [InlineData("[\n{\"model\": \"auth.group\", \"pk\": \"five\", \"fields\": {\"name\": \"x\"}}]", "InvalidValue", 2)]
    [InlineData("[{\"model\": \"auth.group\", \"pk\": 5, \"fields\": {\"name\": \"x\"}},\n{\"model\": " +
        "\"auth.group\", \"pk\": 5, \"fields\": {\"name\": \"y\"}}]", "DuplicateKey", 2)]
    [InlineData("[{\"model\": \"auth.group\", \"pk\": 5, \"fields\": {}}]", "MissingField", 1)]
    public void What_is_wrong_with_a_file_is_a_finding_with_its_line(string text, string id, long line)
    {
        using TestDatabase site = server.CopyOf(Site.Sample);

        Answer answer = Test(site, new() { Path = _files.Json(text) });
        DatasetFinding finding = Assert.Single(answer.Findings, f => f.Severity == Severity.Error);
        Assert.Equal((id, line), (finding.Id, finding.Line));
        Assert.Equal((false, 1L), (answer.Sum.IsLoadable, answer.Sum.Errors));
    }

    [Fact]
    public void A_file_cut_off_at_any_byte_is_an_error_and_nothing_is_written()
    {
        int seed = Random.Shared.Next();
        Random random = new(seed);
        byte[] whole = File.ReadAllBytes(Repository.SharedData("bakery.dumpdata.json.gz"));
        using TestDatabase site = server.CopyOf(Site.BakeryEmpty);

        Assert.True(Test(site, new() { Path = _files.Bytes(whole) }).Sum.IsLoadable);
        for (int i = 0; i < 6; i++)
        {
            int length = i == 0 ? whole.Length - 1 : random.Next(1, whole.Length);
            Answer answer = Test(site, new() { Path = _files.Bytes(whole[..length]) });
            Assert.True(!answer.Sum.IsLoadable
                && answer.Findings.Count(
                    f => f is { Severity: Severity.Error, Id: "DamagedFile" or "InvalidJson", Line: > 0 }) == 1,
                        $"seed {seed}, {length} bytes");
        }
    }

    [Fact]
    public void A_value_that_only_PostgreSQL_can_refuse_is_a_finding_with_its_line()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        site.Execute(
            "create domain short as text check (length(value) < 5); alter table auth_group add column code short");

        Answer answer = Test(site, new()
        {
            Path = _files.Lines("""{"model": "auth.group", "pk": 5, "fields": {"name": "a", "code": "good"}}""",
                """{"model": "auth.group", "pk": 6, "fields": {"name": "b", "code": "too long"}}"""),
        });
        DatasetFinding finding = Assert.Single(answer.Findings);
        Assert.Equal(
            ("InvalidValue", 2L, "auth.group", "code"), (finding.Id, finding.Line, finding.Model, finding.Field));
    }

    [Fact]
    public void The_session_can_be_used_again_after_a_file_that_PostgreSQL_refused()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        site.Execute(
            "create domain short as text check (length(value) < 5); alter table auth_group add column code short");
        string bad = _files.Lines("""{"model": "auth.group", "pk": 6, "fields": {"name": "b", "code": "too long"}}""");
        string good = _files.Lines("""{"model": "auth.group", "pk": 6, "fields": {"name": "b", "code": "abc"}}""");

        Assert.Equal([false, true, false, true],
            new[] { bad, good, bad, good }.Select(f => Test(site, new() { Path = f }).Sum.IsLoadable));
    }

    [Fact]
    public void A_file_that_is_not_there_and_a_wrong_option_are_errors()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);

        Assert.Equal("FileNotFound",
            Assert.Throws<DataOpsException>(() => Test(site, new() { Path = "/no/such/file.json" })).Id);
        Assert.Equal("InvalidNaturalKey",
            Assert.Throws<DataOpsException>(
                () => Test(site, new() { Path = _files.Json("[]"), NaturalKey = ["auth.group"] })).Id);
    }

    private static void AssertIsTheLoad(Answer answer, ImportResult load)
    {
        DatasetTest sum = answer.Sum;
        Assert.Equal(
            (true, load.Objects, load.Models, load.Count, load.Inserted, load.Updated, load.Unchanged, load.Deleted,
                load.Skipped),
            (sum.IsLoadable, sum.Objects, sum.Models, sum.WouldChange, sum.WouldInsert, sum.WouldUpdate, sum.Unchanged,
                sum.WouldDelete, sum.Skipped));
        Assert.Equal((load.Inserted, load.Updated), (answer.Plans.Sum(p => p.Insert), answer.Plans.Sum(p => p.Update)));
    }

    private static ImportResult Load(TestDatabase site, ImportDatasetOptions options) =>
        Assert.Single(site.Run(new ImportDataset(), options with { NoUndo = true }).OfType<ImportResult>());

    // However a test ends: rows and sequences are as they were, and no table is left behind.
    private static Answer Test(TestDatabase site, TestDatasetOptions options)
    {
        IReadOnlyDictionary<string, string> before = site.Digest();
        IReadOnlyList<string?> sequences = Sequences(site);
        try
        {
            return Of(site.Run(new TestDataset(), options));
        }
        finally
        {
            Assert.Equal(before, site.Digest());
            Assert.Equal(sequences, Sequences(site));
        }
    }

    private static IReadOnlyList<string?> Sequences(TestDatabase site) =>
        site.Column(
            "select schemaname || '.' || sequencename || ' ' || coalesce(last_value::text, 'unused') from " +
                "pg_sequences order by 1");

    private static Answer Of(IReadOnlyList<IDatasetTestResult> results) => new(
        [.. results.OfType<DatasetFinding>()], [.. results.OfType<ModelPlan>()],
        Assert.IsType<DatasetTest>(results[^1]));

    private sealed record Answer(
        IReadOnlyList<DatasetFinding> Findings, IReadOnlyList<ModelPlan> Plans, DatasetTest Sum);
}
