using System.Diagnostics;
using System.IO.Compression;
using System.Text.Json;
using DataOps.Core.Features.Databases;

namespace DataOps.Core.Tests.Django.References;

/// <summary>The catalogue of whole sites: exact numbers, and field names as Django itself wrote them.</summary>
public sealed class SiteCatalogTests(PostgresServer server)
{
    [Fact]
    public void The_bakery_has_the_references_that_it_declares_and_no_page_type_is_missed()
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        ReferenceCatalog catalog = ReferenceCatalog.Read(site.Session);

        Assert.Equal(146, catalog.References.Count(r => r.Constraint is not null));
        Assert.Equal(14, catalog.Models.Count(m => m.Parent?.Name == "wagtailcore_page"));
        Assert.Equal(
            site.Column("select conname::text collate \"C\" from pg_constraint where contype = 'f' order by 1"),
            catalog.References.Where(r => r.Constraint is not null).Select(r => r.Name).Order(StringComparer.Ordinal));
        Assert.DoesNotContain(catalog.References, r => r.Class == ReferenceClass.Unvalidated);
    }

    [Fact]
    public void Every_model_of_the_bakery_has_the_fields_that_dumpdata_writes()
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        ReferenceCatalog catalog = ReferenceCatalog.Read(site.Session);
        Dictionary<string, Model> models = catalog.Models.ToDictionary(m => m.Label.ToString());
        using GZipStream stream = new(
            File.OpenRead(Repository.SharedData("bakery.dumpdata.json.gz")), CompressionMode.Decompress);
        using JsonDocument dump = JsonDocument.Parse(stream);
        var written = dump.RootElement.EnumerateArray()
            .GroupBy(o => o.GetProperty("model").GetString()!)
            .ToDictionary(g => g.Key,
                g => Join(g.SelectMany(o => o.GetProperty("fields").EnumerateObject().Select(f => f.Name))));

        Assert.True(written.Count > 40);
        Assert.Equal(
            written.OrderBy(w => w.Key, StringComparer.Ordinal).Select(w => $"{w.Key}: {w.Value}"),
            written.Keys.Order(StringComparer.Ordinal)
                .Select(label =>
                    $"{label}: {Join(models[label].Fields.Select(f => f.Name).Concat(models[label].ManyToMany.Select(l => l.Name)))}"));
    }

    [Theory, MemberData(nameof(PostgresServer.Versions), MemberType = typeof(PostgresServer))]
    public void The_sample_site_reads_the_same_on_every_server(int major)
    {
        using TestDatabase site = server.CopyOf(Site.Sample, major);
        using TestDatabase usual = server.CopyOf(Site.Sample);

        Assert.Equal(Lines(usual), Lines(site));
    }

    [Fact]
    public void The_damaged_sample_site_keeps_its_models()
    {
        using TestDatabase site = server.CopyOf(Site.SampleDamaged);
        using TestDatabase healthy = server.CopyOf(Site.Sample);
        static string[] Models(TestDatabase d) =>
            [.. d.Run(new GetModel(), new()).Where(m => m.Kind != "NoTable")
                .Select(m => $"{m.Model} {m.Table} {m.Kind} {m.Parent} {m.Fields} {m.ManyToMany}")];

        // A column without its constraint is written by its own name, which Django takes as well.
        Assert.Equal(Models(healthy), Models(site).Select(m => m.Replace(",target_page_id", ",target_page")));
        Assert.Contains(site.Run(new GetModel(), new()), m => m is { Model: "shop.order", Kind: "NoTable" });
        Assert.Single(ReferenceCatalog.Read(site.Session).References, r => r.Class == ReferenceClass.Unvalidated);
        Assert.Contains(ReferenceCatalog.Read(site.Session).References,
            r => r is { Class: ReferenceClass.Implied, Name: "news_relatedlink.target_page_id", Target.Name: "wagtailcore_page" });
    }

    [Fact]
    public void Twelve_queries_are_enough_for_any_number_of_tables()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        site.Execute(
            "do $$ begin for i in 1..200 loop execute format('create table extra_%s (id int primary key, page_id " +
                "int references wagtailcore_page)', i); end loop; end $$");
        using ActivityListener listener =
            new() { ShouldListenTo = s => s.Name == "Npgsql",
                Sample = (ref ActivityCreationOptions<ActivityContext> _) =>
            ActivitySamplingResult.AllData };
        int queries = 0;
        ActivityTraceId? mine = null;
        _ = site.Session;
        listener.ActivityStopped = a => _ = a.TraceId == mine ? Interlocked.Increment(ref queries) : 0;
        ActivitySource.AddActivityListener(listener);
        using (Activity test = new Activity("test").Start())
        {
            mine = test.TraceId;
            Assert.True(ReferenceCatalog.Read(site.Session).Database.Tables.Count > 200);
        }

        Assert.InRange(queries, 1, 12);
    }

    [Theory]
    [InlineData("pages", "", "", "UnknownModel", "pages")]
    [InlineData("", "wagtailcore_pag", "", "UnknownTable", "wagtailcore_pag")]
    [InlineData("", "", "no_such_fk", "UnknownReference", "no_such_fk")]
    [InlineData("", "[", "", "InvalidPattern", "[")]
    public void A_name_that_matches_nothing_is_an_error(
        string model, string table, string reference, string id, string named)
    {
        using TestDatabase site = server.CopyOf(Site.SampleEmpty);
        static string[] List(string name) => name.Length == 0 ? [] : [name];
        site.Execute("insert into django_content_type (app_label, model) values ('wagtailcore', 'page')");
        DataOpsException failure = Assert.Throws<DataOpsException>(
            () => site.Run(
                new GetReference(), new() { Model = List(model), Table = List(table), Reference = List(reference) }));

        Assert.Equal(id, failure.Id);
        Assert.Contains($"\"{named}\"", failure.Message, StringComparison.Ordinal);
        Assert.Equal(named, failure.Target);
        if (reference.Length == 0)
            Assert.Equal(id,
                Assert.Throws<DataOpsException>(
                    () => site.Run(new GetModel(), new() { Model = List(model), Table = List(table) })).Id);
    }

    [Fact]
    public void Names_are_filtered_with_wildcards_in_any_case()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);

        Assert.Equal(
            "wagtailcore.page", Assert.Single(site.Run(new GetModel(), new() { Model = ["WAGTAILCORE.Page"] })).Model);
        Assert.All(site.Run(new GetModel(), new() { Model = ["news"] }),
            m => Assert.StartsWith("news.", m.Model, StringComparison.Ordinal));
        Assert.Equal(
            ["wagtailcore_page", "wagtailcore_site"],
            site.Run(new GetModel(), new() { Table = ["public.wagtailcore_[ps]?[tg]e"] }).Select(m => m.Table));
        Assert.All(
            site.Run(new GetReference(), new() { Table = ["news_*"], Class = [ReferenceClass.ForeignKey] })
                .Cast<ReferenceInfo>(),
            r => Assert.Equal(
                (ReferenceClass.ForeignKey, true), (r.Class, r.Table.StartsWith("news_", StringComparison.Ordinal))));
    }

    private static string Join(IEnumerable<string> names) =>
        string.Join(",", names.Distinct().Order(StringComparer.Ordinal));

    private static string[] Lines(TestDatabase site) =>
    [
        .. site.Run(new GetModel(), new()).Select(
            m => $"{m with { Server = "", Database = "", Rows = null, Bytes = null }}"),
        .. site.Run(new GetReference(), new()).Cast<ReferenceInfo>().Select(r => $"{r with { Server = "", Database = "" }}"),
    ];
}
