using System.Text.RegularExpressions;
using DataOps.Core.Features.Audits;
using DataOps.Core.Definitions;
using DataOps.Core.Features.Repairs;
using TestDatabase = DataOps.Core.Tests.Support.Servers.TestDatabase;

namespace DataOps.Core.Tests.Features.Repairs;

/// <summary>What a policy leaves open: asked, written down, or limited to what an audit found.</summary>
public sealed partial class RepairPolicyTests(PostgresServer server) : IDisposable
{
    private readonly ChangeFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void A_policy_that_is_written_decides_nothing_and_without_its_comment_signs_everything()
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);
        string path = Path.Combine(_files.Folder, "site.repair.json");

        RepairPolicyFile file = Assert.Single(site.Run(new NewRepairPolicy(), new() { Path = path }));

        Assert.Equal((site.Name, path), (file.Database, file.Path));
        string[] offered = [.. Undecided(site, "").Select(u => u.PolicyLine).OfType<string>().Distinct()];
        // What is safe to repair may settle one of them.
        Assert.InRange(file.Decisions, offered.Length, offered.Length + 2);
        Assert.Equal(offered, Undecided(site, path).Select(u => u.PolicyLine).OfType<string>().Distinct());
        string decided = _files.New();
        string text = Decision().Replace(File.ReadAllText(path), "$1$2");
        File.WriteAllText(decided, text);
        Assert.Empty(PolicyQuestions.Of(site.Session, RepairPolicy.Read(decided), new()));
        Assert.Contains("// wagtailcore.page 42 (Bammy /home/breads/bammy/)", text, StringComparison.Ordinal);
        Assert.Equal(ErrorIds.FileExists, Assert.Throws<DataOpsException>(
            () => site.Run(new NewRepairPolicy(), new() { Path = path })).Id);
    }

    [Fact]
    public void What_is_asked_about_is_searched_as_often_as_by_the_audit()
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);
        List<string> said = [];
        using Session session = site.Open();
        session.Listen(said.Add);

        Assert.Contains(PolicyQuestions.Of(session, new(), new()), q => q.First is not null);
        string[] asked = [.. said];
        said.Clear();
        _ = new Core.Features.Audits.TestDatabase().Run(session, new()
        {
            Audit = [Audit.Tree, Audit.ContentType, Audit.Uniqueness, Audit.Orphan],
        }, new()).Count();

        Assert.All(asked.GroupBy(s => s), s => Assert.InRange(s.Count(), 1, said.Count(o => o == s.Key)));
    }

    [Fact]
    public void A_person_is_asked_once_about_each_and_the_answers_are_the_policy()
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);
        var before = site.Digest();
        List<Question> asked = [];
        OperationContext context = new()
        {
            Ask = question =>
            {
                asked.Add(question);
                return question.Choices.ToList().FindIndex(c => c is "Reattach" or "FromRevision" or "RebuildHalf") is var i and >= 0
                    ? i : question.Default;
            },
        };
        RepairDatabaseOptions options = new() { Interactive = true, UndoPath = _files.New() };

        IChangeResult[] plan = [.. new RepairDatabase().Run(site.Session, options with { WhatIf = true }, context)];
        IChangeResult[] done = [.. new RepairDatabase().Run(site.Session, options, context)];

        Assert.Equal(asked.Count, asked.Select(q => q.Title.Split(": ")[1]).Distinct().Count());
        Assert.All(asked, q => Assert.DoesNotContain("Repoint", q.Choices));
        Assert.Equal(plan.SkipLast(1), done.SkipLast(1));
        Assert.DoesNotContain(done.OfType<DatabaseRepairStep>(),
            s => s is { Action: "Undecided", PolicyLine: { } line } && line.StartsWith("references", StringComparison.Ordinal));
        Assert.Contains(done.OfType<DatabaseRepairStep>(), s => s.Action == "Leave");
        Assert.Empty(site.Column("select path from wagtailcore_page where length(path) % 4 <> 0"));
        ChangeFiles.Undo(site, options.UndoPath!);
        Assert.Equal(before, site.Digest());
    }

    [Fact]
    public void Nobody_to_ask_changes_nothing()
    {
        using TestDatabase site = server.CopyOf(Site.SampleDamaged);
        Assert.Equal(ErrorIds.NobodyToAsk, Assert.Throws<DataOpsException>(
            () => site.Run(new RepairDatabase(), new() { Interactive = true })).Id);
    }

    [Fact]
    public void Findings_limit_a_repair_to_what_they_are_about()
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);
        Finding[] findings = [.. site.Run(new Core.Features.Audits.TestDatabase(), new())];
        IReadOnlyList<IChangeResult> Of(params Finding[] some) => site.Run(new RepairDatabase(), new()
        {
            WhatIf = true,
            InputObject = [.. some.Select(f => new FindingInput
            {
                Server = f.Server, Database = f.Database, Audit = $"{f.Audit}", Table = f.Table, Reference = f.Reference,
            })],
        });

        Finding[] trees = [.. findings.Where(f => f.Audit == Audit.Tree)];
        Assert.Equal(["Repair-Tree"], Of(trees).OfType<DatabaseRepairStep>().Select(s => s.Operation).OfType<string>());
        Finding orphans = findings.First(f => f is { Audit: Audit.Orphan, Class: ReferenceClass.ForeignKey });
        Assert.Equal([orphans.Reference], Of(orphans).OfType<DatabaseRepairStep>().Select(s => s.Subject));
        Finding sequence = findings.First(f => f.Audit == Audit.Sequence);
        Assert.Equal(["Reset-Sequence"], Of(sequence).OfType<DatabaseRepairStep>().Select(s => s.Operation));
        Finding unique = sequence with { Audit = Audit.Uniqueness, Table = "django_content_type" };
        site.Execute("alter table django_content_type drop constraint if exists django_content_type_app_label_model_76bd3d3b_uniq");
        Assert.Contains(Of(unique).OfType<DatabaseRepairStep>(), s => s is { Action: "Undecided", Remedy: { } remedy }
            && remedy.StartsWith("Repair-Constraint -Constraint", StringComparison.Ordinal));
        Assert.Equal("change nothing", Assert.IsType<RepairDatabaseResult>(Assert.Single(Of())).Describe());
        Assert.Equal(ErrorIds.OtherDatabase,
            Assert.Throws<DataOpsException>(() => Of(sequence with { Database = "other" })).Id);
        Assert.Equal(ErrorIds.UselessInput,
            Assert.Throws<DataOpsException>(() => Of(sequence with { Audit = null })).Id);
    }

    [Fact]
    public void What_a_database_holds_begins_no_line_of_a_policy_and_ends_no_text()
    {
        PolicyQuestion question = new(
            new(PolicyChoice.References, "a'b’c\"d", ["Delete"]), 1, ["first\nreferences = @()"], "\u001b[2Jx\r\ny");

        string Of(string path)
        {
            DefinitionText text = DefinitionText.For(path);
            PolicyText.Write(text, "site\n@{", [question], ["e'f"]);
            return text.ToString();
        }
        string data = Of("x.psd1");
        string json = Of("x.json");

        Assert.Contains("'a''b’’c\"d'", data, StringComparison.Ordinal);
        Assert.Contains("\"a'b’c\\\"d\"", json, StringComparison.Ordinal);
        Assert.All(data.Split('\n', StringSplitOptions.RemoveEmptyEntries), l => Assert.Matches(
            @"^(#.*|@\{|\}| {4}\w+ = @\(| {4}\)| {8}#.*)$", l));
        Assert.DoesNotContain('\u001b', data + json);
    }

    private static DatabaseRepairStep[] Undecided(TestDatabase site, string policy) =>
        [.. site.Run(new RepairDatabase(), new() { Policy = policy, WhatIf = true }).OfType<DatabaseRepairStep>()
            .Where(s => s.Action == "Undecided")];

    // A decision is a comment that begins with a brace or a name; its alternatives stay a comment.
    [GeneratedRegex(@"(?m)^( +)// ([{""].*)$")]
    private static partial Regex Decision();
}
