using DataOps.Core.Features.Databases;
using DataOps.Core.Features.Orphans;
using DataOps.Core.Features.Rows;

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
        using Session session = Open(path, [schema]);
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
        using Session acme = Open("acme");

        Assert.Equal(["55"], new FindOrphan().Run(acme, new(), new()).Select(f => f.Value));
        Assert.Contains(ReferenceCatalog.Read(acme).References, r => r.Table is { Schema: "zeta", Name: "loan" });
        Assert.All(new GetReference().Run(acme, new(), new()).Cast<ReferenceInfo>(), r => Assert.StartsWith("acme.", r.Table, StringComparison.Ordinal));
    }

    [Fact]
    public void A_schema_that_is_not_there_and_a_choice_that_nobody_made_are_refused()
    {
        using Session unknown = Open("", "nowhere");
        Assert.Equal(ErrorIds.UnknownSchema,
            Assert.Throws<DataOpsException>(() => ReferenceCatalog.Read(unknown)).Id);

        _tenants.Execute("drop table public.django_content_type");
        using Session open = Open("");
        DataOpsException refusal = Assert.Throws<DataOpsException>(() => ReferenceCatalog.Read(open));
        Assert.Equal((ErrorIds.SchemaNotChosen, "Choose with -Schema: acme, zeta."), (refusal.Id, refusal.Advice));
    }

    [Fact]
    public void An_audit_of_several_schemas_is_one_of_each_and_says_its_schema()
    {
        _tenants.Execute("""
            set session_replication_role = replica;
            insert into acme.shop_line values (1, 55);
            insert into zeta.shop_line values (1, 66)
            """);
        using Session tenants = Open("", "[az]*");

        Assert.Equal([("acme", "55"), ("zeta", "66")],
            new FindOrphan().Run(tenants, new(), new()).Select(f => (f.Schema, f.Value)));
        Assert.Equal(["acme", "zeta"], new FindOrphan().Run(tenants, new() { Summary = true }, new()).Select(f => f.Schema));
        Assert.Equal(["acme", "zeta"], new GetModel().Run(tenants, new() { Model = ["shop.item"] }, new()).Select(m => m.Schema));
        using Session both = Open("", "zeta", "acme");
        Assert.Equal(["acme", "zeta"], new GetDatabase().Run(both, new(), new()).Select(d => d.Schema));
        using Session one = Open("", "acme");
        Assert.Null(Assert.Single(new FindOrphan().Run(one, new(), new())).Schema);
    }

    [Fact]
    public void A_schema_that_cannot_be_read_does_not_end_the_others()
    {
        _tenants.Execute("""
            set session_replication_role = replica;
            insert into zeta.shop_line values (1, 66);
            alter table acme.django_content_type rename column model to kind
            """);
        using Session tenants = Open("", "acme", "zeta", "nowhere");
        List<DataOpsException> failures = [];
        OperationContext context = new() { NotFound = failures.Add };

        Assert.Equal(
            [("acme", AuditProblem.CheckFailed, Severity.Error), ("zeta", ReferenceClass.ForeignKey, Severity.Error)],
            new FindOrphan().Run(tenants, new(), context).Select(f => (f.Schema, (object?)f.Class, f.Severity)));
        Assert.All(new GetReference().Run(tenants, new(), context).Cast<ReferenceInfo>(), r => Assert.Equal("zeta", r.Schema));
        Assert.Equal([ErrorIds.UnknownSchema, ErrorIds.UnknownSchema, "Postgres.42703"], failures.Select(f => f.Id));
        Assert.StartsWith("Schema acme: ", failures[^1].Message, StringComparison.Ordinal);
        Assert.Equal(ErrorIds.UnknownSchema,
            Assert.Throws<DataOpsException>(() => new GetReference().Run(tenants, new(), new()).Count()).Id);
    }

    [Fact]
    public void What_changes_or_dumps_rows_works_on_one_schema()
    {
        using Session tenants = Open("", "[az]*");
        using Session acme = Open("", "ac*");
        using Session none = Open("", "tenant_*");
        RemoveRowOptions options = new() { Model = ["shop.item"], Key = ["1"], NoUndo = true };

        DataOpsException refusal = Assert.Throws<DataOpsException>(() => new RemoveRow().Run(tenants, options, new()).Count());
        Assert.Equal((ErrorIds.SchemaNotChosen, "Choose one: acme, zeta."), (refusal.Id, refusal.Advice));
        Assert.Equal(ErrorIds.UnknownSchema,
            Assert.Throws<DataOpsException>(() => new RemoveRow().Run(none, options, new()).Count()).Id);
        Assert.Equal(ErrorIds.UnknownSchema,
            Assert.Throws<DataOpsException>(() => new FindOrphan().Run(none, new(), new()).Count()).Id);
        Assert.True(new RemoveRow().Run(acme, options, new()).OfType<ChangeResult>().Single().Changed);
        Assert.Equal(1, _tenants.Scalar<long>("select count(*) from zeta.shop_item"));
        Assert.Equal(0, _tenants.Scalar<long>("select count(*) from acme.shop_item"));
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

    private Session Open(string path, params string?[] schemas)
    {
        string uri = path.Length == 0 ? _tenants.Uri : $"{_tenants.Uri}?options={Uri.EscapeDataString($"-csearch_path={path.Replace(" ", "\\ ")}")}";
        ConnectionSettings settings = ConnectionSettings.Parse(uri);
        string[] named = [.. schemas.OfType<string>()];
        return Session.Open(named.Length == 0 ? settings : settings.WithSchema(named), "Test");
    }
}
