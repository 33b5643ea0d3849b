using System.Text.RegularExpressions;
using DataOps.Core.Features.Audits;
using DataOps.Core.Features.Repairs;
using DataOps.Core.Features.Undo;
using TestDatabase = DataOps.Core.Tests.Support.Servers.TestDatabase;

namespace DataOps.Core.Tests.Features.Repairs;

/// <summary>One repair of all that is wrong, on damaged sites.</summary>
public sealed partial class RepairDatabaseTests(PostgresServer server) : IDisposable
{
    private const string Everything = """
        { "$schema": "a note", // whatever Test-Database finds in the damaged bakery
          "references": [
            { "reference": "wagtailimages_image_collection_id_c2f8af7e_fk_wagtailco", "action": "Repoint", "to": "1" },
            { "reference": "*", "action": "Delete" },
          ],
          "trees": { "orphan": "Reattach", "missingSpecific": "FromRevision", "duplicateSlug": "Suffix" },
          "contentTypes": { "staleModels": ["legacyshop.order", "legacyshop.product"], "permissions": true },
          "duplicates": [ { "model": "taggit.tag", "keep": "mostReferenced" } ],
          "onDependent": "Cascade"
        }
        """;

    private readonly ChangeFiles _changes = new();

    public void Dispose() => _changes.Dispose();

    [Fact]
    public void Without_a_policy_no_row_goes_what_if_foretells_it_and_all_of_it_is_undone()
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);
        var before = site.Digest();
        string path = _changes.New();

        IReadOnlyList<IChangeResult> plan = Repair(site, new() { WhatIf = true });
        Assert.Equal(before, site.Digest());
        IReadOnlyList<IChangeResult> done = Repair(site, new() { UndoPath = path });

        Assert.Equal(plan.SkipLast(1), done.SkipLast(1));
        RepairDatabaseResult result = Sum(done);
        Assert.Equal((true, 0, 0, path), (result.Changed, result.Deleted, result.Inserted, result.UndoPath));
        Assert.True(result is { Updated: > 0, Constraints: > 0, Sequences: > 0, Undecided: > 0, Left: 0 });
        Assert.Equal(Sum(plan).WouldChange, result.Count);
        Assert.Equal(0, Sum(Repair(site, new() { NoUndo = true })).WouldChange);
        Assert.Equal("Repair-Database", ChangeFiles.Undo(site, path).Undoes);
        Assert.Equal(before, site.Digest());
    }

    [Fact]
    public void A_policy_leaves_nothing_but_what_no_policy_can_decide_loses_no_page_and_is_undone()
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);
        var before = site.Digest();
        IReadOnlyList<string?> pages = site.Column("select id from wagtailcore_page order by 1");
        string path = _changes.New();

        IReadOnlyList<IChangeResult> plan = Repair(site, new() { Policy = Everything, WhatIf = true });
        IReadOnlyList<IChangeResult> done = Repair(site, new() { Policy = Everything, UndoPath = path });

        Assert.Equal(plan.SkipLast(1), done.SkipLast(1));
        Assert.Empty(pages.Except(site.Column("select id from wagtailcore_page")));
        Finding[] left = [.. site.Run(new Core.Features.Audits.TestDatabase(), new())];
        Assert.Equal([Audit.Constraint], left.Select(f => f.Audit).OfType<Audit>().Distinct());
        Assert.Equal(("Keep MostReferenced", "taggit.tag", "1 group"), done.OfType<DatabaseRepairStep>()
            .Where(s => s.Operation == "Repair-Duplicate").Select(s => (s.Action, s.Subject, s.Note)).Single());
        Assert.Equal(left.Length, Sum(done).Undecided);
        // The rows that come back are doubled: the constraints that were made since forbid them.
        foreach (string? name in site.Column(
            "select conname::text from pg_constraint where conrelid = 'taggit_tag'::regclass and contype = 'u'"))
            site.Execute($"alter table taggit_tag drop constraint {name}");
        ChangeFiles.Undo(site, path);
        Assert.Equal(before, site.Digest());
    }

    [Fact]
    public void A_reference_gets_a_foreign_key_where_the_policy_names_it()
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);
        site.Execute("delete from wagtailcore_comment where page_id not in (select id from wagtailcore_page)");

        DatabaseRepairStep missing = Assert.Single(
            Repair(site, new() { NoUndo = true }).OfType<DatabaseRepairStep>(),
            u => u is { Audit: Audit.Constraint, PolicyLine: not null });
        IReadOnlyList<IChangeResult> done = Repair(site, new()
        {
            Policy = $"{{ {missing.PolicyLine!.Replace("constraints:", "\"constraints\":", StringComparison.Ordinal)} }}",
            NoUndo = true,
        });

        Assert.Equal(("Add", 1), (Assert.Single(done.OfType<DatabaseRepairStep>(), s => s.Operation is not null).Action, Sum(done).Constraints));
        Assert.DoesNotContain(site.Run(new Core.Features.Audits.TestDatabase(), new()),
            f => f.Audit == Audit.Constraint);
    }

    [Fact]
    public void What_stays_undecided_comes_with_the_line_that_decides_it()
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);
        DatabaseRepairStep[] undecided = [.. Repair(site, new() { WhatIf = true }).OfType<DatabaseRepairStep>()
            .Where(s => s.Action == "Undecided")];
        // Of several choices the last one that repairs anything: no node and no row is left where it is.
        string[] lines =
        [
            .. undecided.Select(u => u.PolicyLine).OfType<string>()
                .Select(l => Choices().Replace(l, m => m.Value.Split('|').First(c => c != "Repoint"))),
        ];
        string policy = $$"""
            { "references": [ {{Members(lines, "references: ")}} ],
              "duplicates": [ {{Members(lines, "duplicates: ")}} ],
              "trees": { {{string.Join(", ", lines.Where(l => l.StartsWith("trees: ", StringComparison.Ordinal))
                .Select(l => l["trees: ".Length..].Trim('{', '}', ' ')).Distinct())}} },
              "onDependent": "CascadeAll" }
            """;

        RepairDatabaseResult result = Sum(Repair(site, new() { Policy = policy, NoUndo = true }));

        Assert.True(result.Undecided < undecided.Length / 2, $"{result.Undecided} of {undecided.Length} with {policy}");
    }

    [Fact]
    public void A_rule_that_leaves_orphans_says_so_and_the_first_rule_decides()
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);
        IReadOnlyList<IChangeResult> told = Repair(site, new()
        {
            Policy = """
                { "references": [ { "model": "wagtailredirects", "action": "leave" },
                                  { "class": "ForeignKey", "action": "Delete" },
                                  { "class": "Unvalidated", "action": "Delete" } ] }
                """,
            WhatIf = true,
        });

        Assert.Contains(told.OfType<DatabaseRepairStep>(), u => u is { Action: "Leave" }
            && u.Subject!.StartsWith("wagtailredirects", StringComparison.Ordinal));
        Assert.DoesNotContain(told.OfType<DatabaseRepairStep>(),
            s => s is { Operation: "Repair-Orphan" } && s.Subject!.StartsWith("wagtailredirects", StringComparison.Ordinal));
        // It may be NULL, and nobody has named it.
        Assert.Contains(told.OfType<DatabaseRepairStep>(), s => s is { Action: "SetNull" }
            && s.Subject!.StartsWith("wagtailsearchpromoti", StringComparison.Ordinal));
        Assert.Equal(1, Sum(told).Left);
    }

    [Theory]
    [InlineData("2", "TooManyDeletions")]
    [InlineData(null, "TriggerRefused")]
    public void A_part_that_is_refused_takes_all_of_them_back(string? most, string id)
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);
        if (most is null)
            site.Execute("""
                create function refuse() returns trigger language plpgsql as $$ begin raise exception 'not this one'; end $$;
                create trigger refuse before delete on auth_user_groups for each row execute function refuse();
                """);
        var before = site.Digest();
        string path = _changes.New();

        DataOpsException failure = Assert.Throws<DataOpsException>(
            () => Repair(site, new() { Policy = Everything, MaxDelete = most, UndoPath = path }));

        Assert.True(id == failure.Id || most is null, failure.ToString());
        Assert.Equal(before, site.Digest());
        Assert.False(File.Exists(path));
    }

    [Fact]
    public void A_transaction_that_was_never_committed_is_not_undone()
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);
        string path = _changes.New();
        string copy = _changes.New();
        // The server ends the session between the last part and the commit.
        Assert.Throws<DataOpsException>(() =>
        {
            foreach (IChangeResult told in new RepairDatabase().Run(
                // What begins with $ is a note: doubled tags stay undecided, and are told before the commit.
                site.Session,
                new()
                {
                    Policy = Everything.Replace("\"duplicates\"", "\"$duplicates\"", StringComparison.Ordinal),
                    UndoPath = path,
                },
                new()))
            {
                if (told is not DatabaseRepairStep { Action: "Undecided" })
                    continue;
                File.Copy(path, copy, overwrite: true);
                site.Execute(
                    $"select pg_terminate_backend({site.Session.Connection.ProcessID})");
            }
        });

        Assert.False(File.Exists(path));
        using Session another = site.Open();
        DataOpsException refused = Assert.Throws<DataOpsException>(
            () => new UndoChange().Run(another, new() { Path = copy, NoUndo = true }, new()).Count());
        Assert.Equal("NeverCommitted", refused.Id);
    }

    [Theory]
    [InlineData("[]", "it is not an object")]
    [InlineData("null", "it is not an object")]
    [InlineData("""{ "reference": [] }""", "no member reference; there are references, trees, ")]
    [InlineData("""{ "trees": [] }""", "trees is not an object")]
    [InlineData("""{ "trees": { "orphan": null } }""", "orphan is null")]
    [InlineData("""{ "contentTypes": { "staleModels": [ "a.b", 3 ] } }""", "contentTypes.staleModels[2] is not a text")]
    [InlineData("""{ "contentTypes": { "permissions": "yes" } }""", "is not true or false")]
    [InlineData("""{ "references": [ null ] }""", "references[1] is not an object")]
    [InlineData("""{ "references": [ { "reference": "x" } ] }""", "action")]
    [InlineData("""{ "references": [ { "reference": "x", "action": "Destroy" } ] }""", "Destroy")]
    [InlineData("""{ "references": [ { "reference": "x", "action": "3" } ] }""", "\"3\"")]
    [InlineData("""{ "references": [ { "action": "Delete" } ] }""", "neither")]
    [InlineData("""{ "references": [ { "class": "Foreign", "action": "Delete" } ] }""",
        "references[1].class is \"Foreign\"; there are ForeignKey, Unvalidated, ")]
    [InlineData("""{ "references": [ { "reference": "x", "action": "Repoint" } ] }""", "need each other")]
    [InlineData("""{ "duplicates": [ { "keep": "Oldest" } ] }""", "neither which model nor which table")]
    [InlineData("""{ "duplicates": [ { "model": "a.b", "keep": "Best" } ] }""", "duplicates[1].keep is \"Best\"; there are Oldest")]
    [InlineData("""{ "duplicates": [ { "model": "a.b" } ] }""", "which row to keep: Oldest, Newest, MostReferenced")]
    [InlineData("""{ "trees": { "orphan": "Burn" } }""", "trees.orphan is \"Burn\"; there are Report, Reattach, Delete")]
    public void A_policy_that_cannot_be_meant_is_refused(string policy, string why)
    {
        DataOpsException failure = Assert.Throws<DataOpsException>(
            () => RepairPolicy.Read(policy.StartsWith('{') ? policy : Written(policy)));

        Assert.Equal("InvalidPolicy", failure.Id);
        Assert.Contains(why, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_data_file_of_PowerShell_is_refused_by_name_where_PowerShell_has_not_read_it()
    {
        string path = _changes.New() + ".psd1";
        File.WriteAllText(path, "# decided by a person\n@{}");

        DataOpsException failure = Assert.Throws<DataOpsException>(() => RepairPolicy.Read(path));

        Assert.Equal("InvalidPolicy", failure.Id);
        Assert.Contains($"{path} is a .psd1 file", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "references": [ { "reference": "no_such_fk", "action": "Leave" } ] }""", "UnknownReference")]
    [InlineData("""{ "references": [ { "table": "no_such_table", "action": "Leave" } ] }""", "UnknownTable")]
    [InlineData("""{ "constraints": [ "no_such_fk" ] }""", "UnknownReference")]
    public void A_policy_that_names_what_is_not_there_is_refused(string policy, string id)
    {
        using TestDatabase site = server.CopyOf(Site.SampleDamaged);

        Assert.Equal(id, Assert.Throws<DataOpsException>(
            () => Repair(site, new() { Policy = policy, WhatIf = true })).Id);
    }

    private string Written(string policy)
    {
        string path = _changes.New();
        File.WriteAllText(path, policy);
        return path;
    }

    private static string Members(IEnumerable<string> lines, string member) => string.Join(", ", lines
        .Where(l => l.StartsWith(member, StringComparison.Ordinal)).Select(l => l[member.Length..]).Distinct());

    private static IReadOnlyList<IChangeResult> Repair(TestDatabase site, RepairDatabaseOptions options) =>
        site.Run(new RepairDatabase(), options);

    private static RepairDatabaseResult Sum(IReadOnlyList<IChangeResult> told) =>
        Assert.IsType<RepairDatabaseResult>(told[^1]);

    [GeneratedRegex(@"\w+(\|\w+)+")]
    private static partial Regex Choices();
}
