using DataOps.Core.Features.Datasets;
using DataOps.Core.Features.Datasets.Import;
using DataOps.Core.Features.Datasets.Testing;

namespace DataOps.Core.Tests.Features.Datasets.Import;

/// <summary>Which names of models and fields a load takes, and which it leaves out.</summary>
public sealed class ImportNameTests : IDisposable
{
    private readonly ImportFiles _files = new();
    private readonly TestDatabase _site;
    private readonly List<string> _said = [];

    public ImportNameTests(PostgresServer server)
    {
        _site = server.CopyOf(Site.Sample);
        _site.Execute("""
            create table news_place (city text, street text, area int, primary key (city, street));
            create table news_shelf (id int primary key, category_id int references news_category, label text not null);
            insert into django_content_type (app_label, model) values ('news', 'place'), ('news', 'shelf');
            """);
    }

    public void Dispose()
    {
        _site.Dispose();
        _files.Dispose();
    }

    [Fact]
    public void A_reference_is_called_as_its_field_or_as_its_column()
    {
        int category = _site.Scalar<int>("select min(id) from news_category");
        Load(_files.Lines(
            $$$"""{"model": "news.shelf", "pk": 1, "fields": {"category_id": {{{category}}}, "label": "a"}}""",
            $$$"""{"model": "news.shelf", "pk": 2, "fields": {"category": {{{category}}}, "label": "b"}}"""));

        Assert.Equal(
            [$"{category}", $"{category}"], _site.Column("select category_id::text from news_shelf order by id"));
    }

    [Fact]
    public void An_object_of_a_proxy_is_loaded_as_the_model_that_the_description_names()
    {
        _site.Execute("insert into django_content_type (app_label, model) values ('news', 'topshelf')");
        string file = _files.Lines("""{"model": "news.topshelf", "pk": 1, "fields": {"label": "a"}}""");

        DataOpsException refused = Refused(file, new());
        using Session told = Session.Open(
            _site.Settings.WithSite("""{ "proxies": { "news.TopShelf": "news.shelf" } }"""), "Test");
        Assert.NotEmpty(new ImportDataset().Run(told, new() { Path = file, NoUndo = true }, new()));

        Assert.Equal("UnknownModel", refused.Id);
        Assert.Contains("its content type is there, but no table of that name: a proxy", refused.Message,
            StringComparison.Ordinal);
        Assert.Contains("""'{ "proxies": { "news.topshelf": "app.model" } }'""", refused.Advice, StringComparison.Ordinal);
        Assert.Equal("a", _site.Scalar<string>("select label from news_shelf where id = 1"));
    }

    [Fact]
    public void Before_there_are_content_types_the_description_tells_tables_and_lists_of_other_names()
    {
        _site.Execute("""
            create table kiosks (id int primary key, owner text);
            create table kiosk_papers (id serial primary key, kiosk_id int references kiosks,
                category_id int references news_category);
            """);
        int category = _site.Scalar<int>("select min(id) from news_category");
        string file = _files.Lines(
            $$$"""{"model": "stand.kiosk", "pk": 1, "fields": {"owner": "Ada", "papers": [{{{category}}}]}}""");
        using Session told = Session.Open(_site.Settings.WithSite("""
            { "tables": { "stand.kiosk": "kiosks" }, "manyToMany": { "stand.kiosk.papers": "kiosk_papers" } }
            """), "Test");

        Assert.NotEmpty(new ImportDataset().Run(told, new() { Path = file, NoUndo = true }, new()));

        Assert.Equal($"Ada {category}", _site.Scalar<string>(
            "select owner || ' ' || category_id from kiosks k join kiosk_papers p on p.kiosk_id = k.id"));
    }

    [Fact]
    public void A_key_may_stand_in_the_fields_alone()
    {
        string file = _files.Lines(
            """{"model": "news.place", "fields": {"city": "Bern", "street": "Aare", "area": 1}}""",
            """{"model": "news.place", "pk": ["Bern", "Egg"], "fields": {"area": 2}}""",
            """{"model": "news.shelf", "fields": {"id": 7, "label": "a"}}""");
        Load(file);

        Assert.Equal(["Bern Aare 1", "Bern Egg 2"],
            _site.Column("select concat_ws(' ', city, street, area) from news_place order by 1"));
        Assert.Equal(7, _site.Scalar<int>("select id from news_shelf"));
        Assert.False(Load(file).Changed);
        Assert.Equal("MissingKey", Refused(_files.Lines(
            """{"model": "news.place", "fields": {"city": "Bern", "area": 1}}"""), new()).Id);
    }

    [Fact]
    public void Fields_of_the_parent_in_a_childs_object_are_left_out_and_said()
    {
        string title = _site.Scalar<string>("""
            select title from wagtailcore_page where id = (select min(page_ptr_id) from news_articlepage)
            """);
        int article = _site.Scalar<int>("select min(page_ptr_id) from news_articlepage");
        ImportResult result = Load(_files.Lines(
            $$$"""{"model": "news.articlepage", "pk": {{{article}}}, "fields": {"id": {{{article}}}, "title": "NEW"}}"""));

        Assert.False(result.Changed);
        Assert.Equal(title, _site.Scalar<string>($"select title from wagtailcore_page where id = {article}"));
        Assert.StartsWith("title in objects of news.articlepage: fields of its parent wagtailcore.page",
            Assert.Single(_said));
    }

    [Fact]
    public void A_load_takes_the_models_that_are_named_and_leaves_out_the_others()
    {
        string file = _files.Lines(
            """{"model": "news.shelf", "pk": 1, "fields": {"label": "a"}}""",
            """{"model": "news.place", "pk": ["Bern", "Egg"], "fields": {"area": 2}}""",
            """{"model": "auth.group", "pk": 900, "fields": {"name": "new"}}""");

        ImportResult result = Load(file, new() { Model = ["news"], Exclude = ["*.place", "sessions"] });
        Assert.Equal((1, 3, 2, 0), (result.Inserted, result.Objects, result.Ignored, result.Unchanged));
        Assert.Equal(1, Load(file, new() { Model = ["AUTH.Group"] }).Inserted);
        Assert.Equal("NothingSelected", Refused(file, new() { Model = ["news", "blog"] }).Id);
        Assert.Equal("UnknownModel", Refused(file, new() { Exclude = ["news.shelves"] }).Id);
        DatasetTest test = _site.Run(new TestDataset(), new() { Path = file, Exclude = ["news.shelf"] })
            .OfType<DatasetTest>().Single();
        Assert.Equal((true, 1, 1), (test.IsLoadable, test.Ignored, test.WouldInsert));
        Assert.Equal(1, _site.Run(new TestDataset(), new() { Path = file, Exclude = ["news"], Offline = true })
            .OfType<DatasetTest>().Single().Objects);
    }

    [Fact]
    public void Models_and_fields_that_the_database_lacks_are_left_out_and_said_when_told_so()
    {
        string file = _files.Lines(
            """{"model": "news.shelf", "pk": 1, "fields": {"label": "a", "colour": "red"}}""",
            """{"model": "blog.author", "pk": 1, "fields": {"name": "x"}}""",
            """{"model": "blog.author", "pk": 2, "fields": {"name": "y"}}""");

        Assert.Contains("-IgnoreUnknown", Refused(file, new()).Advice);
        ImportResult result = Load(file, new() { IgnoreUnknown = true });
        const string LeftOut = "news.shelf.colour (1 object), blog.author (2 objects)";
        Assert.Equal((1, 2, LeftOut, 0), (result.Inserted, result.Ignored, result.Unknown, result.Unchanged));
        Assert.Contains($"Left out, as the database lacks them: {LeftOut}.", _said);
        IReadOnlyList<IDatasetTestResult> test = _site.Run(
            new TestDataset(), new() { Path = file, IgnoreUnknown = true });
        Assert.Contains(test.OfType<DatasetFinding>(), f => f.Problem.Contains(LeftOut));
        Assert.Equal((true, "news.shelf.colour, blog.author"),
            test.OfType<DatasetTest>().Select(t => (t.IsLoadable, t.Missing)).Single());
    }

    [Fact]
    public void Specs_of_models_that_are_left_out_delete_nothing()
    {
        _site.Execute("insert into news_shelf values (1, null, 'a'), (2, null, 'b')");
        string file = _files.Json("""
            {"version": 1, "specs": [{"model": "news.shelf", "delete_missing": true, "filter": {}},
                {"model": "blog.author", "delete_missing": true, "filter": {}}, {"model": "auth.group", "filter": {}}],
              "objects": [{"model": "auth.group", "pk": 900, "fields": {"name": "new"}}]}
            """);

        ImportResult done = Load(file, new() { IgnoreUnknown = true, Exclude = ["news"] });
        Assert.Equal((1, 0), (done.Inserted, done.Deleted));
        Assert.Equal(2L, _site.Scalar<long>("select count(*) from news_shelf"));
    }

    private ImportResult Load(string path, ImportDatasetOptions? options = null) => Assert.Single(
        _site.Run(new ImportDataset(), (options ?? new()) with { Path = path, NoUndo = true },
            new OperationContext { Warning = _said.Add }).OfType<ImportResult>());

    private DataOpsException Refused(string path, ImportDatasetOptions options)
    {
        IReadOnlyDictionary<string, string> before = _site.Digest();
        DataOpsException failure = Assert.ThrowsAny<DataOpsException>(() => Load(path, options));
        Assert.Equal(before, _site.Digest());
        return failure;
    }
}
