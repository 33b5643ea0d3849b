using DataOps.Core.Features.Orphans;

namespace DataOps.Core.Tests.Features.Orphans;

/// <summary>Pages that have lost a half, references by content type, history, trees and texts.</summary>
public sealed class RepairHalfTests(PostgresServer server) : IDisposable
{
    private readonly ChangeFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void A_page_comes_back_from_its_newest_revision_as_it_was_and_where_it_was()
    {
        using TestDatabase whole = server.CopyOf(Site.Bakery);
        using TestDatabase site = server.CopyOf(Site.Damaged);
        Damage damage = new(site);
        // A revision is written before it is published, and does not tell.
        const string page = """
            select to_jsonb(p) - 'latest_revision_created_at' - 'last_published_at' - 'first_published_at'
                   - 'has_unpublished_changes' - 'search_description' - 'live_revision_id'
            from wagtailcore_page p where id = 40
            """;
        const string bread = "select to_jsonb(b)::text from breads_breadpage b where page_ptr_id = 42";

        RepairOrphanResult result = damage.Repair(
            new() { Class = [ReferenceClass.Inheritance], Action = OrphanAction.RebuildHalf, NoUndo = true });

        Assert.Equal((2, 2, 1), (result.Orphans, result.Inserted, result.Updated));
        Assert.Equal(whole.Scalar<string>($"select ({page})::text"), site.Scalar<string>($"select ({page})::text"));
        Assert.Equal(whole.Scalar<string>(bread), site.Scalar<string>(bread));
        Assert.Equal(
            site.Scalar<long>(
                "select count(*) from wagtailcore_page where left(path, -4) = (select path from wagtailcore_page " +
                    "where id = 3)"),
            site.Scalar<int>("select numchild from wagtailcore_page where id = 3"));
        Assert.Empty(damage.Find(new() { Class = [ReferenceClass.Inheritance] }));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\"text\"")]
    public void A_revision_that_holds_no_page_is_named(string content)
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);
        Damage damage = new(site);
        site.Execute($"update wagtailcore_revision set content = '{content}' where object_id = '40'");
        IReadOnlyDictionary<string, string> before = site.Digest();

        DataOpsException refusal = damage.Refuse(
            new() { Class = [ReferenceClass.Inheritance], Action = OrphanAction.RebuildHalf, NoUndo = true });

        Assert.Equal("NoRevision", refusal.Id);
        Assert.Contains("holds no page", refusal.Message);
        Assert.Equal(before, site.Digest());
    }

    [Fact]
    public void A_page_does_not_come_back_behind_the_last_path_that_there_is()
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);
        Damage damage = new(site);
        string old =
            site.Scalar<string>(
                "select content ->> 'path' from wagtailcore_revision where object_id = '40' order by created_at " +
                    "desc, id desc limit 1");
        site.Execute($"""
            set session_replication_role = replica;
            insert into wagtailcore_page select (jsonb_populate_record(p, jsonb_build_object(
              'id', 900000 + n, 'path', case n when 1 then '{old}' else left('{old}', -4) || 'ZZZZ' end, 'slug', 'full-' || n,
              'translation_key', gen_random_uuid()))).*
            from wagtailcore_page p, generate_series(1, 2) n where p.id = 3;
            """);
        IReadOnlyDictionary<string, string> before = site.Digest();

        DataOpsException refusal = damage.Refuse(new()
        {
            Table = ["breads_breadpage"], Class = [ReferenceClass.Inheritance], Action = OrphanAction.RecreateParent,
            NoUndo = true,
        });

        Assert.Equal("TreeFull", refusal.Id);
        Assert.Equal(before, site.Digest());
    }

    [Fact]
    public void A_page_whose_place_is_taken_becomes_the_last_child_of_the_nearest_page_that_is_left()
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);
        Damage damage = new(site);
        string old =
            site.Scalar<string>(
                "select content ->> 'path' from wagtailcore_revision where object_id = '40' order by created_at " +
                    "desc, id desc limit 1");
        site.Execute($"""
            set session_replication_role = replica;
            update wagtailcore_page set path = '{old}',
              slug = (select content ->> 'slug' from wagtailcore_revision where object_id = '40' order by created_at desc, id desc limit 1)
            where id = (select max(id) from wagtailcore_page where left(path, -4) = left('{old}', -4))
            """);
        Assert.Equal(1, site.Scalar<long>($"select count(*) from wagtailcore_page where path = '{old}'"));
        string last =
            site.Scalar<string>(
                $"select max(path) from wagtailcore_page where left(path, -4) = left('{old}', -4) and path ~ " +
                    $"'^[0-9A-Z]+$'");
        IReadOnlyDictionary<string, string> before = site.Digest();

        RepairOrphanResult result =
            damage.Repair(
                new() { Table = ["breads_breadpage"], Class = [ReferenceClass.Inheritance],
                    Action = OrphanAction.RecreateParent,
                UndoPath = _files.New() });

        string path = site.Scalar<string>("select path from wagtailcore_page where id = 40");
        Assert.Equal(last[..^4], path[..^4]);
        Assert.True(string.CompareOrdinal(path, last) > 0, $"{path} is not behind {last}");
        Assert.EndsWith("-40", site.Scalar<string>("select slug from wagtailcore_page where id = 40"));
        Assert.EndsWith("-40/", site.Scalar<string>("select url_path from wagtailcore_page where id = 40"));
        ChangeFiles.Undo(site, result.UndoPath!);
        Assert.Equal(before, site.Digest());
    }

    [Fact]
    public void A_page_without_a_revision_or_a_page_above_it_is_named_and_not_rebuilt()
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);
        Damage damage = new(site);
        site.Execute("delete from wagtailcore_revision where object_id = '40'");
        DataOpsException refusal = damage.Refuse(
            new() { Class = [ReferenceClass.Inheritance], Action = OrphanAction.RebuildHalf, NoUndo = true });
        Assert.Equal("NoRevision", refusal.Id);
        Assert.Contains("breads_breadpage 40", refusal.Message);
        Assert.DoesNotContain("42", refusal.Message);
    }

    [Fact]
    public void A_page_without_its_specific_half_becomes_a_plain_page_with_its_history()
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);
        Damage damage = new(site);
        int plain = site.Scalar<int>(
            "select id from django_content_type where app_label = 'wagtailcore' and model = 'page'");
        IReadOnlyDictionary<string, string> before = site.Digest();

        RepairOrphanResult result =
            damage.Repair(
                new() { Reference = ["wagtailcore_page.content_type_id"], Action = OrphanAction.PlainPage,
                    UndoPath = _files.New() });

        Assert.Equal(plain, site.Scalar<int>("select content_type_id from wagtailcore_page where id = 42"));
        Assert.Equal([plain.ToString(), plain.ToString()],
            site.Column("select content_type_id from wagtailcore_revision where object_id = '42'"));
        Assert.Contains("update_index", result.Afterwards);
        Assert.DoesNotContain(damage.Find(new()),
            o => o.Class is ReferenceClass.Inheritance or ReferenceClass.Generic && o.Value == "42");
        ChangeFiles.Undo(site, result.UndoPath!);
        Assert.Equal(before, site.Digest());
    }

    [Fact]
    public void History_is_left_alone_unless_it_is_named_and_told_what_to_do()
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);
        Damage damage = new(site);
        IReadOnlyList<OrphanInput> history = damage.Input(
            new() { Class = [ReferenceClass.Soft], IncludeExpected = true });

        Assert.False(
            damage.Repair(
                new() { Class = [ReferenceClass.Soft], Action = OrphanAction.Delete, NoUndo = true }).Changed);
        RepairOrphanResult left = damage.Repair(
            new() { InputObject = history, Action = OrphanAction.Delete, NoUndo = true });
        Assert.Equal((false, history.Count), (left.Changed, left.Skipped));
        Assert.All(damage.Warnings, w => Assert.Contains("history", w));
        Assert.Equal("UndecidedReferences",
            damage.Refuse(new() { InputObject = history, IncludeExpected = true, NoUndo = true }).Id);

        RepairOrphanResult named = damage.Repair(
            new() { Reference = ["wagtailcore_pagelogentry.page_id"], Action = OrphanAction.Delete, NoUndo = true });
        Assert.Equal(history.Count(h => h.Reference == "wagtailcore_pagelogentry.page_id"), named.Deleted);
    }

    [Fact]
    public void Trees_and_texts_are_left_to_those_who_can_repair_them()
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);
        Damage damage = new(site);

        DataOpsException tree = damage.Refuse(
            new() { Class = [ReferenceClass.Tree], Action = OrphanAction.Delete, NoUndo = true });
        Assert.Equal("NotRepairable", tree.Id);
        Assert.Contains("Repair-Tree", tree.Advice);
        Assert.Equal("NotRepairable",
            damage.Refuse(
                new() { InputObject = damage.Input(new() { Class = [ReferenceClass.Embedded] }),
                    Action = OrphanAction.Delete, NoUndo = true }).Id);

        IReadOnlyList<OrphanInput> mixed = damage.Input(
            new() { Class = [ReferenceClass.Tree, ReferenceClass.Embedded, ReferenceClass.Generic] });
        RepairOrphanResult result = damage.Repair(
            new() { InputObject = mixed, Action = OrphanAction.Delete, WhatIf = true });
        Assert.Equal(mixed.Count, result.Skipped + result.Orphans);
        Assert.Equal(
            damage.Find(new() { Class = [ReferenceClass.Tree, ReferenceClass.Embedded] }).Count, result.Skipped);
    }

    [Fact]
    public void Generic_references_are_cleared_repointed_and_deleted_by_content_type()
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);
        Damage damage = new(site);
        IReadOnlyDictionary<string, string> before = site.Digest();
        Assert.Equal("UnknownTarget",
            damage.Refuse(
                new() { Class = [ReferenceClass.Generic], Table = ["taggit_taggeditem"], Action = OrphanAction.Repoint,
                    To = "1",
                NoUndo = true }).Id);
        OrphanInput one =
            Assert.Single(damage.Input(new() { Class = [ReferenceClass.Generic], Table = ["taggit_taggeditem"] }),
                i => i.Key == "911");
        string existing =
            site.Scalar<string>("select min(id)::text from wagtailimages_image");
        List<string> files = [_files.New(), _files.New()];

        RepairOrphanResult repointed = damage.Repair(
            new() { InputObject = [one], Action = OrphanAction.Repoint, To = existing, UndoPath = files[0] });
        RepairOrphanResult deleted = damage.Repair(
            new() { Class = [ReferenceClass.Generic], Action = OrphanAction.Delete, UndoPath = files[1] });

        Assert.Equal((1, 1), (repointed.Orphans, repointed.Updated));
        Assert.True(deleted.Deleted > 5);
        Assert.Empty(damage.Find(new() { Class = [ReferenceClass.Generic] }));
        files.Reverse();
        files.ForEach(f => ChangeFiles.Undo(site, f));
        Assert.Equal(before, site.Digest());
    }

    [Fact]
    public void A_user_that_is_made_anew_cannot_log_in()
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);

        new Damage(site).Repair(
            new() { Table = ["auth_user_groups", "wagtailusers_userprofile"], Action = OrphanAction.RecreateParent,
                NoUndo = true });

        Assert.Equal("recreated-5 f f f",
            site.Scalar<string>(
                "select concat_ws(' ', username, is_active, is_staff, is_superuser) from auth_user where id = 5"));
        Assert.Matches("^![0-9a-f]{40}$", site.Scalar<string>("select password from auth_user where id = 5"));
    }
}
