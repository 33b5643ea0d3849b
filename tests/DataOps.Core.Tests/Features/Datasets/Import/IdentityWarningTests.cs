using DataOps.Core.Features.Datasets.Export;
using DataOps.Core.Features.Datasets.Import;
using DataOps.Core.Files;

namespace DataOps.Core.Tests.Features.Datasets.Import;

public sealed class IdentityWarningTests(PostgresServer server) : IDisposable
{
    private readonly TestDatabase _site = server.CopyOf(Site.Sample);
    private readonly ImportFiles _files = new();
    private readonly List<string> _warnings = [];

    public void Dispose()
    {
        _files.Dispose();
        _site.Dispose();
    }

    [Fact]
    public void Content_types_and_permissions_that_a_dump_does_not_hold_are_written_by_name()
    {
        string path = Export("taggit.taggeditem", "auth.group");

        Assert.Contains("\"content_type\": [\"wagtailimages\", \"image\"]", File.ReadAllText(path), StringComparison.Ordinal);
        Assert.Contains("[\"add_image\", \"wagtailimages\", \"image\"]", File.ReadAllText(path), StringComparison.Ordinal);
        Load(path);
        Assert.Empty(_warnings);
    }

    [Fact]
    public void Numbers_that_the_file_does_not_explain_are_refused_with_what_they_are_here()
    {
        int topic = _site.Scalar<int>("select id from django_content_type where (app_label, model) = ('news', 'topic')");
        int add = _site.Scalar<int>("select id from auth_permission where codename = 'add_topic'");
        string path = _files.Json($$$"""
            [{"model": "taggit.taggeditem", "pk": 90, "fields": {"tag": 1, "object_id": 1, "content_type": {{{topic}}}}},
             {"model": "auth.group", "pk": 90, "fields": {"name": "Readers", "permissions": [{{{add}}}]}},
             {"model": "auth.group", "pk": 91, "fields": {"name": "Nobody", "permissions": []}}]
            """);

        DatasetException refused = Assert.Throws<DatasetException>(() => Load(path));

        Assert.Equal(ErrorIds.UnnamedContentType, refused.Id);
        Assert.StartsWith("2 references in ", refused.Message, StringComparison.Ordinal);
        Assert.Contains(
            $"-> contenttypes.contenttype {topic}, which is news.topic here", refused.Message, StringComparison.Ordinal);
        Assert.Contains(
            $"-> auth.permission {add}, which is news.add_topic here", refused.Message, StringComparison.Ordinal);
        Load(path, trust: true);
    }

    [Fact]
    public void Numbers_of_rows_and_lists_that_are_here_as_the_file_has_them_need_no_explanation()
    {
        int topic = _site.Scalar<int>("select id from django_content_type where (app_label, model) = ('news', 'topic')");
        string[] may = [.. _site.Column("select id from auth_permission order by id limit 3").OfType<string>()];
        _site.Execute($"""
            insert into taggit_taggeditem (id, tag_id, object_id, content_type_id) values (90, 1, 1, {topic}), (91, 1, 2, {topic});
            insert into auth_group values (90, 'Readers'), (91, 'Writers'), (92, 'Others');
            insert into auth_group_permissions (group_id, permission_id)
              values (90, {may[0]}), (90, {may[1]}), (91, {may[0]}), (91, {may[1]}), (92, {may[0]})
            """);
        string Group(int id, string name, params string[] permissions) => $$$"""
            {"model": "auth.group", "pk": {{{id}}}, "fields": {"name": "{{{name}}}", "permissions": [{{{string.Join(", ", permissions)}}}]}}
            """;
        string Item(int id, int number) => $$$"""
            {"model": "taggit.taggeditem", "pk": {{{id}}}, "fields": {"tag": 1, "object_id": {{{number}}}, "content_type": {{{topic}}}}}
            """;

        // The group's own name may change: its list does not.
        Load(_files.Json($"[{Item(90, 1)}, {Group(90, "Known", may[1], may[0])}]"));
        DatasetException refused = Assert.Throws<DatasetException>(() => Load(_files.Json(
            $"[{Item(90, 1)}, {Item(91, 7)}, {Group(91, "Writers", may[0])}, {Group(92, "Others", may[0], may[2])}]")));

        // Another object; an entry that would be taken away; one that would come.
        Assert.Equal(["91 content_type", "91 permissions", "92 permissions", "92 permissions"],
            refused.Problems.Select(p => $"{p.Cells[1]} {p.Cells[2]}"));
    }

    [Fact]
    public void One_content_type_in_the_file_explains_no_other()
    {
        string path = _files.Json("""
            [{"model": "contenttypes.contenttype", "pk": 900, "fields": {"app_label": "news", "model": "topic"}},
             {"model": "taggit.taggeditem", "pk": 90, "fields": {"tag": 1, "object_id": 1, "content_type": 900}},
             {"model": "taggit.taggeditem", "pk": 91, "fields": {"tag": 1, "object_id": 2, "content_type": 1}}]
            """);

        DatasetException refused = Assert.Throws<DatasetException>(() => Load(path));

        Assert.StartsWith("1 reference", refused.Message, StringComparison.Ordinal);
        Assert.Contains("taggit.taggeditem  91  content_type", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_says_what_its_numbers_mean_is_loaded_without_a_word()
    {
        Load(Export("taggit.taggeditem", "contenttypes.contenttype"));

        Assert.Empty(_warnings);
    }

    [Fact]
    public void Rows_that_would_become_another_one_under_their_key_are_named()
    {
        string path = Export("wagtailcore.page", "auth.user", "contenttypes.contenttype", "auth.permission");
        Load(path);
        Assert.Empty(_warnings);

        _site.Execute("""
            update wagtailcore_page set translation_key = gen_random_uuid(), title = 'A stranger' where id = 10;
            update wagtailcore_page set title = 'Another title' where id = 11;
            update auth_user set username = 'somebody.else' where id = 2
            """);
        Load(path);

        Assert.Contains(
            "1 row of wagtailcore.page would become another one under the same key (translation_key differs): 10. "
                + "If the file is of another site, -Match NaturalKey finds rows by their natural keys.", _warnings);
        Assert.Contains(_warnings, w => w.StartsWith("1 row of auth.user would become another one", StringComparison.Ordinal));
    }

    private string Export(params string[] models)
    {
        string path = _files.Path("site.json");
        Assert.Single(_site.Run(new ExportDataset(),
            new() { Path = path, Model = models, Precision = Core.Django.Values.TimePrecision.Microsecond }));
        return path;
    }

    private void Load(string path, bool trust = false) => Assert.NotEmpty(_site.Run(
        new ImportDataset(), new() { Path = path, WhatIf = true, TrustContentTypes = trust },
        new OperationContext { Warning = _warnings.Add }));
}
