using DataOps.Core.Features.Datasets.Import;

namespace DataOps.Core.Tests.Peers;

/// <summary>
/// What Django's dumpdata writes besides JSON and JSONL is read, to the microsecond, which these formats keep.
/// </summary>
public sealed class DjangoFormatTests(PostgresServer server) : IDisposable
{
    private const int Rows = 25;

    private readonly DjangoFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("xml", Traits = ["Day", "0"])]
    [InlineData("xml", "--natural-foreign", Traits = ["Day", "1"])]
    [InlineData("yaml", Traits = ["Day", "2"])]
    [InlineData("yaml", "--natural-foreign", Traits = ["Day", "0"])]
    public void A_dump_in_another_format_makes_the_rows_of_its_source(string format, params string[] arguments)
    {
        using TestDatabase site = Filled(format == "xml" ? ["--xml"] : []);
        using TestDatabase imported = server.CopyOf(Site.Django);

        DjangoFiles.Import(
            imported, _files.Dump(site, format, arguments), new() { NaturalKey = DjangoFiles.NaturalKeys });

        site.Execute("update specimens_document set body_or_null = null where body_or_null = 'null'");
        SiteRows.AssertSame(SiteRows.Of(site), SiteRows.Of(imported));
    }

    [Fact, Trait("Day", "1")]
    public void A_dump_is_read_however_Django_compresses_it()
    {
        using TestDatabase site = Filled();
        using TestDatabase imported = server.CopyOf(Site.Django);
        ImportResult plain = DjangoFiles.Import(imported, _files.Dump(site, "json"));
        Assert.True(plain.Changed);

        foreach (string ending in new[] { "json.gz", "jsonl.bz2", "json.xz", "jsonl.lzma" })
        {
            ImportResult again = DjangoFiles.Import(imported, _files.Dump(site, ending));
            Assert.Equal((ending, false, plain.Objects), (ending, again.Changed, again.Objects));
        }
    }

    private TestDatabase Filled(params string[] arguments)
    {
        TestDatabase site = server.CopyOf(Site.Django);
        RunningDjango.Get().Fill(site.Port, site.Name, Rows, arguments);
        return site;
    }
}
