using DataOps.Core.Features.Datasets.Export;
using DataOps.Core.Features.Datasets.Import;
using DataOps.Core.Features.Orphans;

namespace DataOps.Core.Tests.Features.Datasets.Import;

public sealed class NaturalKeyImportTests(PostgresServer server) : IDisposable
{
    private readonly ImportFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("bakery.dumpdata.json.gz", Traits = ["Day", "0"])]
    [InlineData("bakery.dumpdata-natural.json.gz", Traits = ["Day", "1"])]
    public void A_dump_of_the_bakery_loads_into_a_migrated_database_and_comes_out_again_as_it_was(string name)
    {
        string dump = Repository.SharedData(name);
        using TestDatabase bakery = server.CopyOf(Site.Bakery);
        using TestDatabase site = server.CopyOf(Site.Fresh);

        ImportResult result = Load(site, dump, new() { OnConflict = OnConflict.Replace });
        Assert.Equal((0, 1, 1), (result.Skipped, result.Deleted, result.Repointed));
        AssertSound(site);

        // Ids of content types and permissions are the target's; whatever refers to one refers to the same model as in
        // the source.
        foreach (string question in s_whatRefersToTypes)
            Assert.Equal(bakery.Column(question), site.Column(question));
        Assert.Equal(
            bakery.Column(
                "select r.id::text || (content - 'content_type')::text from wagtailcore_revision r order by r.id"),
            site.Column(
                "select r.id::text || (content - 'content_type')::text from wagtailcore_revision r order by r.id"));
        Assert.Equal(0L,
            site.Scalar<long>(
                "select count(*) from wagtailcore_revision where content ? 'content_type' and (content ->> " +
                    "'content_type')::int <> content_type_id"));

        // What the target had of its own: its site, which now shows the page that took the place of the welcome page.
        Assert.Equal(60, site.Scalar<int>("select root_page_id from wagtailcore_site where hostname = 'localhost'"));
        Assert.Equal(0L, site.Scalar<long>("select count(*) from wagtailcore_page where id = 2"));

        string[] derived = ["contenttypes.contenttype", "auth.permission"];
        string[] expected = Fixtures.Bag(Export(bakery), derived);
        string[] actual = Fixtures.Bag(Export(site), derived);
        Assert.Equal([], Comparable(expected).Except(Comparable(actual)).Select(o => o[..Math.Min(o.Length, 300)]));
        Assert.False(Load(site, dump, new() { OnConflict = OnConflict.Replace }).Changed);
    }

    [Fact]
    public void A_file_of_another_site_finds_its_rows_by_natural_keys_whatever_numbers_they_have()
    {
        using TestDatabase site = server.CopyOf(Site.SampleEmpty);
        site.Execute("""
            create table club_member (id serial primary key, user_id int not null references auth_user, name text not null);
            create table club_captain (member_ptr_id int primary key references club_member, since date not null);
            insert into django_content_type (app_label, model) values ('club', 'member'), ('club', 'captain');
            insert into auth_user
              (id, username, password, first_name, last_name, email, is_superuser, is_staff, is_active, date_joined)
            select id, name, '', '', '', '', false, false, true, now() from (values (1, 'bob'), (7, 'anna')) v (id, name);
            insert into auth_group (id, name) values (1, 'Authors'), (2, 'Editors');
            insert into club_member (id, user_id, name) values (5, 1, 'Bob')
            """);
        string file = _files.Json("""
            [{"model": "auth.group", "pk": 1, "fields": {"name": "Editors", "permissions": []}},
             {"model": "auth.group", "pk": 2, "fields": {"name": "Readers", "permissions": []}},
             {"model": "auth.user", "pk": 1, "fields": {"username": "anna", "email": "anna@example.org", "password": "",
               "first_name": "Anna", "last_name": "", "is_superuser": false, "is_staff": true, "is_active": true,
               "date_joined": "2026-01-01T00:00:00Z", "last_login": null, "groups": [1, 2], "user_permissions": []}},
             {"model": "club.member", "pk": 5, "fields": {"user": 1, "name": "Anna"}},
             {"model": "club.captain", "pk": 5, "fields": {"since": "2026-02-01"}}]
            """);
        ImportDatasetOptions byName = new() { Match = RowMatch.NaturalKey, NaturalKey = ["club.member=name"] };

        ImportResult result = Load(site, file, byName);

        Assert.Equal(["1 bob ", "7 anna Anna"],
            site.Column("select concat_ws(' ', id, username, first_name) from auth_user order by id"));
        Assert.Equal(["Authors", "Editors", "Readers"], site.Column("select name from auth_group order by 1"));
        Assert.Equal(["anna Editors", "anna Readers"], site.Column("""
            select concat_ws(' ', username, name) from auth_user_groups l join auth_user u on u.id = user_id
            join auth_group g on g.id = group_id order by 1
            """));
        Assert.Equal(["Anna anna 2026-02-01", "Bob bob"], site.Column("""
            select concat_ws(' ', m.name, username, since) from club_member m join auth_user u on u.id = user_id
            left join club_captain on member_ptr_id = m.id order by 1
            """));
        Assert.Equal((3L, 1L), (result.Inserted, result.Updated));
        Assert.False(Load(site, file, byName).Changed);
    }

    [Fact]
    public void New_keys_are_those_that_the_database_would_give_from_the_first_on()
    {
        using TestDatabase shop = server.Django("shop.label", "create table shop_label (id serial primary key, name text unique)");
        string file = _files.Lines(
            """{"model": "shop.label", "fields": {"name": "a"}}""", """{"model": "shop.label", "fields": {"name": "b"}}""");

        Load(shop, file, new() { NaturalKey = ["shop.label=name"] });

        Assert.Equal(["1 a", "2 b"], shop.Column("select id || ' ' || name from shop_label order by id"));
        Assert.Equal(3, shop.Scalar<int>("insert into shop_label (name) values ('c') returning id"));
    }

    [Fact]
    public void A_text_key_is_written_and_references_to_other_unique_fields_come_back()
    {
        const string schema = """
            create table geo_country (code varchar(2) primary key, name text not null, iso3 varchar(3) not null unique);
            create table geo_capital (country_id varchar(2) primary key references geo_country, name text not null);
            create table geo_token (key varchar(9) primary key, country_id varchar(3) not null references geo_country (iso3))
            """;
        const string models = "contenttypes.contenttype geo.country geo.capital geo.token";
        using TestDatabase source = server.Django(models, schema);
        using TestDatabase target = server.Django(models, schema);
        source.Execute("""
            insert into geo_country values ('CH', 'Switzerland', 'CHE'), ('FR', 'France', 'FRA');
            insert into geo_capital values ('CH', 'Bern'), ('FR', 'Paris');
            insert into geo_token values ('a', 'FRA'), ('b', 'CHE')
            """);
        string[] keys = ["geo.country=name"];
        string dump = _files.Path("geo.json");
        Assert.Single(source.Run(new ExportDataset(), new()
        {
            Path = dump, Model = ["geo"], NaturalForeign = true, NaturalPrimary = true, NaturalKey = keys,
        }));

        Assert.Equal(6, Load(target, dump, new() { NaturalKey = keys }).Inserted);
        foreach (string table in (string[])["geo_country", "geo_capital", "geo_token"])
            Assert.Equal(
                source.Column($"select r::text from {table} r order by 1"),
                target.Column($"select r::text from {table} r order by 1"));
    }

    [Fact]
    public void A_page_of_the_target_in_the_way_is_named_by_default()
    {
        using TestDatabase site = server.CopyOf(Site.Fresh);

        DataOpsException failure = Refused(site, Repository.SharedData("bakery.dumpdata.json.gz"), new());
        Assert.Equal("NotUnique", failure.Id);
        Assert.Contains("wagtailcore.page  60  url_path  \"/home/\" is that of wagtailcore.page 2 in the database",
            failure.Message);
        Assert.Contains("-OnConflict Replace", failure.Advice);
    }

    [Fact]
    public void A_natural_dump_takes_over_the_row_with_the_same_natural_key()
    {
        using TestDatabase site = server.CopyOf(Site.Fresh);

        Load(site, Repository.SharedData("bakery.dumpdata-natural.json.gz"), new());
        AssertSound(site);
        Assert.Equal("base.homepage",
            site.Scalar<string>(
                "select app_label || '.' || model from wagtailcore_page p join django_content_type c on c.id = " +
                    "p.content_type_id where p.id = 2"));
        // The file says nothing of its old number but in its revisions, and there it follows.
        const string OfPages =
            "select count(*) from wagtailcore_revision where base_content_type_id = (select id from " +
                "django_content_type where model = 'page') and object_id = ";
        Assert.Equal(0L, site.Scalar<long>(OfPages + "'60'"));
        Assert.Equal(3L, site.Scalar<long>(OfPages + "'2' and content ->> 'pk' = '2'"));
    }

    [Theory, InlineData("bakery.dumpdata.json.gz"), InlineData("bakery.dumpdata-natural.json.gz")]
    public void A_dump_loaded_over_its_own_source_changes_nothing_not_even_wrong_numbers_inside_revisions(string name)
    {
        using TestDatabase bakery = server.CopyOf(Site.Bakery);
        IReadOnlyDictionary<string, string> before = bakery.Digest();

        Assert.False(Load(bakery, Repository.SharedData(name), new()).Changed);
        Assert.Equal(before, bakery.Digest());
    }

    [Fact]
    public void References_by_natural_key_may_come_before_what_they_refer_to_and_may_be_needed_ones()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);

        Load(site, _files.Lines(
            """{"model": "auth.permission", "fields": {"name": "Can bake", "content_type": ["bakes", "bake"], "codename": "bake"}}""",
            """{"model": "auth.group", "fields": {"name": "Bakers", "permissions": [["bake", "bakes", "bake"]]}}""",
            """{"model": "contenttypes.contenttype", "fields": {"app_label": "bakes", "model": "bake"}}"""), new());
        Assert.Equal("Bakers bake bakes", site.Scalar<string>("""
            select g.name || ' ' || p.codename || ' ' || c.app_label from auth_group g join auth_group_permissions gp on gp.group_id = g.id
            join auth_permission p on p.id = gp.permission_id join django_content_type c on c.id = p.content_type_id where g.name = 'Bakers'
            """));
        // The next row of the application gets a key of its own.
        Assert.True(site.Scalar<int>("insert into auth_group (name) values ('x') returning id") > site.Scalar<int>(
            "select id from auth_group where name = 'Bakers'"));
    }

    [Fact]
    public void New_rows_get_the_first_keys_that_are_free_and_the_plan_shows_them()
    {
        using TestDatabase shelf = server.Django("shelf.author", """
            create table shelf_author (id serial primary key, name text not null unique)
            """);
        string file = _files.Lines(
            """{"model": "shelf.author", "fields": {"name": "Ada"}}""",
            """{"model": "shelf.author", "fields": {"name": "Bea"}}""");
        string more = _files.Lines(
            """{"model": "shelf.author", "fields": {"name": "Cora"}}""",
            """{"model": "shelf.author", "pk": 7, "fields": {"name": "Dora"}}""");
        ImportDatasetOptions byName = new() { NaturalKey = ["shelf.author=name"], Detailed = true };

        Assert.Equal(["1", "2"], PlannedKeys(shelf, file, byName));
        Load(shelf, file, byName);
        Assert.Equal(["7", "8"], PlannedKeys(shelf, more, byName));
        Load(shelf, more, byName);

        Assert.Equal(["1 Ada", "2 Bea", "7 Dora", "8 Cora"],
            shelf.Column("select id || ' ' || name from shelf_author order by id"));
        Assert.Equal(9, shelf.Scalar<int>("insert into shelf_author (name) values ('Eva') returning id"));
    }

    [Fact]
    public void Every_natural_key_that_means_nothing_is_listed_with_its_line()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);

        DataOpsException failure = Refused(site, _files.Lines(
            """{"model": "auth.group", "pk": 70, "fields": {"name": "x", "permissions": [["no", "such", "thing"], ["add_page", "wagtailcore", "page"]]}}""",
            """{"model": "auth.permission", "pk": 9000, "fields": {"name": "y", "codename": "y", "content_type": ["gone", "model"]}}"""), new());
        Assert.Equal("MissingReferences", failure.Id);
        Assert.Matches(
            """line 1 +auth\.group .*permissions +-> auth\.permission \["no","such","thing"\]""", failure.Message);
        Assert.Matches(
            """line 2 +auth\.permission +9000 +content_type +-> contenttypes\.contenttype \["gone","model"\]""",
            failure.Message);
    }

    [Fact]
    public void A_natural_key_of_a_model_without_a_known_one_says_how_to_name_it()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        string file = _files.Lines("""{"model": "wagtailcore.page", "pk": 3, "fields": {"locale": ["en"]}}""");

        Assert.Contains("give it with -NaturalKey", Refused(site, file, new()).Message);
        Load(site, file, new() { NaturalKey = ["wagtailcore.locale=language_code"] });
    }

    [Fact]
    public void Two_rows_of_the_file_with_one_natural_key_are_named_and_neither_overwrites_the_other()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);

        DataOpsException failure = Refused(site, _files.Lines(
            """{"model": "auth.group", "fields": {"name": "twice"}}""",
            """{"model": "auth.group", "fields": {"name": "once"}}""",
            """{"model": "auth.group", "fields": {"name": "twice"}}"""), new());
        Assert.Equal("DuplicateKey", failure.Id);
        Assert.Matches("""line 3 +auth\.group +name +\["twice"\] in line 1 already""", failure.Message);
    }

    private static readonly string[] s_whatRefersToTypes =
    [
        "select p.id || ' ' || c.app_label || '.' || c.model from wagtailcore_page p join django_content_type c on " +
            "c.id = p.content_type_id order by 1",
        "select r.id || ' ' || c.model || ' ' || b.model || ' ' || object_id from wagtailcore_revision r join " +
            "django_content_type c on c.id = content_type_id join django_content_type b on b.id = " +
            "base_content_type_id order by 1",
        "select r.object_id || ' ' || c.model || ' ' || t.model || ' ' || to_object_id from " +
            "wagtailcore_referenceindex r join django_content_type c on c.id = content_type_id join " +
            "django_content_type t on t.id = to_content_type_id order by 1",
        "select g.name || ' ' || codename || ' ' || c.model from auth_group g join auth_group_permissions x on " +
            "x.group_id = g.id join auth_permission p on p.id = x.permission_id join django_content_type c on c.id " +
            "= p.content_type_id order by 1",
        "select x.id || ' ' || codename || ' ' || c.model from wagtailcore_grouppagepermission x join " +
            "auth_permission p on p.id = x.permission_id join django_content_type c on c.id = p.content_type_id " +
            "order by 1",
        "select x.object_id || ' ' || c.model || ' ' || x.action from wagtailcore_modellogentry x join " +
            "django_content_type c on c.id = x.content_type_id order by 1",
        "select c.model from wagtailcore_workflowcontenttype x join django_content_type c on c.id = x.content_type_id",
        "select url_path || ' ' || path from wagtailcore_page where depth > 1 order by 1",
    ];

    // Foreign keys, halves, generic references and the tree: nothing points at nothing.
    private static void AssertSound(TestDatabase site)
    {
        Assert.DoesNotContain(site.Run(new FindOrphan(), new()), o => o.Severity == Severity.Error);
        Assert.Equal(0L,
            site.Scalar<long>(
                "select count(*) from wagtailcore_page p where numchild <> (select count(*) from wagtailcore_page c " +
                    "where c.path like p.path || '____') or depth <> length(path) / 4"));
        Assert.Equal(0L, site.Scalar<long>("select count(*) - count(distinct url_path) from wagtailcore_page"));
    }

    // Numbers of content types inside revisions are each database's own.
    private static IEnumerable<string> Comparable(string[] objects) =>
        objects.Select(
            o => System.Text.RegularExpressions.Regex.Replace(o, "\"content_type\":[0-9]+", "\"content_type\":0"))
        .Where(o => !o.Contains("wagtailcore.pagelogentry", StringComparison.Ordinal)
            && !o.Contains("wagtailcore.workflowcontenttype", StringComparison.Ordinal));

    private string Export(TestDatabase site)
    {
        string path = _files.Path(Guid.NewGuid() + ".json");
        site.Run(new ExportDataset(),
            new() { Path = path, NaturalForeign = true, NaturalPrimary = true, IncludeDerived = true });
        return path;
    }

    private static ImportResult Load(TestDatabase site, string path, ImportDatasetOptions options) =>
        Assert.Single(
            site.Run(new ImportDataset(), options with { Path = path, NoUndo = true }).OfType<ImportResult>());

    private static IEnumerable<string> PlannedKeys(TestDatabase site, string path, ImportDatasetOptions options) =>
        site.Run(new ImportDataset(), options with { Path = path, WhatIf = true }).OfType<RowChange>()
            .Select(r => r.Key).Order();

    private static DataOpsException Refused(TestDatabase site, string path, ImportDatasetOptions options)
    {
        IReadOnlyDictionary<string, string> before = site.Digest();
        DataOpsException failure = Assert.ThrowsAny<DataOpsException>(
            () => site.Run(new ImportDataset(), options with { Path = path, NoUndo = true }));
        Assert.Equal(before, site.Digest());
        return failure;
    }
}
