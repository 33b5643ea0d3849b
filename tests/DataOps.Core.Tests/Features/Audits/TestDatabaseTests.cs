using DataOps.Core.Django.Trees;
using DataOps.Core.Features.Audits;
using DataOps.Core.Features.Schema.Constraints;
using DataOps.Core.Features.Orphans;
using DataOps.Core.Features.Sequences;
using DataOps.Core.Features.Trees;
using AuditOfAll = DataOps.Core.Features.Audits.TestDatabase;
using TestDatabase = DataOps.Core.Tests.Support.Servers.TestDatabase;

namespace DataOps.Core.Tests.Features.Audits;

public sealed class TestDatabaseTests(PostgresServer server)
{
    [Theory, InlineData(Site.Sample), InlineData(Site.Bakery), InlineData(Site.Django)]
    public void A_healthy_site_has_nothing_to_report(Site healthy)
    {
        using TestDatabase site = server.CopyOf(healthy);

        Assert.Empty(site.Run(new AuditOfAll(), new() { Severity = Severity.Error }));
        Assert.DoesNotContain(site.Run(new AuditOfAll(), new()), f => f.Audit != Audit.Constraint);
    }

    [Fact]
    public void Every_audit_finds_what_is_wrong_with_the_damaged_site()
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);

        Finding[] all = [.. site.Run(new AuditOfAll(), new() { InstalledApp = Bakery.Apps })];

        Assert.Equal(
            site.Run(new FindOrphan(), new() { Summary = true }).Select(
                o => (o.Severity, o.Class, o.Count, o.Table, o.Column)),
            Of(all, Audit.Orphan).Select(f => (f.Severity, f.Class, f.Count, f.Table, f.Column)));
        Assert.Equal(
            ["NotValid wagtailredirects_redirect.redirect_page_id"],
            Of(all, Audit.Constraint).Where(f => f.Class is ConstraintProblem.NotValid)
                .Select(f => $"{f.Class} {f.Table}.{f.Column}"));
        Assert.Contains(Of(all, Audit.Constraint),
            f => f is { Class: ConstraintProblem.Missing, Table: "wagtailcore_comment", Column: "page_id" });
        Assert.Equal(["legacyshop.order", "legacyshop.product"], Of(all, Audit.ContentType).Select(f => f.Model!));
        string[] behind =
            [.. Of(all, Audit.Sequence)
                .Where(f => f is { Severity: Severity.Error, Class: SequenceProblem.Behind }).Select(f => f.Table!)];
        Assert.Equal(site.Run(new ResetSequence(), new() { WhatIf = true }).OfType<SequenceFinding>()
            .Select(f => f.Table), behind);
        Assert.Superset(new HashSet<string> { "wagtailcore_page", "wagtailcore_revision" }, behind.ToHashSet());
        Assert.Equal(
            site.Run(new TestTree(), new()).GroupBy(f => (f.Severity, f.Class, f.Table, f.Column))
                .Select(g => (g.Key, (long)g.Count())),
            Of(all, Audit.Tree).Select(f => ((f.Severity, f.Class, f.Table, f.Column), f.Count)));
        Assert.Contains(Of(all, Audit.Tree),
            f => f is { Class: TreeProblem.Orphan, Count: 6, Table: "wagtailcore_page", Remedy: var remedy }
            && remedy == "Repair-Tree -Table wagtailcore_page -Orphan Reattach -WhatIf");
    }

    [Fact]
    public void With_Detailed_each_node_is_a_finding_and_says_what_it_should_be()
    {
        using TestDatabase site = server.CopyOf(Site.SampleDamaged);

        Finding[] nodes = [.. site.Run(new AuditOfAll(), new() { Audit = [Audit.Tree], Detailed = true })];

        Assert.Equal(
            site.Run(new TestTree(), new()).Select(f => (f.Severity, f.Class, f.Table, f.Model, f.Column, f.Key)),
            nodes.Select(f => (f.Severity, f.Class, f.Table, f.Model, f.Column, f.Key)));
        Assert.All(nodes, f => Assert.Equal(1, f.Count));
        Assert.Contains(nodes, f => f.Problem.Contains(" should be ", StringComparison.Ordinal));
    }

    [Fact]
    public void A_tree_of_a_thousand_wrong_nodes_is_one_finding_a_kind()
    {
        using TestDatabase site = server.Blank();
        site.Execute("""
            create table shelf (id integer primary key, path varchar(255) collate "C" unique, depth integer not null, numchild integer not null);
            insert into shelf select n, lpad(n::text, 4, '0'), 7, 0 from generate_series(1, 1000) n;
            """);

        Finding found = Assert.Single(site.Run(new AuditOfAll(), new() { Audit = [Audit.Tree] }));

        Assert.Equal(
            ((Enum?)TreeProblem.Depth, 1000L, "1000 rows; the first: depth of 1 is 7 and should be 1",
                "Repair-Tree -Table shelf -WhatIf"),
            (found.Class, found.Count, found.Problem, found.Remedy));
    }

    [Fact]
    public void With_Detailed_each_orphan_is_a_finding_with_its_key()
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);

        Assert.Equal(
            site.Run(new FindOrphan(), new() { IncludeExpected = true }).Select(o => (o.Table, o.Key)),
            site.Run(new AuditOfAll(), new() { Audit = [Audit.Orphan], Detailed = true, Severity = Severity.Expected })
                .Select(f => (f.Table, f.Key)));
    }

    [Fact]
    public void The_least_severity_bounds_what_is_reported()
    {
        using TestDatabase site = server.CopyOf(Site.SampleDamaged);

        int[] counts =
            [.. Enum.GetValues<Severity>().Select(s => site.Run(new AuditOfAll(), new() { Severity = s }).Count)];
        Assert.True(counts[0] > 0 && counts[1] > counts[0] && counts[2] > counts[1], string.Join(",", counts));
    }

    [Fact]
    public void It_changes_nothing()
    {
        using TestDatabase site = server.CopyOf(Site.SampleDamaged);
        IReadOnlyDictionary<string, string> before = site.Digest();

        Assert.NotEmpty(site.Run(new AuditOfAll(), new()));

        Assert.Equal(before, site.Digest());
    }

    private static IEnumerable<Finding> Of(IEnumerable<Finding> findings, Audit audit) =>
        findings.Where(f => f.Audit == audit);
}
