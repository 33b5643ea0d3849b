using DataOps.Core.Django.Values;
using DataOps.Core.Features.Datasets.Export;

namespace DataOps.Core.Tests.Peers;

/// <summary>Natural keys: Django's dumpdata and loaddata against ours, over random rows.</summary>
public sealed class DjangoNaturalKeyTests(PostgresServer server) : IDisposable
{
    private readonly DjangoFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("json", null, true, false, Traits = ["Day", "0"])]
    [InlineData("jsonl", null, false, true, Traits = ["Day", "1"])]
    [InlineData("json", 2, true, true, Traits = ["Day", "2"])]
    public void An_export_is_to_the_byte_what_dumpdata_writes(string format, int? indent, bool foreign, bool primary)
    {
        using TestDatabase site = server.CopyOf(Site.DjangoFilled);

        string[] indented = indent is { } blanks ? ["--indent", $"{blanks}"] : [];
        string theirs = _files.Dump(site, format, [.. Arguments(foreign, primary), .. indented]);
        string ours = _files.Export(site, format, Options(foreign, primary) with { Indent = indent });

        FixtureText.AssertSame(theirs, ours);
    }

    [Theory]
    [InlineData("json", false, Traits = ["Day", "1"])]
    [InlineData("jsonl", true, Traits = ["Day", "2"])]
    public void Loaddata_takes_an_export_and_makes_the_same_objects(string format, bool primary)
    {
        using TestDatabase site = server.CopyOf(Site.DjangoFilled);
        using TestDatabase loaded = Target();

        ExportDatasetOptions options =
            Options(true, primary) with { Exclude = Excluded(primary), Precision = TimePrecision.Microsecond };
        DjangoFiles.Load(loaded, _files.Export(site, format, options));

        AssertSameObjects(site, loaded, primary);
    }

    [Theory]
    [InlineData("jsonl", false, Traits = ["Day", "0"])]
    [InlineData("json", true, Traits = ["Day", "1"])]
    public void An_import_of_a_dump_makes_the_same_objects(string format, bool primary)
    {
        using TestDatabase site = server.CopyOf(Site.DjangoFilled);
        using TestDatabase imported = Target();
        CutTimes(site);
        string dump =
            _files.Dump(site, format,
                [.. Arguments(true, primary), .. Excluded(primary).SelectMany(m => new[] { "--exclude", m })]);

        DjangoFiles.Import(imported, dump, new() { NaturalKey = DjangoFiles.NaturalKeys });

        Assert.False(DjangoFiles.Import(imported, dump, new() { NaturalKey = DjangoFiles.NaturalKeys }).Changed);
        AssertSameObjects(site, imported, primary);
    }

    // To milliseconds, as the dump's are: a second dump then writes no fraction where the first one cut it to zeros.
    private static void CutTimes(TestDatabase site) => site.Execute("""
        do $$
        declare c record;
        begin
          for c in select table_name, column_name, data_type from information_schema.columns
                   where table_schema = 'public' and data_type in ('timestamp with time zone', 'time without time zone') loop
            execute format('update %I set %2$I = date_trunc(''milliseconds'', %2$I)::%3$s', c.table_name, c.column_name, c.data_type);
          end loop;
        end $$
        """);

    /// <summary>A migrated database whose content types and permissions have other ids than the source's.</summary>
    private TestDatabase Target()
    {
        TestDatabase target = server.CopyOf(Site.Django);
        target.Execute("""
            begin; set constraints all deferred;
            update django_content_type set id = id + 1000; update auth_permission set content_type_id = content_type_id + 1000, id = 5000 - id;
            commit
            """);
        return target;
    }

    // The target has its own content types and permissions. A profile's key is its user's id, which dumpdata writes
    // even where the user's own is left out: no load can know it.
    private static string[] Excluded(bool primary) =>
        ["contenttypes", "auth.permission", .. primary ? ["accounts.profile"] : Array.Empty<string>()];

    // As Django itself sees them: without the ids that natural keys leave out, and without _order, which Django counts
    // anew.
    private void AssertSameObjects(TestDatabase expected, TestDatabase actual, bool primary)
    {
        string Objects(TestDatabase site)
        {
            site.Execute("update library_copy set _order = 0");
            return _files.Dump(site, "jsonl",
                [.. Arguments(true, primary), .. Excluded(primary).SelectMany(m => new[] { "--exclude", m })]);
        }
        FixtureText.AssertSame(Objects(expected), Objects(actual));
    }

    private static string[] Arguments(bool foreign, bool primary) =>
        [.. foreign ? ["--natural-foreign"] : Array.Empty<string>(),
            .. primary ? ["--natural-primary"] : Array.Empty<string>()];

    private static ExportDatasetOptions Options(bool foreign, bool primary) =>
        new() { NaturalForeign = foreign, NaturalPrimary = primary, NaturalKey = DjangoFiles.NaturalKeys };
}
