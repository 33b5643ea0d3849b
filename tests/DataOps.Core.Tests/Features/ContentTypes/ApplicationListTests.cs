using DataOps.Core.Features.ContentTypes;

namespace DataOps.Core.Tests.Features.ContentTypes;

/// <summary>
/// What the operator says is installed, in every form; what cannot be the whole list must not condemn anything.
/// </summary>
public sealed class ApplicationListTests(PostgresServer server) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dataops-list-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("models.json",
        """{"apps": ["contenttypes"], "models": ["contenttypes.contenttype", "blog.BlogPage"]}""")]
    [InlineData("models.json", """["contenttypes.contenttype", "blog.blogpage"]""")]
    [InlineData("models.txt", "# the models\r\ncontenttypes.contenttype\r\n\r\nblog.blogpage\r\n")]
    public void A_whole_list_decides_about_every_content_type(string name, string text)
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        string path = Write(name, text);

        ContentTypeFinding[] live =
            [.. Find(site, new() { LiveModel = [path], IncludeLive = true }).Where(
                f => f is StaleContentType { Class: ContentTypeClass.Live })];

        Assert.Equal(["blog.blogpage", "contenttypes.contenttype"], live.Select(f => f.Model));
        Assert.Equal(73,
            Find(site, new() { LiveModel = [path] }).Count(
                f => f is StaleContentType { Class: ContentTypeClass.Leftover, Severity: Severity.Warning }));
    }

    [Fact]
    public void Models_that_are_named_one_by_one_are_live_and_say_nothing_of_the_others()
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        site.Execute("insert into django_content_type values (900, 'blog', 'proxy'), (901, 'blog', 'other')");

        Assert.Equal(["blog.other"], Find(site, new() { LiveModel = ["blog.Proxy"] }).Select(f => f.Model));
        Assert.Equal(["blog.other"],
            Find(site, new() { LiveModel = ["blog.proxy"], InstalledApp = Bakery.Apps }).Select(f => f.Model));
    }

    [Fact]
    public void A_model_that_the_list_names_is_live_whatever_its_app_is()
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);

        IReadOnlyList<ContentTypeFinding> found = Find(
            site, new() { InstalledApp = [.. Bakery.Apps.Where(a => a != "blog")], LiveModel = ["blog.blogpage"] });

        Assert.Equal(
            ["blog.blogindexpage", "blog.blogpagetag", "blog.blogpersonrelationship"], found.Select(f => f.Model));
    }

    [Theory]
    [InlineData("cut.json", """{"models": ["contenttypes.contentty""", "InvalidList")]
    [InlineData("other.json", """{"apps": ["contenttypes"]}""", "InvalidList")]
    [InlineData("numbers.json", """{"models": [1, 2]}""", "InvalidList")]
    [InlineData("some.json", """["blog.blogpage"]""", "IncompleteList")]
    [InlineData("some.txt", "blog.blogpage", "IncompleteList")]
    [InlineData("empty.txt", "", "IncompleteList")]
    [InlineData("words.txt", "contenttypes.contenttype\nwhat is this", "InvalidLabel")]
    public void A_file_that_is_not_whole_is_refused(string name, string text, string id)
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        string path = Write(name, text);

        Assert.Equal(id, Assert.ThrowsAny<DataOpsException>(() => Find(site, new() { LiveModel = [path] })).Id);
    }

    [Theory]
    [InlineData("django.contrib.auth", "InvalidLabel")]
    [InlineData("blog", "IncompleteList")]
    [InlineData("./nothing.txt", "FileNotFound")]
    public void Apps_are_named_by_label_and_all_of_them(string entry, string id)
    {
        using TestDatabase site = server.CopyOf(Site.Sample);

        Assert.Equal(id, Assert.ThrowsAny<DataOpsException>(() => Find(site, new() { InstalledApp = [entry] })).Id);
    }

    private static IReadOnlyList<ContentTypeFinding> Find(TestDatabase site, FindStaleContentTypeOptions options) =>
        site.Run(new FindStaleContentType(), options);

    private string Write(string name, string text)
    {
        string path = Path.Join(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
