using DataOps.Core.Features.Databases;
using DataOps.Core.Features.Orphans;

namespace DataOps.Core.Tests.Postgres.Catalog;

public sealed class SearchPathTests(PostgresServer server) : IDisposable
{
    private readonly TestDatabase _tenants = Make(server);

    public void Dispose() => _tenants.Dispose();

    [Theory]
    [InlineData("", null, "public")]
    [InlineData("acme", null, "acme")]
    [InlineData("zeta,public", null, "zeta")]
    [InlineData("\"$user\", acme", null, "acme")]
    [InlineData("acme", "zeta", "zeta")]
    public void A_site_is_that_of_the_search_path_unless_a_schema_is_named(string path, string? schema, string site)
    {
        using Session session = Open(path, schema);
        ReferenceCatalog catalog = ReferenceCatalog.Read(session);

        Assert.Equal(site, catalog.Database.DjangoSchema);
        Assert.All(catalog.Models, m => Assert.Equal(site, m.Table.Schema));
        Assert.Equal(site == "public" ? [] : ["shop.item", "shop.line"], catalog.Models.Select(m => $"{m.Label}").Skip(1));
    }

    [Fact]
    public void An_audit_is_of_one_site_and_keys_of_others_are_still_heeded()
    {
        _tenants.Execute("""
            set session_replication_role = replica;
            insert into acme.shop_line values (1, 55);
            insert into zeta.shop_line values (1, 66);
            create table zeta.loan (id int primary key, item_id int references acme.shop_item);
            insert into zeta.loan values (1, 1)
            """);
        using Session acme = Open("acme", null);

        Assert.Equal(["55"], new FindOrphan().Run(acme, new(), new()).Select(f => f.Value));
        Assert.Contains(ReferenceCatalog.Read(acme).References, r => r.Table is { Schema: "zeta", Name: "loan" });
        Assert.All(new GetReference().Run(acme, new(), new()), r => Assert.StartsWith("acme.", r.Table, StringComparison.Ordinal));
    }

    [Fact]
    public void A_schema_that_is_not_there_and_a_choice_that_nobody_made_are_refused()
    {
        using Session unknown = Open("", "nowhere");
        Assert.Equal(ErrorIds.UnknownSchema,
            Assert.Throws<DataOpsException>(() => ReferenceCatalog.Read(unknown)).Id);

        _tenants.Execute("drop table public.django_content_type");
        using Session open = Open("", null);
        DataOpsException refusal = Assert.Throws<DataOpsException>(() => ReferenceCatalog.Read(open));
        Assert.Equal((ErrorIds.SchemaNotChosen, "Choose with -Schema: acme, zeta."), (refusal.Id, refusal.Advice));
    }

    private static TestDatabase Make(PostgresServer server)
    {
        TestDatabase database = server.Django("contenttypes.contenttype", "");
        foreach (string tenant in new[] { "acme", "zeta" })
            database.Execute($"""
                create schema {tenant};
                create table {tenant}.django_content_type (like public.django_content_type including all);
                insert into {tenant}.django_content_type (app_label, model)
                values ('contenttypes', 'contenttype'), ('shop', 'item'), ('shop', 'line');
                create table {tenant}.shop_item (id int primary key);
                create table {tenant}.shop_line (id int primary key, item_id int references {tenant}.shop_item);
                insert into {tenant}.shop_item values (1)
                """);
        return database;
    }

    private Session Open(string path, string? schema)
    {
        string uri = path.Length == 0 ? _tenants.Uri : $"{_tenants.Uri}?options={Uri.EscapeDataString($"-csearch_path={path.Replace(" ", "\\ ")}")}";
        ConnectionSettings settings = ConnectionSettings.Parse(uri);
        return Session.Open(schema is null ? settings : settings.WithSchema(schema), "Test");
    }
}
