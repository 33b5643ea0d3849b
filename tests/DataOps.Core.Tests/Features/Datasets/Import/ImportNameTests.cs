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
