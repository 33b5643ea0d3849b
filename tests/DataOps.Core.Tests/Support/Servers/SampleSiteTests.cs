namespace DataOps.Core.Tests.Support.Servers;

/// <summary>
/// The sample site is what its README says: other tests and the documentation rest on it. Plain SQL, none of the code
/// under test.
/// </summary>
public sealed class SampleSiteTests(PostgresServer server)
{
    private static readonly string[] Violations =
    [
        "events_booking 901 event_id=700", "events_booking 902 event_id=700",
        "events_eventpage 12 venue_id=0d6f1f64-7c5d-4d9b-9a55-8b0a00000001",
        "news_articleauthor 2 person_id=4", "news_articleauthor 4 person_id=4", "news_articleauthor 5 page_id=8",
        "news_articlepage 7 lead_image_id=4", "news_articlepage 9 category_id=1", "news_articlepage 9 page_ptr_id=9",
        "news_articlepage_topics 5 topic_id=4",
        "news_category 2 parent_id=1", "news_category 3 parent_id=1",
        "taggit_taggeditem 902 content_type_id=999",
        "wagtailimages_image 8 collection_id=55", "wagtailimages_rendition 12 image_id=4",
        "wagtailimages_rendition 4 image_id=4",
        "wagtailredirects_redirect 3 redirect_page_id=15", "wagtailredirects_redirect 901 redirect_page_id=501",
    ];

    [Fact]
    public void The_healthy_site_violates_no_declared_reference()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);

        Assert.Empty(DeclaredViolations(site));
        Assert.InRange(site.Digest().Values.Sum(v => long.Parse(v.Split(':')[0])), 600, 700);
    }

    [Theory, MemberData(nameof(PostgresServer.Versions), MemberType = typeof(PostgresServer))]
    public void The_damage_violates_the_declared_references_that_its_readme_lists(int major)
    {
        using TestDatabase site = server.CopyOf(Site.SampleDamaged, major);

        Assert.Equal(Violations, DeclaredViolations(site));
    }

    [Fact]
    public void The_rows_are_the_same_each_time_the_site_is_made()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        using TestDatabase again = server.CopyOf(Site.SampleEmpty);
        again.ExecuteFile(Path.Combine(Repository.Samples, "site-data.sql"));

        Assert.Equal(site.Digest(), again.Digest());
    }

    [Fact]
    public void The_damage_has_the_undeclared_kinds_too()
    {
        using TestDatabase site = server.CopyOf(Site.SampleDamaged);
        string Missing(string table, string column, string target) =>
            string.Join(",",
                site.Column(
                    $"select id from {table} t where {column} is not null and not exists (select 1 from {target} r " +
                        $"where r.id::text = t.{column}::text) order by id"));

        Assert.Equal("1", Missing("news_relatedlink", "target_page_id", "wagtailcore_page"));
        Assert.Equal("1,2,11,16", Missing("wagtailcore_pagelogentry", "page_id", "wagtailcore_page"));
        Assert.Equal(["16"],
            site.Column(
                "select id from wagtailcore_page p where depth > 1 and not exists (select 1 from wagtailcore_page q " +
                    "where q.path = left(p.path, -4))"));
        Assert.Equal(["8"], site.Column(
            """
            select p.id from wagtailcore_page p join django_content_type c on c.id = p.content_type_id
            where c.model = 'articlepage' and not exists (select 1 from news_articlepage a where a.page_ptr_id = p.id)
            """));
        Assert.Equal(["7"],
            site.Column("select page_ptr_id from news_articlepage where body @> '[{\"value\": {\"image\": 4}}]'"));
        Assert.Equal(
            ["f"], site.Column("select left(convalidated::text, 1) from pg_constraint where not convalidated"));
    }

    private static List<string> DeclaredViolations(TestDatabase site)
    {
        IReadOnlyList<object?[]> references = site.Rows(
            """
            select c.conrelid::regclass::text, k.attname, c.confrelid::regclass::text, t.attname,
              (select a.attname from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0] where i.indrelid = c.conrelid and i.indisprimary)
            from pg_constraint c
            join pg_attribute k on k.attrelid = c.conrelid and k.attnum = c.conkey[1]
            join pg_attribute t on t.attrelid = c.confrelid and t.attnum = c.confkey[1]
            where c.contype = 'f'
            """);
        return [.. references
            .SelectMany(r =>
                site.Column(
                $"select '{r[0]} ' || {r[4]} || ' {r[1]}=' || {r[1]} from {r[0]} c where {r[1]} is not null and not " +
                    $"exists (select 1 from {r[2]} t where t.{r[3]} = c.{r[1]})"))
            .Select(line => line!)
            .Order(StringComparer.Ordinal)];
    }
}
