using DataOps.Core.Datasets;
using DataOps.Core.Rows;
using DataOps.Core.Tests.Servers;

namespace DataOps.Core.Tests.Django;

/// <summary>Plain keys: Django's dumpdata and loaddata against ours, over random rows of every field type.</summary>
public sealed class DjangoPlainTests(PostgresServer server) : IDisposable
{
    private readonly DjangoFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("json", null)]
    [InlineData("json", 2)]
    [InlineData("jsonl", null)]
    public void An_export_is_to_the_byte_what_dumpdata_writes(string format, int? indent)
    {
        using TestDatabase site = server.CopyOf(Site.DjangoFilled);

        string theirs = _files.Dump(site, format, indent is { } blanks ? ["--indent", $"{blanks}"] : []);
        string ours = _files.Export(site, format, new() { Indent = indent });

        FixtureText.AssertSame(theirs, ours);
        Assert.Equal(File.ReadAllText(theirs).TrimEnd('\n').Length, File.ReadAllText(ours).TrimEnd('\n').Length);
    }

    [Theory]
    [InlineData("json", TimePrecision.Microsecond)]
    [InlineData("jsonl", TimePrecision.Millisecond)]
    public void Loaddata_takes_an_export_and_makes_the_same_rows(string format, TimePrecision precision)
    {
        using TestDatabase site = server.CopyOf(Site.DjangoFilled);
        using TestDatabase loaded = server.CopyOf(Site.Django);
        using TestDatabase imported = server.CopyOf(Site.Django);
        string export = _files.Export(site, format, new() { Precision = precision });

        DjangoFiles.Load(loaded, export);
        Assert.True(DjangoFiles.Import(imported, export).Changed);

        Forget(site);
        bool cut = precision == TimePrecision.Millisecond;
        SiteRows.AssertSame(SiteRows.Of(site, cut), SiteRows.Of(loaded, cut));
        SiteRows.AssertSame(SiteRows.Of(loaded), SiteRows.Of(imported));
        Assert.False(DjangoFiles.Import(imported, export).Changed);
    }

    [Theory]
    [InlineData("json")]
    [InlineData("jsonl")]
    public void An_import_of_a_dump_makes_the_rows_of_its_source(string format)
    {
        using TestDatabase site = server.CopyOf(Site.DjangoFilled);
        using TestDatabase imported = server.CopyOf(Site.Django);

        DjangoFiles.Import(imported, _files.Dump(site, format));

        Forget(site);
        SiteRows.AssertSame(SiteRows.Of(site, milliseconds: true), SiteRows.Of(imported, milliseconds: true));
    }

    // What the format cannot hold: JSON's null beside SQL's.
    private static void Forget(TestDatabase site) =>
        Assert.True(site.Execute("update specimens_document set body_or_null = null where body_or_null = 'null'") > 0, $"seed {DjangoPeer.Seed}");
}
