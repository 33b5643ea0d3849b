using DataOps.Core.Features.Datasets.Export;
using DataOps.Core.Features.Datasets.Import;
using DataOps.Core.Features.Datasets.Testing;
using DataOps.Core.Features.Undo;
using DataOps.Core.Files;

namespace DataOps.Core.Tests.Features.Datasets.Import;

/// <summary>What a file of feincms3-data may delete, what goes with it, and what keeps it from being deleted.</summary>
public sealed class FeincmsDeletionTests : IDisposable
{
    private readonly ImportFiles _files = new();
    private readonly PostgresServer _server;
    private readonly TestDatabase _site;

    public FeincmsDeletionTests(PostgresServer server) => (_server, _site) = (server, server.CopyOf(Site.Sample));

    public void Dispose()
    {
        _site.Dispose();
        _files.Dispose();
    }

    [Fact]
    public void More_than_half_of_the_rows_in_scope_is_refused_unless_it_is_allowed()
    {
        _site.Execute("insert into auth_group (id, name) values (501, 'a'), (502, 'b'), (503, 'c'), (504, 'd')");
        string file = File(
            """{"model": "auth.group", "delete_missing": true, "filter": {"pk__gt": 500}}""", Group(501, "a"));

        DataOpsException failure = Refused(file, new());
        Assert.Equal("TooManyDeletions", failure.Id);
        Assert.Contains("3 of the 4 rows of auth.group", failure.Message);
        Assert.Contains("-MaxDelete 75%", failure.Advice);
        Assert.Equal("TooManyDeletions", Refused(file, new() { MaxDelete = "2" }).Id);
        Assert.Equal("TooManyDeletions", Refused(file, new() { MaxDelete = "74.9%" }).Id);
        Assert.Equal("InvalidMaxDelete", Refused(file, new() { MaxDelete = "many" }).Id);
        Assert.Equal("InvalidMaxDelete", Refused(file, new() { MaxDelete = "101%" }).Id);
        Assert.Equal(3, Load(file, new() { MaxDelete = "3" }).Deleted);
        Assert.Equal(["501"], _site.Column("select id from auth_group where id > 500"));
    }

    [Fact]
    public void A_plan_shows_what_is_refused_and_says_what_would_allow_it()
    {
        _site.Execute("insert into auth_group (id, name) values (501, 'a'), (502, 'b'), (503, 'c')");
        string file = File(
            """{"model": "auth.group", "delete_missing": true, "filter": {"pk__gt": 500}}""", Group(501, "a"));
        List<IChangeResult> plan = [];
        DataOpsException refusal = Assert.Throws<DataOpsException>(() =>
            plan.AddRange(new ImportDataset().Run(
                _site.Session, new() { Path = file, WhatIf = true, Detailed = true }, new OperationContext())));

        Assert.Equal(["502", "503"], plan.OfType<RowChange>().Where(c => c.Action == "Delete").Select(c => c.Key));
        Assert.Contains("-MaxDelete 67%", refusal.Advice);
    }

    [Fact]
    public void A_test_of_the_file_gives_the_answer_that_the_load_would()
    {
        _site.Execute("insert into auth_group (id, name) values (501, 'a'), (502, 'b'), (503, 'c')");
        string file = File(
            """{"model": "auth.group", "delete_missing": true, "filter": {"pk__gt": 500}}""", Group(501, "a"));
        IReadOnlyList<IDatasetTestResult> Test(TestDatasetOptions options) =>
            _site.Run(new TestDataset(), options with { Path = file });

        IReadOnlyList<IDatasetTestResult> refused = Test(new());
        DatasetFinding finding = Assert.Single(refused.OfType<DatasetFinding>());
        Assert.Equal(("TooManyDeletions", Severity.Error), (finding.Id, finding.Severity));
        Assert.Contains("-MaxDelete 67%", finding.Remedy);
        Assert.Equal((false, 1L, 2L),
            refused.OfType<DatasetTest>().Select(t => (t.IsLoadable, t.Errors, t.WouldDelete!.Value)).Single());
        Assert.True(Test(new() { MaxDelete = "2" }).OfType<DatasetTest>().Single().IsLoadable);

        using TestDatabase polls = _server.CopyOf(Site.Polls);
        string question =
            File("""{"model": "polls.question", "delete_missing": true, "filter": {"pk__in": [5, 6]}}""",
                """{"model": "polls.question", "pk": 5, "fields": {"slug": "q-5"}}""");
        IReadOnlyList<IDatasetTestResult> kept = polls.Run(new TestDataset(), new() { Path = question });
        Assert.Equal(("ProtectedRows", false),
            (Assert.Single(kept.OfType<DatasetFinding>(), f => f.Severity == Severity.Error).Id,
                kept.OfType<DatasetTest>().Single().IsLoadable));
        Assert.True(polls.Run(new TestDataset(), new() { Path = question, OnDependent = OnDependent.Cascade })
            .OfType<DatasetTest>().Single().IsLoadable);
    }

    [Fact]
    public void An_empty_file_deletes_nothing_whatever_is_allowed()
    {
        _site.Execute("insert into auth_group (id, name) values (501, 'a')");
        Assert.Equal("EmptyFile",
            Refused(File("""{"model": "auth.group", "delete_missing": true}"""), new() { MaxDelete = "100%" }).Id);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(60)]
    [InlineData(120)]
    [InlineData(-1)]
    [InlineData(-2)]
    public void A_file_that_was_cut_off_deletes_nothing(int length)
    {
        _site.Execute("insert into auth_group (id, name) values (501, 'a'), (502, 'b')");
        string whole = System.IO.File.ReadAllText(
            File("""{"model": "auth.group", "delete_missing": true, "filter": {"pk__gt": 500}}""", Group(501, "a")));
        DataOpsException failure = Refused(_files.Json(whole[..(length > 0 ? length : whole.Length + length)]), new());
        Assert.Equal("InvalidJson", failure.Id);
        Assert.Contains("incomplete", failure.Message);
    }

    [Fact]
    public void Rows_outside_the_filter_stay_to_the_byte_and_a_second_run_writes_nothing()
    {
        _site.Execute("insert into auth_group (id, name) values (501, 'a'), (502, 'b'), (503, 'c')");
        string rest = _site.Scalar<string>(
            "select string_agg(g::text, ',' order by id) from auth_group g where id <= 501 or id = 503");
        IReadOnlyDictionary<string, string> others = _site.Digest("auth_group");
        string file = File(
            """{"model": "auth.group", "delete_missing": true, "filter": {"pk__in": [501, 502]}}""", Group(501, "a"));

        Assert.Equal(1, Load(file).Count);
        Assert.Equal(rest, _site.Scalar<string>("select string_agg(g::text, ',' order by id) from auth_group g"));
        Assert.Equal(others, _site.Digest("auth_group"));
        Assert.False(Load(file).Changed);
    }

    [Fact]
    public void A_filter_over_a_reference_means_the_rows_as_the_file_leaves_them()
    {
        using TestDatabase polls = _server.CopyOf(Site.Polls);
        // Question 2 is renamed by the file; only then do its choices fulfil the filter.
        string file = File(
            """{"model": "polls.question"}, {"model": "polls.choice", "delete_missing": true, "filter": {"question__slug__startswith": "new"}}""",
            """{"model": "polls.question", "pk": 2, "fields": {"question_text": "?", "slug": "new-2", "pub_date": "2024-01-03T00:00:00Z", "follow_up": 1}}""",
            """{"model": "polls.choice", "pk": 2, "fields": {"question": 2, "choice_text": "one", "votes": 0}}""",
            """{"model": "polls.choice", "pk": 8, "fields": {"question": 2, "choice_text": "two", "votes": 0}}""");
        polls.Run(new ImportDataset(), new() { Path = file, NoUndo = true });
        Assert.Equal(["2", "8"], polls.Column("select id from polls_choice where question_id = 2 order by id"));
        Assert.Equal(17L, polls.Scalar<long>("select count(*) from polls_choice"));
    }

    [Fact]
    public void What_depends_on_a_deleted_row_is_cleared_deleted_or_named_and_all_of_it_comes_back()
    {
        using TestDatabase polls = _server.CopyOf(Site.Polls);
        IReadOnlyDictionary<string, string> before = polls.Digest();
        string file = File(
            """{"model": "polls.question", "delete_missing": true, "filter": {"pk__in": [2, 3]}}""",
            """{"model": "polls.question", "pk": 3, "fields": {"question_text": "Question 3?", "slug": "q-3", "pub_date": "2024-01-04T00:00:00Z", "follow_up": null, "topics": [1]}}""");
        DataOpsException failure = Assert.Throws<DataOpsException>(
            () => polls.Run(new ImportDataset(), new() { Path = file, NoUndo = true }));
        Assert.Equal("ProtectedRows", failure.Id);
        Assert.Matches("polls.choice 14 +question_id -> polls.question 2", failure.Message);
        Assert.Equal(before, polls.Digest());

        polls.Execute("update polls_question set follow_up_id = 2 where id = 6");
        before = polls.Digest();
        string undo = _files.Path("dependent.undo");
        ImportResult result = polls.Run(
            new ImportDataset(), new() { Path = file, OnDependent = OnDependent.Cascade, UndoPath = undo })
                .OfType<ImportResult>().Single();
        // The question, three choices, one entry of its topics; and question 6 follows nobody.
        Assert.Equal((5, 1), (result.Deleted, result.Repointed));
        Assert.Equal(0L,
            polls.Scalar<long>(
                "select count(*) from polls_question where id = 2 or (id = 6 and follow_up_id is not null)"));
        polls.Run(new UndoChange(), new() { Path = undo, NoUndo = true });
        Assert.Equal(before, polls.Digest());
    }

    [Fact]
    public void A_row_of_the_file_that_needs_a_deleted_one_is_named()
    {
        using TestDatabase polls = _server.CopyOf(Site.Polls);
        string file = File(
            """{"model": "polls.question", "delete_missing": true, "filter": {"pk__in": [2, 3]}}""",
            """{"model": "polls.question", "pk": 3, "fields": {"question_text": "Question 3?", "slug": "q-3", "pub_date": "2024-01-04T00:00:00Z", "follow_up": 2, "topics": [1]}}""");
        DataOpsException failure =
            Assert.ThrowsAny<DataOpsException>(() => polls.Run(
                new ImportDataset(), new() { Path = file, OnDependent = OnDependent.Cascade, NoUndo = true }));
        Assert.Equal("MissingReferences", failure.Id);
        Assert.Matches("polls.question +3 +follow_up +-> polls.question 2", failure.Message);
    }

    [Fact]
    public void What_the_file_clears_is_clear_for_the_filters_of_deletions()
    {
        using TestDatabase polls = _server.CopyOf(Site.Polls);
        string file = File(
            """{"model": "polls.question", "filter": {"pk": 2}}, {"model": "polls.choice", "filter": {"question__follow_up__isnull": true}, "delete_missing": true}""",
            """{"model": "polls.question", "pk": 2, "fields": {"follow_up": null}}""",
            """{"model": "polls.choice", "pk": 1, "fields": {"question": 1}}""");
        ImportResult result = polls.Run(new ImportDataset(), new() { Path = file, MaxDelete = "100%", NoUndo = true })
            .OfType<ImportResult>().Single();
        Assert.Equal(5, result.Deleted);
        Assert.Equal(["1"], polls.Column("select id from polls_choice where question_id in (1, 2)"));
    }

    [Fact]
    public void A_deleted_page_goes_with_its_halves_its_children_and_what_is_its_own()
    {
        using TestDatabase bakery = _server.CopyOf(Site.Bakery);
        IReadOnlyDictionary<string, string> before = bakery.Digest();
        string pages =
            bakery.Scalar<string>(
                "select string_agg(page_ptr_id::text, ',' order by page_ptr_id) from blog_blogpage where " +
                    "page_ptr_id <> 62");
        string file = _files.Path("pages.json");
        bakery.Run(new ExportDataset(),
            new() { Path = file, Model = ["blog.blogpage"], Format = DatasetFormat.Feincms, DeleteMissing = true });
        bakery.Execute("""
            insert into wagtailcore_page (id, path, depth, numchild, title, slug, live, has_unpublished_changes, url_path, seo_title, show_in_menus, search_description, expired, content_type_id,
                draft_title, locked, locale_id, translation_key, locked_at)
            select 9000, path || '0001', depth + 1, 0, 'below', 'below', live, false, url_path || 'below/', '', false, '', false, content_type_id, 'below', false, locale_id, gen_random_uuid(), null
            from wagtailcore_page where id = 62
            """);
        long parent =
            bakery.Scalar<long>(
                "select numchild::bigint from wagtailcore_page where path = (select left(path, -4) from " +
                    "wagtailcore_page where id = 62)");
        string without = string.Join(
            ", ", Objects(file).Where(o => !o.Contains("\"pk\": 62,", StringComparison.Ordinal)));
        string undo = _files.Path("pages.undo");
        before = bakery.Digest();

        bakery.Run(new ImportDataset(), new()
        {
            Path = _files.Json(
                $$"""{"version": 1, "specs": [{"model": "blog.blogpage", "delete_missing": true}], "objects": [{{without}}]}"""),
            OnDependent = OnDependent.Cascade, UndoPath = undo,
        });
        Assert.Equal(pages,
            bakery.Scalar<string>("select string_agg(page_ptr_id::text, ',' order by page_ptr_id) from blog_blogpage"));
        Assert.Equal(0L, bakery.Scalar<long>("select count(*) from wagtailcore_page where id in (62, 9000)"));
        Assert.Equal(0L,
            bakery.Scalar<long>(
                "select count(*) from wagtailcore_revision where object_id = '62' and base_content_type_id = " +
                    "(select id from django_content_type where app_label = 'wagtailcore' and model = 'page')"));
        Assert.Equal(parent - 1,
            bakery.Scalar<long>(
                "select numchild::bigint from wagtailcore_page where id = (select id from wagtailcore_page where " +
                    "url_path = '/home/blog/')"));
        bakery.Run(new UndoChange(), new() { Path = undo, NoUndo = true });
        Assert.Equal(before, bakery.Digest());
    }

    [Fact]
    public void A_locale_that_pages_use_is_protected_and_one_that_nothing_uses_goes()
    {
        long used = _site.Scalar<long>("select min(locale_id)::bigint from wagtailcore_page");
        _site.Execute("insert into wagtailcore_locale (id, language_code) values (900, 'rm'), (901, 'ia')");
        string file =
            File("""{"model": "wagtailcore.locale", "delete_missing": true}""",
                """{"model": "wagtailcore.locale", "pk": 900, "fields": {"language_code": "rm"}}""");

        DataOpsException failure = Refused(file, new() { MaxDelete = "100%", OnDependent = OnDependent.Cascade });
        Assert.Equal("ProtectedRows", failure.Id);
        Assert.Contains($"locale_id -> wagtailcore.locale {used}", failure.Message);
        string unused =
            File("""{"model": "wagtailcore.locale", "delete_missing": true, "filter": {"pk__in": [900, 901]}}""",
                """{"model": "wagtailcore.locale", "pk": 900, "fields": {"language_code": "rm"}}""");
        Assert.Equal(1, Load(unused).Deleted);
    }

    [Fact]
    public void Rows_that_need_each_other_at_once_go_together()
    {
        using TestDatabase site = _server.CopyOf(Site.Sample);
        site.Execute("""
            create table zoo_cage (id bigint primary key, keeper_id bigint not null);
            create table zoo_keeper (id bigint primary key, cage_id bigint not null);
            insert into zoo_cage select n, n from generate_series(1, 4) n; insert into zoo_keeper select n, n from generate_series(1, 4) n;
            alter table zoo_cage add constraint cage_keeper foreign key (keeper_id) references zoo_keeper not deferrable;
            alter table zoo_keeper add constraint keeper_cage foreign key (cage_id) references zoo_cage not deferrable;
            insert into django_content_type (app_label, model) values ('zoo', 'cage'), ('zoo', 'keeper')
            """);
        string file = File(
            """{"model": "zoo.cage", "delete_missing": true}, {"model": "zoo.keeper", "delete_missing": true}""",
            [.. Enumerable.Range(1, 3).SelectMany(n => new[] { Row("cage", "keeper", n), Row("keeper", "cage", n) })]);

        Assert.Equal(2,
            site.Run(new ImportDataset(), new() { Path = file, NoUndo = true })
                .OfType<ImportResult>().Single().Deleted);
        Assert.Equal(["1", "2", "3"],
            site.Column("select c.id from zoo_cage c join zoo_keeper k on k.id = c.keeper_id order by 1"));

        static string Row(string model, string other, int n) =>
            """{"model": "zoo.MODEL", "pk": 0, "fields": {"OTHER": 0}}""".Replace("MODEL", model).Replace(
                "OTHER", other).Replace(": 0", $": {n}");
    }

    private static IEnumerable<string> Objects(string file)
    {
        using System.Text.Json.JsonDocument document = System.Text.Json.JsonDocument.Parse(
            System.IO.File.ReadAllText(file));
        return [.. document.RootElement.GetProperty("objects").EnumerateArray().Select(o => o.GetRawText())];
    }

    private string File(string specs, params string[] objects) =>
        _files.Json($$"""{"version": 1, "specs": [{{specs}}], "objects": [{{string.Join(", ", objects)}}]}""");

    private static string Group(int id, string name) =>
        $$$"""{"model": "auth.group", "pk": {{{id}}}, "fields": {"name": "{{{name}}}"}}""";

    private ImportResult Load(string path, ImportDatasetOptions? options = null) =>
        _site.Run(new ImportDataset(), (options ?? new()) with { Path = path, NoUndo = true })
            .OfType<ImportResult>().Single();

    private DataOpsException Refused(string path, ImportDatasetOptions options)
    {
        IReadOnlyDictionary<string, string> before = _site.Digest();
        DataOpsException failure = Assert.ThrowsAny<DataOpsException>(() => Load(path, options));
        Assert.Equal(before, _site.Digest());
        return failure;
    }
}
