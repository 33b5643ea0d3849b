using DataOps.Core.Changes;
using DataOps.Core.Django.Trees;
using DataOps.Core.Features.Orphans;
using DataOps.Core.Features.Rows;
using DataOps.Core.Features.Trees;
using Npgsql;
using AuditOfAll = DataOps.Core.Features.Audits.TestDatabase;
using TestDatabase = DataOps.Core.Tests.Support.Servers.TestDatabase;

namespace DataOps.Core.Tests.Django.Models;

/// <summary>Findings, plans and errors say who a row is.</summary>
public sealed class FindingLabelTests(FindingLabelTests.DamagedSite damaged, PostgresServer server)
    : IClassFixture<FindingLabelTests.DamagedSite>
{
    private readonly TestDatabase _site = damaged.Database;

    [Fact]
    public void A_row_has_its_title_its_name_or_its_path_and_a_group_its_first_three()
    {
        Finding page = Assert.Single(_site.Run(new TestTree(), new()), f => f is
            { Class: TreeProblem.Orphan, Table: "wagtailcore_page", Key: "64" });
        Assert.Equal("Hof /home/locations/hof/", page.Label);
        IReadOnlyList<Finding> redirects = _site.Run(new FindOrphan(), new() { Table = ["wagtailredirects_redirect"] });
        Assert.Equal("/gone", redirects.Single(f => f.Key == "901").Label);
        Assert.Null(_site.Run(new FindOrphan(), new() { Table = ["taggit_taggeditem"] })[0].Label);

        IReadOnlyList<Finding> all = _site.Run(new AuditOfAll(), new() { Audit = [Audit.Tree, Audit.Orphan] });
        const string FirstPages = "64 (Hof /home/locations/hof/), 65 (Reykjavik /home/locations/reykjavik/), "
            + "66 (Vik /home/locations/vik/), …";
        Assert.All(all.Where(f => f is { Class: TreeProblem.Orphan or ReferenceClass.Tree, Table: "wagtailcore_page" }),
            f => Assert.Equal(FirstPages, f.Label));
        Assert.Equal("901, 911, 912", all.Single(f => f.Reference == "taggit_taggeditem.content_type+object_id").Label);
        Assert.Equal(
            _site.Run(new TestTree(), new()).Select(f => f.Label),
            _site.Run(new AuditOfAll(), new() { Audit = [Audit.Tree], Detailed = true }).Select(f => f.Label));
    }

    [Theory]
    [InlineData("hof 64", "wagtailcore.page=slug,id")]
    [InlineData("hof 64", "wagtailcore.page=slug", "id")]
    [InlineData("64", "wagtailcore=id", "wagtailcore.page=slug")]
    [InlineData(null, "wagtailcore.page=")]
    [InlineData(null, "*=")]
    public void The_user_says_which_columns_name_a_row_or_that_none_does(string? label, params string[] labels) =>
        Assert.Equal(label, _site.Run(new TestTree(), new() { Label = labels })
            .First(f => f is { Table: "wagtailcore_page", Key: "64" }).Label);

    [Theory]
    [InlineData(ErrorIds.UnknownModel, "wagtailcore.pgae=title")]
    [InlineData(ErrorIds.UnknownField, "wagtailcore.page=tilte")]
    [InlineData(ErrorIds.InvalidOption, "title")]
    [InlineData(ErrorIds.InvalidOption, "=title")]
    public void A_model_or_a_column_that_is_not_there_is_refused(string id, string label) =>
        Assert.Equal(id, Assert.Throws<DataOpsException>(
            () => _site.Run(new FindOrphan(), new() { Label = [label] })).Id);

    [Fact]
    public void Thousands_of_findings_have_their_labels_too()
    {
        using TestDatabase shop = server.Blank();
        shop.Execute("""
            create table shop (id int primary key);
            create table item (name text, shop_id int references shop);
            alter table item drop constraint item_shop_id_fkey;
            insert into item select 'item ' || i, i from generate_series(1, 12000) i;
            alter table item add constraint item_shop foreign key (shop_id) references shop not valid;
            """);

        IReadOnlyList<Finding> found = shop.Run(new FindOrphan(), new());

        Assert.Equal(12000, found.Count);
        Assert.All(found, f => Assert.Equal($"item {f.Value}", f.Label));
    }

    [Fact]
    public void Labels_that_the_role_may_not_read_are_a_warning_and_the_findings_come_without()
    {
        using TestDatabase shop = server.Blank();
        string role = $"clerk_{Guid.NewGuid():N}";
        shop.Execute($"""
            create table shop (id int primary key);
            create table item (id int primary key, name text, shop_id int);
            insert into item values (1, 'secret', 7);
            alter table item add constraint item_shop foreign key (shop_id) references shop not valid;
            create role {role} login; grant select on shop to {role}; grant select (id, shop_id) on item to {role};
            """);
        try
        {
            using Session session = Session.Open(ConnectionSettings.Parse(new NpgsqlConnectionStringBuilder(
                shop.ConnectionString) { Username = role }.ConnectionString), "Test");
            List<string> warnings = [];

            Finding[] found = [.. new FindOrphan().Run(session, new(), new() { Warning = warnings.Add })];

            Assert.Equal(("1", null), (Assert.Single(found).Key, found[0].Label));
            Assert.Contains("labels", Assert.Single(warnings), StringComparison.Ordinal);
        }
        finally
        {
            shop.Execute($"drop owned by {role}; drop role {role}");
        }
    }

    [Fact]
    public void A_plan_row_by_row_and_a_refusal_say_who_a_row_is()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        RemoveRowOptions user = new() { Model = ["auth.user"], Key = ["2"], WhatIf = true, Detailed = true };

        RowChange deleted = Assert.Single(
            site.Run(new RemoveRow(), user).OfType<RowChange>(), r => r is { Table: "auth_user", Action: "Delete" });
        Assert.Equal(("2", "inez"), (deleted.Key, deleted.Label));
        RowChange owned = site.Run(new RemoveRow(), user).OfType<RowChange>().First(
            r => r is { Table: "wagtailcore_page", Column: "owner_id" });
        Assert.EndsWith("/", owned.Label, StringComparison.Ordinal);
    }

    /// <summary>A database that is only read.</summary>
    public sealed class DamagedSite(PostgresServer server) : IDisposable
    {
        internal TestDatabase Database { get; } = server.CopyOf(Site.Damaged);

        /// <inheritdoc/>
        public void Dispose() => Database.Dispose();
    }
}
