using System.Text.Json.Nodes;
using DataOps.Core.Features.Datasets.Export;

namespace DataOps.Core.Tests.Features.Datasets.Export;

/// <summary>Tables that are read in slices, over several connections.</summary>
public sealed class LargeTableExportTests(PostgresServer server) : IDisposable
{
    private const int Rows = 24_000;

    private static readonly int[] s_jobs = [1, 2, 5];

    private readonly string _folder = Directory.CreateTempSubdirectory("dataops-export-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("i", true)]
    [InlineData("i", false)]
    // Most keys of one end, and a few far away: slices by what the server knows are of very different sizes.
    [InlineData("case when i % 1000 = 0 then i::int8 * 384307168202282 - 4611686018427387904 else i end", true)]
    [InlineData("case when i % 1000 = 0 then i::int8 * 384307168202282 - 4611686018427387904 else i end", false)]
    public void The_file_is_the_same_over_any_number_of_connections(string key, bool withStatistics)
    {
        using TestDatabase site = Large(key, withStatistics);
        IReadOnlyList<string?> keys = site.Column("select id from shop_item order by id");

        string[] files = [.. s_jobs.Select(jobs => File.ReadAllText(Export(site, site.Session, jobs).Path))];

        Assert.Equal(keys, JsonNode.Parse(files[0])!.AsArray().Select(o => o!["pk"]!.ToJsonString()));
        Assert.True(files.All(f => f == files[0]));
    }

    [Fact]
    public void Slices_know_rows_that_came_after_the_last_analyze()
    {
        using TestDatabase site = Large("i", withStatistics: true);
        site.Execute($"""
            update shop_item set id = id + 5000000 where id % 2 = 0;
            insert into shop_item select -i, 'new' from generate_series(1, 500) i
            """);

        Assert.Equal(Rows + 500, Export(site, site.Session, jobs: 3).Count);
    }

    [Fact]
    public void Where_the_server_takes_no_more_connections_those_that_it_took_are_used()
    {
        using TestDatabase site = Large("i", withStatistics: true);
        string role = $"one_{site.Name}";
        site.Execute($"create role {role} login connection limit 1; grant select on all tables in schema public to {role}");
        try
        {
            using Session session = Session.Open(
                ConnectionSettings.Parse(site.Uri.Replace("postgres@", role + "@", StringComparison.Ordinal)), "Test");
            List<string> warnings = [];

            ExportResult result = Export(site, session, jobs: 3, warn: warnings.Add);

            Assert.StartsWith("The export reads over 1 connection instead of 3: ", Assert.Single(warnings));
            Assert.Equal(Export(site, site.Session, jobs: 1).Count, result.Count);
        }
        finally
        {
            site.Execute($"drop owned by {role}; drop role {role}");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_connection_that_ends_ends_the_others_and_leaves_no_file(int jobs)
    {
        using TestDatabase site = Large("i", withStatistics: true);
        using Session session = site.Open();
        Killer killer = new(site);

        DataOpsException lost = Assert.ThrowsAny<DataOpsException>(() => new ExportDataset().Run(
            session, new() { Path = Path.Join(_folder, "site.json"), Model = ["shop"], Jobs = jobs },
            new() { Progress = killer }).ToArray());

        Assert.Equal(FailureKind.Connection, lost.Kind);
        Assert.Empty(Directory.GetFiles(_folder));
        for (int i = 0; i < 100 && site.Scalar<long>(Killer.Readers("count(*)")) > 0; i++)
            Thread.Sleep(50);
        Assert.Equal(0L, site.Scalar<long>(Killer.Readers("count(*)")));
    }

    // Ends the newest of the connections that read, once the first rows are there.
    private sealed class Killer(TestDatabase site) : IProgress<OperationProgress>
    {
        private bool _done;

        public static string Readers(string what) => $"""
            select {what} from pg_stat_activity where datname = current_database() and query like 'copy (%shop_item%'
                and state = 'active'
            """;

        public void Report(OperationProgress value)
        {
            if (_done || value.Activity != "Exporting shop.item")
                return;
            _done = true;
            site.Execute(Readers("pg_terminate_backend(max(pid))"));
        }
    }

    private TestDatabase Large(string key, bool withStatistics)
    {
        TestDatabase site = server.CopyOf(Site.Sample);
        site.Execute($"""
            create table shop_item (id int8 primary key, text text not null) with (autovacuum_enabled = false);
            insert into django_content_type (app_label, model) values ('shop', 'item');
            insert into shop_item select {key}, repeat(md5(i::text), 30) from generate_series(1, {Rows}) i order by md5(i::text);
            {(withStatistics ? "analyze shop_item" : "")}
            """);
        return site;
    }

    private ExportResult Export(
        TestDatabase site, Session session, int jobs, Action<string>? warn = null) =>
        Assert.Single(new ExportDataset().Run(
            session,
            new()
            {
                Path = Path.Join(_folder, $"{site.Name}-{jobs}.json"), Model = ["shop"], Jobs = jobs, Force = true,
            },
            new() { Warning = warn }));
}
