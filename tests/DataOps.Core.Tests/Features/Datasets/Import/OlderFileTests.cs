using DataOps.Core.Features.Datasets.Import;
using DataOps.Core.Features.Datasets.Testing;

namespace DataOps.Core.Tests.Features.Datasets.Import;

/// <summary>What a newer file brought is not deleted by an older one.</summary>
[Collection(TestStateFolder.Collection)]
public sealed class OlderFileTests(PostgresServer server) : IDisposable
{
    private readonly ImportFiles _files = new();
    private readonly TestDatabase _site = server.CopyOf(Site.Sample);

    public void Dispose()
    {
        _site.Dispose();
        _files.Dispose();
    }

    [Fact]
    public void A_file_that_is_older_than_the_one_loaded_last_deletes_nothing_unless_that_is_asked_for()
    {
        _site.Execute("insert into auth_group (id, name) values (501, 'a'), (502, 'b')");
        const string Above = "\"pk__gt\": 500, \"pk__lt\": 600";
        const string Reversed = "\"pk__lt\": 600, \"pk__gt\": 500";
        string old = File("01-01", Above, 501);
        Assert.True(Load(File("01-02", Above, 501, 502, 503)).Changed);

        DataOpsException failure = Refused(old, new());
        Assert.Equal("OlderFile", failure.Id);
        Assert.Contains(
            "2 rows of auth.group, and is of 2026-01-01 10:00:00 UTC, older than the file of 2026-01-02 10:00:00 UTC",
            failure.Message);
        Assert.Contains("-AllowOlder", failure.Advice);
        Assert.Equal("OlderFile", Refused(File("01-01", Reversed, 501), new()).Id);
        Assert.Equal(["OlderFile"],
            _site.Run(new TestDataset(), new() { Path = old, MaxDelete = "9" })
                .OfType<DatasetFinding>().Select(f => f.Id));
        // It deletes nothing; nor is it about the same rows; and the newest is what counts, not the last of these.
        Assert.False(Load(File("01-01", Above, 501, 502, 503)).Changed);
        Assert.Equal(1, Load(File("01-01", "\"pk__in\": [501, 502]", 501)).Deleted);
        Assert.Equal("OlderFile", Refused(File("01-01", Above, 501), new()).Id);
        Assert.Equal(1, Load(File("01-02", Above, 501)).Deleted);

        _site.Execute("insert into auth_group (id, name) values (504, 'x')");
        Assert.Equal(1, Load(old, new() { AllowOlder = true }).Deleted);
        _site.Execute("insert into auth_group (id, name) values (504, 'x')");
        Assert.Equal(1, Load(old).Deleted);
    }

    [Fact]
    public void What_was_loaded_into_one_database_says_nothing_of_another()
    {
        string[] files = [File("01-02", "\"pk__gt\": 500", 501), File("01-01", "\"pk__gt\": 500", 501)];
        using TestDatabase other = server.CopyOf(Site.Sample);
        foreach (TestDatabase site in new[] { _site, other })
            site.Execute("insert into auth_group (id, name) values (501, 'a'), (502, 'b')");
        Assert.Equal(1, Load(files[0]).Deleted);
        Assert.Equal(1,
            other.Run(new ImportDataset(), new() { Path = files[1], NoUndo = true })
                .OfType<ImportResult>().Single().Deleted);
    }

    private string File(string day, string filter, params int[] groups) => _files.Json("""
        {"version": 1, "specs": [{"model": "auth.group", "delete_missing": true, "filter": {FILTER}}], "snapshot": "2026-DAY:00:00.000000Z", "objects": [OBJECTS]}
        """.Replace("FILTER", filter).Replace("DAY", day + "T10").Replace("OBJECTS", string.Join(", ", groups.Select(g => Group(g, $"g{g}")))));

    private static string Group(int id, string name) =>
        $$$"""{"model": "auth.group", "pk": {{{id}}}, "fields": {"name": "{{{name}}}"}}""";

    private ImportResult Load(string path, ImportDatasetOptions? options = null) =>
        _site.Run(new ImportDataset(), (options ?? new()) with { Path = path, NoUndo = true, MaxDelete = "9" })
            .OfType<ImportResult>().Single();

    private DataOpsException Refused(string path, ImportDatasetOptions options)
    {
        IReadOnlyDictionary<string, string> before = _site.Digest();
        DataOpsException failure = Assert.ThrowsAny<DataOpsException>(() => Load(path, options));
        Assert.Equal(before, _site.Digest());
        return failure;
    }
}
