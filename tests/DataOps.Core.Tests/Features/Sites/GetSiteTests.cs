using DataOps.Core.Features.Sites;

namespace DataOps.Core.Tests.Features.Sites;

public sealed class GetSiteTests(PostgresServer server)
{
    [Fact]
    public void Each_site_is_told_with_its_root_page_and_the_row_of_the_other_table()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        string own = site.Scalar<string>("select hostname || ':' || port from wagtailcore_site")!;
        site.Execute("""
            create table if not exists django_site (id int primary key, domain varchar(100) not null, name varchar(50) not null);
            insert into django_content_type (app_label, model) values ('sites', 'site') on conflict do nothing;
            delete from django_site;
            insert into django_site select 7, hostname, 'museum' from wagtailcore_site;
            insert into django_site values (8, 'shop.example.org:8443', 'shop');
            """);

        SiteInfo[] sites = Get(site);

        Assert.Equal([own, "shop.example.org:8443"], sites.Select(s => s.Site));
        Assert.Equal((7L, true), (sites[0].DomainId!.Value, sites[0].IsDefault!.Value));
        Assert.Equal(site.Column("select url_path from wagtailcore_page p join wagtailcore_site s on s.root_page_id = p.id").Single(),
            sites[0].RootPath);
        Assert.Equal((null, null, 8L, "shop"), (sites[1].Id, sites[1].RootPage, sites[1].DomainId!.Value, sites[1].SiteName));
        Assert.Equal(["shop.example.org:8443"], Get(site, "shop*").Select(s => s.Site));
        Assert.Equal(["shop.example.org:8443"], Get(site, "8").Select(s => s.Site));
        Assert.Empty(Get(site, "nothing*"));
        Assert.Equal(ErrorIds.UnknownSite, Assert.Throws<DataOpsException>(() => Get(site, "nothing")).Id);
    }

    [Fact]
    public void A_root_page_that_is_gone_has_no_address()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        site.Execute("""
            alter table wagtailcore_site drop constraint if exists wagtailcore_site_root_page_id_e02fb95c_fk_wagtailcore_page_id;
            update wagtailcore_site set root_page_id = 4711;
            """);

        SiteInfo found = Assert.Single(Get(site));
        Assert.Equal((4711L, null, null), (found.RootPage!.Value, found.RootPath, found.Title));
    }

    private static SiteInfo[] Get(TestDatabase site, params string[] names) =>
        [.. site.Run(new GetSite(), new() { Name = names })];
}
