using DataOps.Core.Features.Orphans;
using DataOps.Core.Features.Trees;

namespace DataOps.Core.Tests.Features.Orphans;

/// <summary>The damaged sites, repaired as an operator would, and undone.</summary>
public sealed class RepairSiteTests(PostgresServer server) : IDisposable
{
    private readonly ChangeFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Chosen_actions_leave_no_violated_foreign_key_and_undoing_them_gives_every_byte_back()
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);
        Damage damage = new(site);
        IReadOnlyDictionary<string, string> before = site.Digest();

        List<RepairOrphanResult> done =
        [
            damage.Repair(
                new() { Class = [ReferenceClass.ForeignKey], Table = ["wagtailcore_page", "base_homepage"],
                    Action = OrphanAction.SetNull, UndoPath = _files.New() }),
            damage.Repair(
                new() { Class = [ReferenceClass.Inheritance], Table = ["breads_breadpage"],
                    Action = OrphanAction.RebuildHalf,
                UndoPath = _files.New() }),
            damage.Repair(
                new() { Class = [ReferenceClass.Inheritance], Table = ["wagtailcore_page"],
                    Action = OrphanAction.PlainPage,
                UndoPath = _files.New() }),
            damage.Repair(
                new() { Reference = ["*"], Table = ["auth_user_groups", "wagtailusers_userprofile"],
                    Action = OrphanAction.RecreateParent,
                UndoPath = _files.New() }),
            damage.Repair(
                new() { Table = ["wagtailimages_image"], Action = OrphanAction.Repoint, To = "1",
                    UndoPath = _files.New() }),
            damage.Repair(
                new() { Class = [ReferenceClass.ForeignKey, ReferenceClass.Unvalidated], Table = ["blog_*", "taggit_*"],
                Action = OrphanAction.Delete, UndoPath = _files.New() }),
            damage.Repair(
                new() { Class = [ReferenceClass.ForeignKey, ReferenceClass.Unvalidated, ReferenceClass.Inheritance],
                Action = OrphanAction.Quarantine, UndoPath = _files.New() }),
        ];

        Assert.All(done, r => Assert.True(r.Changed && r.Count == r.WouldChange && r.Count > 0, r.ToString()));
        Assert.Empty(Oracle.Declared(site));
        IReadOnlyDictionary<string, string> after = site.Digest();
        Assert.All(["wagtailcore_pagelogentry", "wagtailcore_modellogentry", "django_admin_log"],
            history => Assert.Equal(before["public." + history], after["public." + history]));
        foreach (RepairOrphanResult result in done.AsEnumerable().Reverse())
            Assert.True(ChangeFiles.Undo(site, result.UndoPath!).Changed);
        site.Execute("drop table dataops_quarantine");
        Assert.Equal(before, site.Digest());
    }

    [Fact]
    public void Rows_that_were_not_meant_to_go_are_all_still_there()
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);
        Damage damage = new(site);
        string[] orphans = [.. Oracle.Declared(site)];
        Dictionary<string, HashSet<string>> before = damage.Rows();

        string[] tables =
            ["blog_blogpagetag", "blog_blogpersonrelationship", "taggit_taggeditem", "auth_user_groups",
                "wagtailusers_userprofile",
                "wagtailredirects_redirect"];
        RowChange[] told =
            [.. damage.All(new() { Reference = damage.Names, Table = tables, Action = OrphanAction.Delete, Detailed = true, NoUndo = true })
                .OfType<RowChange>()];

        Dictionary<string, HashSet<string>> after = damage.Rows();
        foreach ((string table, HashSet<string> rows) in before)
        {
            string[] gone = [.. rows.Except(after[table])];
            string[] toldOf = [.. told.Where(c => c.Table == table).Select(c => c.Key).Distinct()];
            Assert.Equal(toldOf.Length, gone.Length);
            Assert.Equal(rows.Count - told.Count(c => c.Table == table && c.Action == "Delete"), after[table].Count);
        }
        string[] meant =
            [.. orphans.Where(o => tables.Contains(o.Split('|')[0]))
                .Select(o => string.Join('|', o.Split('|')[..2])).Distinct()];
        Assert.True(meant.Length > 10);
        Assert.Empty(meant.Except(told.Where(c => c.Action == "Delete").Select(c => $"{c.Table}|{c.Key}")));
    }

    [Fact]
    public void A_stale_latest_revision_is_not_cleared_without_being_asked_and_the_tree_knows_the_right_one()
    {
        const string Latest = "select latest_revision_id from wagtailcore_page where url_path = '/home/breads/'";
        using TestDatabase site = server.CopyOf(Site.Bakery);
        int newest = site.Scalar<int>(Latest);
        site.Execute("set session_replication_role = replica; "
            + "update wagtailcore_page set latest_revision_id = 99999 where url_path = '/home/breads/'");
        Damage damage = new(site);
        Finding stale = Assert.Single(damage.Find(new()));

        DataOpsException refused = damage.Refuse(new() { Table = ["wagtailcore_page"] });
        string Cleared() => $"{damage.Repair(
            new() { Reference = [stale.Reference!], Action = OrphanAction.SetNull, WhatIf = true }).Updated}";

        Assert.Equal("Repair-Tree -Table wagtailcore_page -WhatIf", stale.Remedy);
        Assert.Equal(stale.Remedy, Assert.Single(site.Run(new TestTree(), new())).Remedy);
        Assert.Equal(ErrorIds.UndecidedReferences, refused.Id);
        Assert.Contains("Repair-Tree sets the newest, else SetNull, ", refused.Message, StringComparison.Ordinal);
        Assert.Equal("1", Cleared());
        site.Run(new RepairTree(), new() { NoUndo = true });
        Assert.Equal(newest, site.Scalar<int>(Latest));
    }

    [Fact]
    public void By_class_what_may_be_NULL_is_cleared_and_by_name_a_page_goes_with_all_below_it()
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        site.Execute("set session_replication_role = replica; update wagtailcore_page set latest_revision_id = 99999 "
            + "where url_path = '/home/breads/'");
        Damage damage = new(site);
        string stale = Assert.Single(damage.Find(new() { Class = [ReferenceClass.ForeignKey] })).Reference!;

        RepairOrphanResult byClass = damage.Repair(
            new() { InputObject = damage.Input(), Action = OrphanAction.Delete, WhatIf = true });
        RepairOrphanResult byName = damage.Repair(
            new() { Reference = [stale], Action = OrphanAction.Delete, WhatIf = true });
        DataOpsException limited = damage.Refuse(
            new() { Reference = [stale], Action = OrphanAction.Delete, MaxDelete = "10", NoUndo = true });

        Assert.Equal((0, 1, null), (byClass.Deleted, byClass.Updated, byClass.DeletedPages));
        Assert.True(byName.Deleted > 50);
        Assert.StartsWith("12 pages: /home/breads/, /home/breads/", byName.DeletedPages, StringComparison.Ordinal);
        Assert.StartsWith($"delete {byName.Deleted} rows (12 pages: ", byName.Describe(), StringComparison.Ordinal);
        Assert.Equal(ErrorIds.TooManyDeletions, limited.Id);
        Assert.Contains("more than -MaxDelete 10 allows", limited.Message, StringComparison.Ordinal);
        Assert.Contains("wagtailcore.page 12", limited.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_row_that_is_cleared_for_two_reasons_is_written_once_and_keeps_a_third_broken_reference()
    {
        using TestDatabase site = server.CopyOf(Site.SampleDamaged);
        Damage damage = new(site);
        IReadOnlyDictionary<string, string> before = site.Digest();
        ReferenceClass[] classes = [ReferenceClass.ForeignKey, ReferenceClass.Unvalidated, ReferenceClass.Generic];

        // PostgreSQL checks all references of a row that a transaction writes twice, and one of the article is broken.
        RepairOrphanResult result = damage.Repair(new()
        {
            Class = classes, Action = OrphanAction.Delete, OnDependent = OnDependent.Cascade, UndoPath = _files.New(),
        });

        Assert.True(result is { Changed: true, Deleted: > 0, Updated: > 0 });
        Assert.Empty(damage.Find(new() { Class = classes }));
        ChangeFiles.Undo(site, result.UndoPath!);
        Assert.Equal(before, site.Digest());
    }

    [Fact]
    public void By_class_no_page_and_nothing_with_rows_below_it_is_deleted()
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);

        DataOpsException refusal = new Damage(site).Refuse(
            new() { Class = [ReferenceClass.Inheritance], Action = OrphanAction.Delete, NoUndo = true });

        Assert.Equal(ErrorIds.ReferenceNotNamed, refusal.Id);
        Assert.Contains("wagtailcore.page 1", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("'wagtailcore_page.content_type_id'", refusal.Advice, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(PostgresServer.Versions), MemberType = typeof(PostgresServer))]
    public void The_sample_site_is_repaired_and_undone_on_every_server(int major)
    {
        using TestDatabase site = server.CopyOf(Site.SampleDamaged, major);
        Damage damage = new(site);
        IReadOnlyDictionary<string, string> before = site.Digest();

        RepairOrphanResult result = damage.Repair(new()
        {
            Reference = damage.Names,
            Class = [ReferenceClass.ForeignKey, ReferenceClass.Unvalidated, ReferenceClass.Inheritance,
                ReferenceClass.Generic],
            Action = OrphanAction.Delete, OnDependent = OnDependent.Cascade, UndoPath = _files.New(),
        });

        Assert.True(result is { Changed: true, Deleted: > 0, Afterwards: not null });
        Assert.Empty(Oracle.Declared(site));
        Assert.Empty(damage.Find(new() { Class =
            [ReferenceClass.ForeignKey, ReferenceClass.Unvalidated, ReferenceClass.Inheritance,
            ReferenceClass.Generic] }));
        ChangeFiles.Undo(site, result.UndoPath!);
        Assert.Equal(before, site.Digest());
    }

    [Theory]
    [InlineData(Site.Bakery)]
    [InlineData(Site.Sample)]
    public void A_healthy_site_is_left_as_it_is(Site healthy)
    {
        using TestDatabase site = server.CopyOf(healthy);
        IReadOnlyDictionary<string, string> before = site.Digest();

        RepairOrphanResult result = new Damage(site).Repair(new() { Action = OrphanAction.Delete, NoUndo = true });

        Assert.False(result.Changed);
        Assert.Equal((0, 0), (result.Count, result.Orphans));
        Assert.Equal(before, site.Digest());
    }
}
