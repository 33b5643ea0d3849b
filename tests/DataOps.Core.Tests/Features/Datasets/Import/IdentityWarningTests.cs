using DataOps.Core.Features.Datasets.Export;
using DataOps.Core.Features.Datasets.Import;

namespace DataOps.Core.Tests.Features.Datasets.Import;

public sealed class IdentityWarningTests(PostgresServer server) : IDisposable
{
    private readonly TestDatabase _site = server.CopyOf(Site.Sample);
    private readonly ChangeFiles _files = new();
    private readonly List<string> _warnings = [];

    public void Dispose()
    {
        _files.Dispose();
        _site.Dispose();
    }

    [Fact]
    public void Numbers_of_content_types_that_the_file_does_not_hold_are_counted()
    {
        Load(Export("taggit.taggeditem", "auth.group"));

        Assert.Contains(_warnings, w =>
            w.StartsWith("4 references to contenttypes.contenttype by number (taggit.taggeditem.content_type 4)",
                StringComparison.Ordinal));
        Assert.Contains(_warnings, w => w.Contains("to auth.permission by number (auth.group.permissions ",
            StringComparison.Ordinal));
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
        string path = _files.New() + ".json";
        Assert.Single(_site.Run(new ExportDataset(),
            new() { Path = path, Model = models, Precision = Core.Django.Values.TimePrecision.Microsecond }));
        return path;
    }

    private void Load(string path) => Assert.NotEmpty(_site.Run(
        new ImportDataset(), new() { Path = path, WhatIf = true }, new OperationContext { Warning = _warnings.Add }));
}
