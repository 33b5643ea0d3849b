using System.Text;
using CsCheck;
using DataOps.Core.Features.Datasets.Testing;
using DataOps.Core.Features.Datasets.Testing.Offline;

namespace DataOps.Core.Tests.Features.Datasets.Testing;

/// <summary>Without a database: is the file whole, what is in it, do its references hold within it.</summary>
public sealed class OfflineDatasetTests : IDisposable
{
    private readonly ImportFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Theory, InlineData("bakery.dumpdata.json.gz", 1209, 58), InlineData("bakery.dumpdata-natural.json.gz", 1092, 57)]
    public void A_whole_dump_is_counted_and_none_of_its_references_is_taken_for_broken(
        string name, long objects, int models)
    {
        Answer answer = Test(Repository.SharedData(name));

        Assert.Empty(answer.Findings);
        Assert.Equal((true, objects, models, 0L, 0L),
            (answer.Sum.IsLoadable, answer.Sum.Objects, answer.Sum.Models, answer.Sum.Errors, answer.Sum.Warnings));
        Assert.Equal((null, null, null), (answer.Sum.Server, answer.Sum.Database, answer.Sum.WouldInsert));
        Assert.Equal((models, objects), (answer.Contents.Count, answer.Contents.Sum(c => c.Objects)));
        DatasetContent pages = Assert.Single(answer.Contents, c => c.Model == "wagtailcore.page");
        Assert.Equal(name.Contains("natural", StringComparison.Ordinal) ? (35L, 0L, 35L) : (35L, 35L, 0L),
            (pages.Objects, pages.WithKey, pages.WithoutKey));
    }

    [Fact]
    public void A_text_that_no_database_can_hold_is_found_without_one()
    {
        Answer answer = Test(_files.Lines(
            """{"model": "notes.note", "pk": 1, "fields": {"body": "\ud83d\ude00", "raw": "\\u0000"}}""",
            """{"model": "notes.note", "pk": 2, "fields": {"body": "\ud83d alone"}}""",
            """{"model": "notes.note", "pk": 3, "fields": {"extra": {"a": ["\u0000"]}}}"""));

        Assert.Equal(
            [("2", "body", 2L, "\"\\ud83d alone\": not valid Unicode"),
                ("3", "extra", 3L,
                    "\"{\"a\": [\"\\u0000\"]}\": holds a NUL character, which PostgreSQL cannot store")],
            answer.Findings.Select(f => (f.Key, f.Field, f.Line!.Value, f.Problem)));
        Assert.Equal((false, 2L), (answer.Sum.IsLoadable, answer.Sum.Errors));
    }

    [Theory, InlineData(false), InlineData(true)]
    public void A_file_in_UTF_16_without_a_byte_order_mark_is_read(bool isBigEndian) =>
        Assert.Equal(1, Test(_files.Bytes(new UnicodeEncoding(isBigEndian, byteOrderMark: false).GetBytes(
            """[{"model": "notes.note", "pk": 1, "fields": {"body": "Grüße"}}]"""))).Sum.Objects);

    // The same files without the users: each place that refers to one is told.
    [Theory, InlineData("bakery.dumpdata.json.gz"), InlineData("bakery.dumpdata-natural.json.gz")]
    public void A_dump_without_the_model_that_is_referred_to_says_which_fields_refer_to_it(string name)
    {
        string file = Without(Repository.SharedData(name), o => (string?)o["model"] == "auth.user");

        DatasetFinding[] findings = [.. Test(file).Findings];
        Assert.All(
            findings, f => Assert.Equal(("ImpliedReference", Severity.Warning, null), (f.Id, f.Severity, f.Line)));
        Assert.Contains(findings,
            f => f is { Model: "wagtailcore.page", Field: "owner" }
                && f.Problem.Contains("the user model", StringComparison.Ordinal));
        Assert.Contains(findings, f => f is { Model: "wagtailimages.image", Field: "uploaded_by_user" });
        Assert.Contains(findings, f => f is { Model: "wagtailusers.userprofile", Field: "user" });
        Assert.Equal("the user model", Test(file).Sum.Missing);
    }

    [Theory]
    [InlineData("bakery.dumpdata.json.gz", "wagtailimages.image", "breads.breadpage", "image")]
    [InlineData("bakery.dumpdata-natural.json.gz", "auth.permission", "wagtailcore.grouppagepermission", "permission")]
    [InlineData("bakery.dumpdata-natural.json.gz", "wagtailcore.page", "base.standardpage", "page_ptr")]
    [InlineData("bakery.dumpdata.json.gz", "auth.group", "auth.user", "groups")]
    public void Every_object_that_is_left_out_is_missed_where_something_refers_to_it(
        string name, string model, string from, string field)
    {
        System.Text.Json.Nodes.JsonNode[] all = Fixtures.Objects(Repository.SharedData(name));
        System.Text.Json.Nodes.JsonNode referring = all.First(
            o => (string?)o["model"] == from && o["fields"]![field]!.ToJsonString() is not ("null" or "[]"));
        string value = referring["fields"]![field]!.ToJsonString();
        string file = Without(Repository.SharedData(name), o => (string?)o["model"] == model && IsMeant(o, value));

        Answer answer = Test(file);
        Assert.True(answer.Sum.Objects < all.Length);
        Assert.Contains(answer.Findings,
            f => f.Model == from && f.Field == field && f.Problem.Contains($"-> {model}", StringComparison.Ordinal));
        Assert.Equal((true, 0L), (answer.Sum.IsLoadable, answer.Sum.Errors));
    }

    [Fact]
    public void A_broken_reference_says_its_line_and_how_it_was_recognised()
    {
        Answer answer = Test(_files.Lines(
            """{"model": "blog.author", "pk": 1, "fields": {"name": "a"}}""",
            """{"model": "shop.customer", "pk": "5d3b6a52-8F4E-4f2b-9a34-2f6f1f6f7d1e", "fields": {}}""",
            """{"model": "blog.post", "pk": 7, "fields": {"author": 1, "customer": "5d3b6a528f4e4f2b9a342f6f1f6f7d1e", "author_count": 99}}""",
            """{"model": "blog.post", "pk": 8, "fields": {"author": 2, "customer": null, "author_count": 3}}""",
            """{"model": "blog.post", "pk": 9, "fields": {"author": null, "customer": "00000000-0000-0000-0000-000000000000", "author_count": 3}}"""));

        Assert.Equal(
            ["4 blog.post 8 author -> blog.author 2, not in the file",
                "5 blog.post 9 customer -> shop.customer 00000000-0000-0000-0000-000000000000, not in the file"],
            answer.Findings.Select(f => $"{f.Line} {f.Model} {f.Key} {f.Field} {f.Problem.Split(" (")[0]}"));
        Assert.Contains("both are of blog", answer.Findings[0].Problem);
        Assert.Contains("the only model of that name in the file", answer.Findings[1].Problem);
        Assert.Equal(
            ("blog.author, shop.customer", 2L, true), (answer.Sum.Missing, answer.Sum.Warnings, answer.Sum.IsLoadable));
    }

    [Fact]
    public void What_could_be_no_key_and_what_logs_tell_of_is_no_reference()
    {
        Answer answer = Test(_files.Lines(
            """{"model": "shop.order", "pk": 1, "fields": {}}""",
            """{"model": "blog.post", "pk": 1, "fields": {"order": 1.5, "page": "first", "tag": {"a": 1}, "user": true}}""",
            """{"model": "wagtailcore.pagelogentry", "pk": 1, "fields": {"page": 77, "user": 88}}""",
            """{"model": "admin.logentry", "pk": 1, "fields": {"user": 88, "content_type": 99}}"""));

        Assert.Empty(answer.Findings);
    }

    [Fact]
    public void Lists_and_natural_keys_are_followed_entry_by_entry()
    {
        Answer answer = Test(_files.Lines(
            """{"model": "auth.group", "fields": {"name": "Editors"}}""",
            """{"model": "accounts.user", "fields": {"password": "x", "last_login": null, "email": "a@b", "groups": [["Editors"], ["Bakers"]]}}""",
            """{"model": "blog.post", "pk": 1, "fields": {"owner": ["a@b"], "author": ["c@d"], "user": ["c@d"]}}""",
            """{"model": "blog.author", "pk": 1, "fields": {"email": "c@d"}}""",
            """{"model": "blog.post", "pk": 2, "fields": {"author": ["e@f"]}}"""), "blog.author=email");

        Assert.Equal(
            ["2 groups [\"Bakers\"]", "3 user [\"c@d\"]", "5 author [\"e@f\"]"],
            answer.Findings.Select(f => $"{f.Line} {f.Field} {f.Problem.Split(',')[0].Split(' ', 3)[2]}"));
    }

    [Fact]
    public void A_natural_key_that_looks_like_a_key_is_one()
    {
        Answer answer = Test(_files.Lines(
            """{"model": "auth.group", "fields": {"name": "2024"}}""",
            """{"model": "blog.post", "pk": 1, "fields": {"group": ["2024"]}}"""));

        Assert.Empty(answer.Findings);
    }

    [Fact]
    public void Where_the_keys_of_a_model_are_not_all_known_nothing_is_said_to_be_missing()
    {
        Assert.Empty(Test(_files.Lines(
            """{"model": "wagtailcore.collection", "fields": {"name": "Root", "path": "0001"}}""",
            """{"model": "wagtailimages.image", "pk": 1, "fields": {"collection": ["Root", "Other"]}}""",
            """{"model": "wagtailimages.image", "pk": 2, "fields": {"collection": 12}}""")).Findings);
    }

    [Fact]
    public void A_key_that_occurs_again_is_an_error_that_names_both_lines()
    {
        Answer answer = Test(_files.Lines(
            """{"model": "auth.group", "pk": 5, "fields": {"name": "a"}}""",
            """{"model": "auth.user", "pk": 5, "fields": {}}""",
            """{"model": "auth.Group", "pk": "5", "fields": {"name": "b"}}""",
            """{"model": "sites.site", "fields": {"domain": "a.example"}}""",
            """{"model": "sites.site", "fields": {"domain": "\u0061.example"}}"""));

        Assert.Equal(
            ["3 DuplicateKey Error auth.group 5 pk this key is in line 1 already",
                "5 DuplicateKey Error sites.site   its natural key is in line 4 already"],
            answer.Findings.Select(f => $"{f.Line} {f.Id} {f.Severity} {f.Model} {f.Key} {f.Field} {f.Problem}"));
        Assert.Equal((false, 2L), (answer.Sum.IsLoadable, answer.Sum.Errors));
    }

    [Fact]
    public void Of_very_many_findings_a_hundred_are_listed_and_all_are_counted()
    {
        string[] lines = [.. Enumerable.Range(1, 250).SelectMany(i => new[]
        {
            $$$$"""{"model": "blog.author", "pk": 1, "fields": {}}""",
            $$$$"""{"model": "blog.post", "pk": {{{{i}}}}, "fields": {"author": {{{{i + 1}}}}}}""",
        })];

        Answer answer = Test(_files.Lines(lines));
        Assert.Equal((249L, 250L), (answer.Sum.Errors, answer.Sum.Warnings));
        Assert.Equal((100, 100),
            (answer.Findings.Count(f => f.Severity == Severity.Error),
                answer.Findings.Count(f => f.Severity == Severity.Warning)));
    }

    // Wherever a file is cut off, it is not whole, and what was before the cut is counted.
    [Theory, InlineData(false), InlineData(true)]
    public void A_file_cut_off_at_any_byte_is_not_loadable(bool isCompressed)
    {
        string text = "[" +
            string.Join(",\n",
            Enumerable.Range(1, 300).Select(
                i => $$$$"""{"model": "auth.group", "pk": {{{{i}}}}, "fields": {"name": "é{{{{i * 7919}}}}"}}""")) +
                    "]";
        byte[] whole = isCompressed ? ImportFiles.Compress(text) : Encoding.UTF8.GetBytes(text);

        Assert.True(Test(_files.Bytes(whole)).Sum.IsLoadable);
        AssertCut(whole.Length - 1);
        Gen.Int[1, whole.Length - 1].Sample(AssertCut, threads: 1);

        void AssertCut(int length)
        {
            Answer answer = Test(_files.Bytes(whole[..length]));
            DatasetFinding finding = Assert.Single(answer.Findings);
            Assert.True(finding is { Severity: Severity.Error, Id: "InvalidJson" or "DamagedFile" }
                && finding.Line > answer.Sum.Objects - 1, $"{length} bytes: {finding}");
            Assert.True(
                answer.Sum is { IsLoadable: false, Errors: 1, Objects: <= 300 }, $"{length} bytes: {answer.Sum}");
            Assert.Equal(answer.Sum.Objects, answer.Contents.Sum(c => c.Objects));
        }
    }

    // Whatever becomes of a byte, there is an answer, and it says why where it is no.
    [Fact]
    public void A_file_with_any_byte_changed_gets_an_answer()
    {
        string text = string.Join("\n", Enumerable.Range(1, 4).Select(i =>
            $$$$"""{"model": "blog.p\u006fst", "pk": {{{{i}}}}, "fields": {"p\u0061rent": {{{{5 - i}}}}, "tags": [["a\u00e9", 1], ["b"]], "owner": ["x", null], "page_ptr": ["/\ud83d\ude00/"], "uid": "5d3b6a528f4e4f2b9a342f6f1f6f7d1e"}}"""));
        Assert.True(Test(_files.Lines(text)).Sum.IsLoadable);
        string file = _files.Path("changed.jsonl");
        Gen.Select(Gen.Int[0, text.Length - 1], Gen.Char["\"\\{}[]:,ud80ceN1 \n.-é"]).Array[1, 3].Sample(
            changes =>
            {
                char[] changed = text.ToCharArray();
                foreach ((int place, char sign) in changes)
                    changed[place] = sign;
                File.WriteAllText(file, new string(changed));
                Answer answer = Test(file);
                Assert.Equal(answer.Sum.IsLoadable, answer.Findings.All(f => f.Severity == Severity.Warning));
            },
            iter: 3000,
            threads: 1);
    }

    [Fact]
    public void Half_a_character_is_an_error_in_a_name_a_key_and_a_value()
    {
        Answer name = Test(_files.Lines("""{"model": "blog.post", "pk": 1, "fields": {"\ud800": 2}}"""));
        Assert.Equal(("InvalidJson", 1L), (Assert.Single(name.Findings).Id, name.Findings[0].Line));
        Assert.Equal(["pk", "owner", "title"], Test(_files.Lines(
            """{"model": "blog.post", "pk": "\ud800", "fields": {"owner": ["\ud800"], "title": "\ud800"}}"""))
            .Findings.Where(f => f.Id == "InvalidValue").Select(f => f.Field));
    }

    [Theory]
    [InlineData("xml", """
        <?xml version="1.0" encoding="utf-8"?>
        <django-objects version="1.0">
        <object model="blog.author" pk="1"><field name="name" type="CharField">a</field></object>
        <object model="blog.post" pk="2"><field name="author" rel="ManyToOneRel" to="blog.author">3</field></object>
        </django-objects>
        """, 4)]
    [InlineData("yaml", """
        - model: blog.author
          pk: 1
          fields: {name: a}
        - model: blog.post
          pk: 2
          fields: {author: 3}
        """, 6)]
    public void Other_formats_are_looked_at_in_the_same_way(string ending, string text, long line)
    {
        string file = _files.Path("fixture." + ending);
        File.WriteAllText(file, text);

        DatasetFinding finding = Assert.Single(Test(file).Findings);
        Assert.Equal(("ImpliedReference", line, "blog.post", "2", "author"),
            (finding.Id, finding.Line, finding.Model, finding.Key, finding.Field));
    }

    [Fact]
    public void Only_what_the_file_bears_out_is_taken_for_a_reference()
    {
        string file = _files.Lines(
            // A group of tenants, not of users; a tag that no file holds; a parent that is another model's.
            """{"model": "auth.group", "pk": 1, "fields": {"name": "staff"}}""",
            """{"model": "tenancy.tenantgroup", "pk": 7, "fields": {"name": "a"}}""",
            """{"model": "tenancy.tenant", "pk": 1, "fields": {"group": 7, "tag": 5, "collection": 3}}""",
            """{"model": "forum.topic", "pk": 1, "fields": {"parent": 90}}""",
            """{"model": "forum.topic", "pk": 2, "fields": {"parent": 91}}""",
            """{"model": "menu.entry", "pk": 1, "fields": {"parent": null}}""",
            """{"model": "menu.entry", "pk": 2, "fields": {"parent": 1}}""",
            """{"model": "menu.entry", "pk": 3, "fields": {"parent": 77}}""");

        Answer answer = Test(file);
        Assert.Equal([("menu.entry", "parent")], answer.Findings.Select(f => (f.Model, f.Field)));
    }

    [Fact]
    public void A_file_that_is_not_there_is_an_error() =>
        Assert.Equal("FileNotFound", Assert.Throws<DataOpsException>(() => Test("/no/such/file.json")).Id);

    private static bool IsMeant(System.Text.Json.Nodes.JsonNode target, string value)
    {
        string key = target["pk"]?.ToJsonString() ?? "";
        System.Text.Json.Nodes.JsonNode fields = target["fields"]!;
        string natural = (string?)target["model"] == "auth.permission"
            ? $"[{fields["codename"]!.ToJsonString()},{string.Join(',', fields["content_type"] is System.Text.Json.Nodes.JsonArray type ? type.Select(t => t!.ToJsonString()) : [])}]"
            : $"[{fields["url_path"]?.ToJsonString()}]";
        return key == value || $"[{key}]" == value || natural == value;
    }

    private string Without(string dump, Func<System.Text.Json.Nodes.JsonNode, bool> isLeftOut) =>
        _files.Lines([.. Fixtures.Objects(dump).Where(o => !isLeftOut(o)).Select(o => o.ToJsonString())]);

    private static Answer Test(string path, params string[] naturalKey) =>
        Of(new TestDataset().RunOffline(
            new() { Path = path, Offline = true, NaturalKey = naturalKey }, new OperationContext()));

    private static Answer Of(IEnumerable<IDatasetTestResult> results)
    {
        IDatasetTestResult[] all = [.. results];
        return new(
            [.. all.OfType<DatasetFinding>()], [.. all.OfType<DatasetContent>()], Assert.IsType<DatasetTest>(all[^1]));
    }

    private sealed record Answer(
        IReadOnlyList<DatasetFinding> Findings, IReadOnlyList<DatasetContent> Contents, DatasetTest Sum);
}
