using DataOps.Core.Features.Datasets;
using DataOps.Core.Features.Datasets.Export;
using DataOps.Core.Features.Datasets.Import;
using DataOps.Core.Features.Datasets.Testing;
using DataOps.Core.Features.Pages;
using DataOps.Core.Features.Trees;
using DataOps.Core.Features.Undo;

namespace DataOps.Core.Tests.Features.Datasets.Import;

/// <summary>
/// What a load does about rows in the way, missing targets and missing fields, and how it lets itself be planned and
/// taken back.
/// </summary>
public sealed class ImportChoiceTests : IDisposable
{
    private readonly ImportFiles _files = new();
    private readonly TestDatabase _site;

    public ImportChoiceTests(PostgresServer server) => _site = server.CopyOf(Site.Sample);

    public void Dispose()
    {
        _site.Dispose();
        _files.Dispose();
    }

    [Fact]
    public void Unique_values_that_swap_and_rotate_end_where_the_file_says()
    {
        _site.Execute("insert into auth_group (id, name) values (501, 'a'), (502, 'b'), (503, 'c'), (504, 'd')");

        Load(_files.Lines(Group(501, "b"), Group(502, "c"), Group(503, "a"), Group(504, "e"), Group(505, "d")));
        Assert.Equal(["b", "c", "a", "e", "d"], _site.Column("select name from auth_group where id > 500 order by id"));
    }

    [Fact]
    public void A_row_in_the_way_gives_way_and_what_referred_to_it_refers_to_the_files_row()
    {
        _site.Execute(
            "insert into taggit_tag (id, name, slug) values (900, 'bread', 'bread'); insert into " +
                "news_articlepagetag (content_object_id, tag_id) select min(page_ptr_id), 900 from news_articlepage");
        string file = _files.Lines(
            """{"model": "taggit.tag", "pk": 901, "fields": {"name": "bread", "slug": "bread"}}""");

        Assert.Contains("\"bread\" is that of taggit.tag 900", Refused(file, new()).Message);
        ImportResult result = Load(file, new() { OnConflict = OnConflict.Replace });
        Assert.Equal((1, 1, 1), (result.Inserted, result.Deleted, result.Repointed));
        Assert.Equal(0L, _site.Scalar<long>("select count(*) from taggit_tag where id = 900"));
        Assert.Equal(1L, _site.Scalar<long>("select count(*) from news_articlepagetag where tag_id = 901"));
        Assert.False(Load(file, new() { OnConflict = OnConflict.Replace }).Changed);
    }

    [Fact]
    public void A_page_that_is_of_another_type_here_gets_no_second_specific_row()
    {
        string file = _files.Path("pages.json");
        _site.Run(new ExportDataset(), new() { Path = file, Model = ["wagtailcore.page", "home", "news"], NaturalForeign = true });
        _site.Run(new ConvertPage(), new() { Id = [11], To = "news.newsindexpage", Force = true, NoUndo = true });
        IReadOnlyDictionary<string, string> before = _site.Digest();

        DataOpsException refusal = Refused(file, new());
        Assert.Equal("OtherType", refusal.Id);
        Assert.Contains("is a news.newsindexpage here", refusal.Message);
        ImportResult result = Load(file, new() { OnConflict = OnConflict.Skip });

        Assert.Equal((0L, 1L), (result.Inserted, result.Skipped));
        Assert.DoesNotContain(_site.Run(new TestTree(), new()), f => Equals(f.Class, DataOps.Core.Django.Trees.TreeProblem.StraySpecific));
        Assert.Equal(before["public.news_articlepage"], _site.Digest()["public.news_articlepage"]);
    }

    [Fact]
    public void A_row_that_stays_takes_the_place_of_the_files_in_the_files_references()
    {
        _site.Execute("insert into taggit_tag (id, name, slug) values (900, 'bread', 'bread')");
        int article = _site.Scalar<int>("select min(page_ptr_id) from news_articlepage");
        string file = _files.Lines(
            """{"model": "taggit.tag", "pk": 901, "fields": {"name": "bread", "slug": "bread"}}""",
            $$$"""{"model": "news.articlepagetag", "pk": 950, "fields": {"content_object": {{{article}}}, "tag": 901}}""",
            """{"model": "taggit.tag", "pk": 902, "fields": {"name": "butter", "slug": "butter"}}""");

        ImportResult result = Load(file, new() { OnConflict = OnConflict.Skip });
        Assert.Equal((2, 1, 0), (result.Inserted, result.Skipped, result.Updated));
        Assert.Equal(900, _site.Scalar<int>("select tag_id from news_articlepagetag where id = 950"));
        Assert.False(Load(file, new() { OnConflict = OnConflict.Skip }).Changed);
    }

    [Fact]
    public void Rows_that_are_there_stay_as_they_are_or_refuse_the_load_when_told_so()
    {
        string name = _site.Scalar<string>("select name from auth_group where id = 1");
        string file = _files.Lines(Group(1, "other"), Group(800, "new"));

        DataOpsException failure = Refused(file, new() { OnConflict = OnConflict.Fail });
        Assert.Equal("AlreadyThere", failure.Id);
        Assert.Matches("line 1 +auth.group +1 +differs", failure.Message);

        Assert.Equal((1, 0),
            (Load(file, new() { OnConflict = OnConflict.Skip }).Inserted,
                _site.Scalar<long>("select count(*) from auth_group where name = 'other'")));
        Assert.Equal(name, _site.Scalar<string>("select name from auth_group where id = 1"));
    }

    [Fact]
    public void A_missing_target_is_cleared_or_its_row_left_out_with_what_refers_to_that()
    {
        int parent = _site.Scalar<int>("select min(id) from news_category");
        string file = _files.Lines(
            $$$"""{"model": "news.category", "pk": 700, "fields": {"name": "a", "slug": "cat-a", "parent": 699}}""",
            """{"model": "news.category", "pk": 701, "fields": {"name": "b", "slug": "cat-b", "parent": 700}}""",
            $$$"""{"model": "news.category", "pk": 702, "fields": {"name": "c", "slug": "cat-c", "parent": {{{parent}}}}}""");

        Assert.Matches("line 1 +news.category +700 +parent +-> news.category 699", Refused(file, new()).Message);
        ImportResult skipped = Load(file, new() { OnMissingReference = OnMissingReference.SkipRow });
        Assert.Equal((1, 2), (skipped.Inserted, skipped.Skipped));
        Load(file, new() { OnMissingReference = OnMissingReference.Null });
        Assert.Equal(["", "700", parent.ToString()],
            _site.Column(
                "select coalesce(parent_id::text, '') from news_category where id between 700 and 702 order by id"));
    }

    [Fact]
    public void A_missing_entry_of_a_list_is_left_out_when_told_so()
    {
        string file = _files.Lines(
            """{"model": "auth.group", "pk": 800, "fields": {"name": "x", "permissions": [1, 99999, 2]}}""");

        Assert.Contains("auth.permission 99999", Refused(file, new()).Message);
        Load(file, new() { OnMissingReference = OnMissingReference.Null, TrustContentTypes = true });
        Assert.Equal(["1", "2"],
            _site.Column(
                "select permission_id::text from auth_group_permissions where group_id = 800 order by permission_id"));
    }

    [Fact]
    public void Fields_that_the_file_lacks_get_the_defaults_of_Djangos_and_Wagtails_own_models()
    {
        _site.Execute("""
            insert into auth_user (id, username, password, first_name, last_name, email, is_staff, is_active,
              is_superuser, date_joined)
            values (600, 'ann', 'x', 'Ann', '', 'a@b', true, false, false, '2001-01-01')
            """);
        string page = _site.Scalar<string>("""
            select jsonb_build_object('model', 'wagtailcore.page', 'pk', 4000, 'fields', jsonb_build_object('path',
              p.path || '00ZZ', 'depth', p.depth + 1, 'title', 'New', 'slug', 'new', 'url_path', p.url_path || 'new/',
              'content_type', jsonb_build_array('home', 'standardpage'), 'locale', p.locale_id))::text
            from wagtailcore_page p where id = 3
            """);
        string file = _files.Lines(
            """{"model": "auth.user", "pk": 600, "fields": {"username": "ann", "password": "y"}}""",
            """{"model": "auth.user", "pk": 601, "fields": {"username": "bob", "password": "z"}}""",
            page,
            """
            {"model": "wagtaildocs.document", "pk": 900, "fields": {"title": "d", "created_at": "2024-01-01T00:00:00Z"}}
            """);
        const string Users = """
            select concat_ws(' ', password, '<' || first_name || '>', is_active, is_staff, date_joined > '2002-01-01')
            from auth_user where id in (600, 601) order by id
            """;

        Assert.Equal("MissingField", Refused(file, new()).Id);
        List<string> said = [];
        Load(file, new() { MissingField = MissingField.Default }, new() { Warning = said.Add });
        Assert.Equal(["y <> t f f", "z <> t f t"], _site.Column(Users));
        Assert.Contains("auth.user: last_login NULL, is_superuser false, first_name '', last_name '', email ''",
            Assert.Single(said, s => s.Contains("defaults")));
        Assert.Equal("t f f 0 t", _site.Scalar<string>("""
            select concat_ws(' ', live, show_in_menus, has_unpublished_changes, numchild,
              translation_key is not null)
            from wagtailcore_page where id = 4000
            """));
        Assert.Equal(1, _site.Scalar<int>(
            "select c.depth from wagtaildocs_document d join wagtailcore_collection c on c.id = collection_id where d.id = 900"));
        Assert.False(Load(file, new() { MissingField = MissingField.Default }).Changed);
    }

    [Fact]
    public void A_default_that_nobody_knows_is_refused_and_a_reference_is_never_made_up()
    {
        _site.Execute("""
            create table news_note (id int primary key, title text not null, slug text not null unique, rank int not null,
              author_id int not null references auth_user, state text not null default 'draft', seen timestamptz);
            insert into django_content_type (app_label, model) values ('news', 'note');
            insert into auth_user (id, username, password, first_name, last_name, email, is_staff, is_active,
              is_superuser, date_joined) values (600, 'ann', 'x', '', '', '', true, true, false, now());
            insert into news_note values (1, 'a', 'a', 1, 600, 'live', now());
            """);
        string poor = _files.Lines(
            """{"model": "news.note", "pk": 1, "fields": {"title": "b"}}""",
            """{"model": "news.note", "pk": 2, "fields": {}}""");
        string enough = _files.Lines(
            """{"model": "news.note", "pk": 1, "fields": {"rank": 2}}""",
            """{"model": "news.note", "pk": 2, "fields": {"slug": "b", "rank": 1, "author": 600}}""");
        ImportDatasetOptions options = new() { MissingField = MissingField.Default };

        DataOpsException refused = Refused(poor, options);
        Assert.Equal("MissingField", refused.Id);
        Assert.Matches(@"default nobody knows.*\n  line 2  news\.note  2  slug, rank, author  missing$", refused.Message);
        Assert.Contains("slug, rank, author", Assert.Single(
            _site.Run(new TestDataset(), new() { Path = poor, MissingField = MissingField.Default })
                .OfType<DatasetFinding>(), f => f.Severity == Severity.Error).Field);

        Load(enough, options);
        Assert.Equal(["<a> a 2 600 draft", "<> b 1 600 draft"], _site.Column("""
            select concat_ws(' ', '<' || title || '>', slug, rank, author_id, state, seen) from news_note order by id
            """));
    }

    [Fact]
    public void Empty_texts_in_a_unique_field_that_may_be_null_become_null_when_told_so()
    {
        _site.Execute("""
            create table news_ware (id int primary key, upc varchar(20) unique, note text, code text not null unique);
            insert into django_content_type (app_label, model) values ('news', 'ware')
            """);
        string file = _files.Lines(
            """{"model": "news.ware", "pk": 1, "fields": {"upc": "", "note": "", "code": ""}}""",
            """{"model": "news.ware", "pk": 2, "fields": {"upc": "", "note": "", "code": "x"}}""");

        Assert.Contains("-EmptyAsNull", Refused(file, new()).Advice);
        List<string> said = [];
        Load(file, new() { EmptyAsNull = true }, new() { Warning = said.Add });
        Assert.Contains("upc of news.ware is NULL where the file has an empty text: in 2 objects.", said);
        Assert.Equal(["<> <>", "<> <x>"], _site.Column("""
            select concat_ws(' ', '<' || upc || '>', '<' || note || '>', '<' || code || '>') from news_ware order by id
            """));
        Assert.False(Load(file, new() { EmptyAsNull = true }).Changed);
    }

    [Fact]
    public void Times_without_a_zone_are_taken_in_the_sites_and_without_one_counted_and_warned_of()
    {
        _site.Execute("""
            create table news_event (id int primary key, at timestamptz, ends timestamptz[], wall timestamp);
            insert into django_content_type (app_label, model) values ('news', 'event')
            """);
        string file = _files.Lines(
            """{"model": "news.event", "pk": 6, "fields": {"at": "2024-07-01T12:00:00Z", "wall": "2024-07-01T12:00"}}""",
            """{"model": "news.event", "pk": 7, "fields": {"at": "2024-07-01T12:00:00", "ends": "[\"2024-07-02\"]"}}""",
            """{"model": "news.event", "pk": 8, "fields": {"at": "2024-01-01"}}""");
        const string Stored = """
            select concat_ws(' ', to_char(at at time zone 'UTC', 'MM-DD HH24:MI'),
              to_char(ends[1] at time zone 'UTC', 'MM-DD HH24:MI'), to_char(wall, 'MM-DD HH24:MI'))
            from news_event order by id
            """;

        List<string> said = [];
        Load(file, context: new() { Warning = said.Add });
        Assert.StartsWith("3 times have no zone and will be UTC, in 2 fields of ", Assert.Single(said, w => w.Contains("zone")));
        Assert.Contains("first at of news.event 7 in line 2.", said.Single(w => w.Contains("zone")));
        Assert.Equal(
            ["07-01 12:00 07-01 12:00", "07-01 12:00 07-02 00:00", "01-01 00:00"], _site.Column(Stored));
        Assert.Contains("3 times", Assert.Single(
            _site.Run(new TestDataset(), new() { Path = file }).OfType<DatasetFinding>(),
            f => f is { Severity: Severity.Warning, Id: "LoadWarning" } && f.Problem.Contains("zone")).Problem);

        said.Clear();
        Load(file, new() { TimeZone = "Europe/Zurich" }, new() { Warning = said.Add });
        Assert.DoesNotContain(said, w => w.Contains("zone"));
        Assert.Equal(
            ["07-01 12:00 07-01 12:00", "07-01 10:00 07-01 22:00", "12-31 23:00"], _site.Column(Stored));
        Assert.Equal("InvalidOption", Refused(file, new() { TimeZone = "Europe/Basel" }).Id);

        _site.Execute("delete from news_event");
        using Session described = Session.Open(
            _site.Settings.WithSite("""{ "timeZone": "Europe/Zurich" }"""), "Test");
        _ = new ImportDataset().Run(described, new() { Path = file, NoUndo = true },
            new() { Warning = said.Add }).ToArray();
        Assert.StartsWith("3 times have no zone and will be Europe/Zurich, as the site's description says, in 2 fields",
            Assert.Single(said, w => w.Contains("zone")));
        Assert.Equal("07-01 10:00 07-01 22:00", _site.Column(Stored)[1]);
    }

    [Fact]
    public void A_page_without_a_parent_is_refused_by_its_path()
    {
        string page =
            _site.Scalar<string>(
                "select jsonb_build_object('model', 'wagtailcore.page', 'pk', 4000, 'fields', to_jsonb(p) - 'id' || " +
                    "jsonb_build_object('path', '00010099000A', 'depth', 3, 'slug', 'lost', 'url_path', '/lost/', " +
                    "'locale', locale_id, 'content_type', content_type_id, 'translation_key', " +
                    "'11111111-1111-1111-1111-111111111111'))::text from wagtailcore_page p where id = 3");
        foreach (string field in new[] { "locale", "content_type", "owner", "latest_revision", "live_revision",
            "alias_of", "locked_by" })
            page = page.Replace($"\"{field}_id\": ", $"\"{field}\": ", StringComparison.Ordinal);

        Assert.Matches("wagtailcore.page +4000 +path +-> wagtailcore.page 00010099000A",
            Refused(_files.Lines(page), new() { OnMissingReference = OnMissingReference.Fail }).Message);
    }

    [Fact]
    public void References_in_a_circle_that_cannot_wait_for_the_end_are_written_in_two_passes()
    {
        _site.Execute("""
            create table news_egg (id int primary key, hen_id int); create table news_hen (id int primary key, egg_id int not null references news_egg);
            alter table news_egg add foreign key (hen_id) references news_hen;
            insert into django_content_type (app_label, model) values ('news', 'egg'), ('news', 'hen');
            """);
        string file =
            _files.Lines("""{"model": "news.egg", "pk": 1, "fields": {"hen": 1}}""",
                """{"model": "news.hen", "pk": 1, "fields": {"egg": 1}}""",
                """{"model": "news.egg", "pk": 2, "fields": {}}""");

        Load(file);
        Assert.Equal("1 1",
            _site.Scalar<string>(
                "select e.hen_id || ' ' || h.egg_id from news_egg e join news_hen h on h.id = e.hen_id"));
        Assert.False(Load(file).Changed);
    }

    [Fact]
    public void What_if_tells_models_and_rows_and_writes_nothing_not_even_a_sequence()
    {
        string file =
            _files.Lines(
                """{"model": "auth.group", "fields": {"name": "Editors", "permissions": [["add_page", "wagtailcore", "page"]]}}""", """{"model": "auth.group", "fields": {"name": "new"}}""", Group(1, "Chiefs"));
        IReadOnlyDictionary<string, string> before = _site.Digest();
        long last = _site.Scalar<long>("select last_value from auth_group_id_seq");

        IReadOnlyList<IChangeResult> plan = _site.Run(
            new ImportDataset(), new() { Path = file, WhatIf = true, Detailed = true });
        ModelPlan model = Assert.Single(plan.OfType<ModelPlan>());
        Assert.Equal(("auth.group", 1L, 1L), (model.Model, model.Insert, model.Update));
        RowChange[] rows = [.. plan.OfType<RowChange>()];
        Assert.Contains(rows, r => r is { Action: "Update", Key: "1", Column: "name", NewValue: "Chiefs" });
        Assert.Contains(rows,
            r => r is { Action: "Insert", Table: "auth_group" }
                && r.NewValue!.Contains("\"new\"", StringComparison.Ordinal));
        ImportResult sum = Assert.Single(plan.OfType<ImportResult>());
        Assert.Equal((false, 0L), (sum.Changed, sum.Count));
        Assert.Equal(rows.Length, sum.WouldChange);
        Assert.Equal(before, _site.Digest());
        Assert.Equal(last, _site.Scalar<long>("select last_value from auth_group_id_seq"));
        Assert.Equal(sum.WouldChange, Load(file).Count);
    }

    [Fact]
    public void A_load_is_taken_back_exactly_by_its_undo_file()
    {
        IReadOnlyDictionary<string, string> before = _site.Digest();
        string file = _files.Lines(
            """{"model": "auth.group", "pk": 1, "fields": {"name": "Chiefs", "permissions": [["add_topic", "news", "topic"]]}}""",
            Group(800, "new"),
            """{"model": "taggit.tag", "pk": 901, "fields": {"name": "bread", "slug": "bread"}}""");

        ImportResult load =
            Assert.Single(_site.Run(new ImportDataset(), new() { Path = file, UndoPath = _files.Path("load.undo.gz") })
                .OfType<ImportResult>());
        Assert.Equal(_files.Path("load.undo.gz"), load.UndoPath);
        UndoResult undone = Assert.Single(
            _site.Run(new UndoChange(), new() { Path = load.UndoPath!, NoUndo = true }).OfType<UndoResult>());
        Assert.Equal(load.Count, undone.Count);
        Assert.Equal(before, _site.Digest());
    }

    [Fact]
    public void A_row_that_another_writes_between_plan_and_load_is_named_and_nothing_is_loaded()
    {
        string file = _files.Lines(Group(1, "Chiefs"), Group(800, "new"));
        OperationContext context =
            new() { Progress = new At(
                "Locking", () => _site.Execute("update auth_group set name = 'Mine' where id = 1")) };

        DataOpsException failure = Assert.ThrowsAny<DataOpsException>(
            () => _site.Run(new ImportDataset(), new() { Path = file, NoUndo = true }, context));
        Assert.Equal("ChangedMeanwhile", failure.Id);
        Assert.Contains("auth_group 1", failure.Message);
        Assert.Equal("Mine", _site.Scalar<string>("select name from auth_group where id = 1"));
        Assert.Equal(0L, _site.Scalar<long>("select count(*) from auth_group where id = 800"));
    }

    [Fact]
    public void Triggers_of_the_database_fire()
    {
        _site.Execute("""
            create table audit (what text); create function note() returns trigger language plpgsql as 'begin insert into audit values (tg_op || new.name); return new; end';
            create trigger t after insert or update on auth_group for each row execute function note()
            """);

        Load(_files.Lines(Group(1, "Chiefs"), Group(800, "new")));
        Assert.Equal(["INSERTnew", "UPDATEChiefs"], _site.Column("select what from audit order by 1"));
    }

    [Fact]
    public void A_time_limit_for_the_queries_of_the_site_is_none_for_a_load()
    {
        _site.Execute($"""
            create function wait() returns trigger language plpgsql as 'begin perform pg_sleep(2.5); return new; end';
            create trigger t before insert on auth_group for each row execute function wait();
            alter database {_site.Name} set statement_timeout = '2s'
            """);

        Assert.Equal(1, Load(_files.Lines(Group(800, "slow"))).Inserted);
    }

    private static string Group(int key, string name) =>
        $$$"""{"model": "auth.group", "pk": {{{key}}}, "fields": {"name": "{{{name}}}"}}""";

    private ImportResult Load(
        string path, ImportDatasetOptions? options = null, OperationContext? context = null) => Assert.Single(
            _site.Run(new ImportDataset(), (options ?? new()) with { Path = path, NoUndo = true }, context)
                .OfType<ImportResult>());

    private DataOpsException Refused(string path, ImportDatasetOptions options)
    {
        IReadOnlyDictionary<string, string> before = _site.Digest();
        DataOpsException failure = Assert.ThrowsAny<DataOpsException>(() => Load(path, options));
        Assert.Equal(before, _site.Digest());
        return failure;
    }
}
