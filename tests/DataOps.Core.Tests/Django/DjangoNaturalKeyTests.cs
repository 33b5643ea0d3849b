using DataOps.Core.Datasets;
using DataOps.Core.Tests.Servers;

namespace DataOps.Core.Tests.Django;

/// <summary>Natural keys: Django's dumpdata and loaddata against ours, over random rows.</summary>
public sealed class DjangoNaturalKeyTests(PostgresServer server) : IDisposable
{
    /// <summary>
    /// The natural keys that the project's models define. A bistro inherits its one, but the name of its parent link does not show that it is a child; this taggit is older than its own.
    /// </summary>
    private static readonly string[] s_keys =
    [
        "library.author=slug", "library.genre=name", "library.book=title+author.slug", "places.place=code", "places.bistro=venue.code",
        "taggit.tag=", "taggit.taggeditem=", "tagging.topic=", "tagging.topicassignment=",
    ];

    private readonly DjangoFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("json", null, true, false)]
    [InlineData("jsonl", null, false, true)]
    [InlineData("json", 2, true, true)]
    public void An_export_is_to_the_byte_what_dumpdata_writes(string format, int? indent, bool foreign, bool primary)
    {
        using TestDatabase site = server.CopyOf(Site.DjangoFilled);

        string theirs = _files.Dump(site, format, [.. Arguments(foreign, primary), .. indent is { } blanks ? ["--indent", $"{blanks}"] : Array.Empty<string>()]);
        string ours = _files.Export(site, format, Options(foreign, primary) with { Indent = indent });

        FixtureText.AssertSame(theirs, ours);
    }

    private static string[] Arguments(bool foreign, bool primary) => [.. foreign ? ["--natural-foreign"] : Array.Empty<string>(), .. primary ? ["--natural-primary"] : Array.Empty<string>()];

    private static ExportDatasetOptions Options(bool foreign, bool primary) => new() { NaturalForeign = foreign, NaturalPrimary = primary, NaturalKey = s_keys };
}
