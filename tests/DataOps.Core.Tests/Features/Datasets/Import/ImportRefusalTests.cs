using DataOps.Core.Features.Datasets.Import;
using DataOps.Core.Files;

namespace DataOps.Core.Tests.Features.Datasets.Import;

/// <summary>Whatever is wrong with a file is named with its line, and the database stays as it was.</summary>
public sealed class ImportRefusalTests : IDisposable
{
    private readonly ImportFiles _files = new();
    private readonly TestDatabase _site;
    private readonly IReadOnlyDictionary<string, string> _before;

    public ImportRefusalTests(PostgresServer server)
    {
        _site = server.CopyOf(Site.Sample);
        _before = _site.Digest();
    }

    public void Dispose()
    {
        _files.Dispose();
        _site.Dispose();
    }

    [Fact]
    public void Every_missing_reference_is_listed()
    {
        string message = Refused("MissingReferences", _files.Lines(
            """{"model": "auth.group", "pk": 1, "fields": {"name": "Writers", "permissions": [99998, 99999]}}""",
            """{"model": "auth.permission", "pk": 70001, "fields": {"name": "a", "content_type": 8001, "codename": "a"}}""",
            """{"model": "auth.permission", "pk": 70002, "fields": {"name": "b", "content_type": 8002, "codename": "b"}}"""));

        Assert.StartsWith("4 references in file1.jsonl have no target, so nothing was loaded.", message);
        Assert.Matches(
            @"line 1  auth\.group +1 +permissions +-> auth\.permission 99998, neither in the file nor in the database",
            message);
        Assert.Matches(@"line 1  auth\.group +1 +permissions +-> auth\.permission 99999,", message);
        Assert.Matches(@"line 2  auth\.permission +70001 +content_type +-> contenttypes\.contenttype 8001,", message);
        Assert.Matches(@"line 3  auth\.permission +70002 +content_type +-> contenttypes\.contenttype 8002,", message);
    }

    [Fact]
    public void Many_missing_references_are_counted_by_field_with_three_examples()
    {
        string message = Refused("MissingReferences", _files.Lines([.. Enumerable.Range(1, 250).Select(i =>
            $$$$"""{"model": "auth.permission", "pk": {{{{70000 + i}}}}, "fields": {"name": "n", "content_type": 8000, "codename": "c{{{{i}}}}"}}""")]));

        string[] lines = message.Split('\n');
        Assert.StartsWith("250 references in ", lines[0]);
        Assert.Equal("  auth.permission content_type: 250, as", lines[1]);
        Assert.Equal(3, lines.Count(l => l.StartsWith("    line ", StringComparison.Ordinal)));
        Assert.StartsWith("    line 1  70001  -> contenttypes.contenttype 8000, neither in the file", lines[2]);
        Assert.Equal(("  Test-Dataset lists the first 100.", 6), (lines[^1], lines.Length));
    }

    [Fact]
    public void Of_problems_in_many_fields_the_first_twenty_are_named_and_the_others_counted()
    {
        string message = Refused("UnknownModel", _files.Lines([.. Enumerable.Range(1, 60).Select(i =>
            $$$"""{"model": "shop.m{{{i}}}", "pk": {{{i}}}, "fields": {}}""")]));

        Assert.Equal(20, message.Split('\n').Count(l => l.EndsWith(": 1, as", StringComparison.Ordinal)));
        Assert.Contains("\n  other fields: 40\n", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_row_without_its_parent_half_is_a_missing_reference()
    {
        _site.Execute(
            "create table news_note (page_ptr_id int primary key references wagtailcore_page deferrable initially " +
                "deferred, text text)");

        string message =
            Refused("MissingReferences",
                _files.Lines("""{"model": "news.note", "pk": 5555, "fields": {"text": "x", "page_ptr": 5555}}"""),
                ignoreRows: true);

        Assert.Matches(
            @"line 1  news\.note  5555  pk  -> wagtailcore\.page 5555, neither in the file nor in the database",
            message);
        Assert.Equal(0L, _site.Scalar<long>("select count(*) from news_note"));
    }

    [Fact]
    public void A_model_without_a_primary_key_is_left_out_by_the_option_that_takes_it()
    {
        _site.Execute("create table news_stamp (text text); "
            + "insert into django_content_type (app_label, model) values ('news', 'stamp')");
        string file = _files.Lines("""{"model": "news.stamp", "pk": 1, "fields": {"text": "x"}}""");

        DatasetException refused =
            Assert.Throws<DatasetException>(() => _site.Run(new ImportDataset(), new() { Path = file, NoUndo = true }));

        Assert.Equal(("Load the rest with -Exclude news.stamp.", true), (refused.Advice, refused.Message.StartsWith(
            "1 model in file1.jsonl cannot be loaded, so nothing was loaded.", StringComparison.Ordinal)));
        _site.Run(new ImportDataset(), new() { Path = file, Exclude = ["news.stamp"], NoUndo = true });
    }

    [Fact]
    public void What_the_input_of_a_type_calls_a_syntax_error_is_a_bad_value_with_its_line()
    {
        _site.Execute("create table news_word (id int primary key, search tsvector); "
            + "insert into django_content_type (app_label, model) values ('news', 'word')");
        string file = _files.Lines(
            """{"model": "news.word", "pk": 1, "fields": {"search": "'a'"}}""",
            """{"model": "news.word", "pk": 2, "fields": {"search": "'b"}}""");

        DatasetException refused = Assert.ThrowsAny<DatasetException>(
            () => _site.Run(new ImportDataset(), new() { Path = file, NoUndo = true }));

        Assert.Equal("InvalidValue", refused.Id);
        Assert.Contains("line 2  news.word  search  ", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_bad_value_is_listed_with_the_line_it_stands_in()
    {
        string message = Refused("InvalidValue", _files.Json("""
            [
            {
              "model": "auth.permission",
              "pk": 70001,
              "fields": {
                "name": null,
                "content_type": "abc",
                "codename": ["x"]
              }
            },
            {"model": "auth.group", "pk": "one", "fields": {"name": "ok"}},
            {"model": "auth.group", "pk": 5, "fields": {"name": "ok", "permissions": [1, "x"]}},
            {"model": "auth.group", "pk": 6, "fields": {"name": "ok", "permissions": 7}}
            ]
            """));

        Assert.StartsWith("6 values in file1.json cannot be stored, so nothing was loaded.", message);
        Assert.Matches(@"line 6 +auth\.permission +70001 +name +null: the column does not allow it", message);
        Assert.Matches(@"line 7 +auth\.permission +70001 +content_type +""abc"": not an integer", message);
        Assert.Matches(@"line 8 +auth\.permission +70001 +codename +\[""x""\]: not a single value", message);
        Assert.Matches(@"line 11 +auth\.group +one +pk +""one"": not an integer", message);
        Assert.Matches(@"line 12 +auth\.group +5 +permissions +.*entry 2: not an integer", message);
        Assert.Matches(@"line 13 +auth\.group +6 +permissions +7: not a list", message);
    }

    [Fact]
    public void A_value_that_only_PostgreSQL_can_refuse_is_named_with_its_line()
    {
        _site.Execute(
            "create domain short as text check (length(value) < 5); alter table auth_group add column code short");

        string message = Refused("InvalidValue", _files.Lines(
            """{"model": "auth.group", "pk": 5, "fields": {"name": "a\nb", "code": "good"}}""",
            """{"model": "auth.permission", "pk": 1, "fields": {}}""",
            "",
            """{"model": "auth.group", "pk": 6, "fields": {"name": "b", "code": "too long"}}"""), ignoreRows: true);

        Assert.Matches(@"line 4  auth\.group  code  .*short_check", message);
    }

    [Fact]
    public void Unknown_models_and_fields_are_listed_once_each()
    {
        string message = Refused("UnknownModel", _files.Lines(
            """{"model": "shop.order", "pk": 1, "fields": {}}""",
            """{"model": "auth.group", "pk": 5, "fields": {"name": "x", "colour": 1}}""",
            """{"model": "shop.order", "pk": 2, "fields": {}}""",
            """{"model": "auth.group", "pk": 6, "fields": {"name": "y", "colour": 2, "size": 1}}""",
            """{"model": "nonsense", "pk": 6, "fields": {}}"""));

        Assert.StartsWith("4 problems in file1.jsonl, so nothing was loaded.", message);
        Assert.Matches(@"line 1  shop\.order +neither a content type nor a table", message);
        Assert.Matches(@"line 2  auth\.group +colour +no such column", message);
        Assert.Matches(@"line 4  auth\.group +size +no such column", message);
        Assert.Matches(@"line 5  nonsense", message);
    }

    [Fact]
    public void A_key_that_occurs_twice_is_named_with_both_lines()
    {
        string message = Refused("DuplicateKey", _files.Lines(
            """{"model": "auth.group", "pk": 5, "fields": {"name": "x"}}""",
            """{"model": "auth.group", "pk": 6, "fields": {"name": "y"}}""",
            """{"model": "auth.group", "pk": "5", "fields": {"name": "z"}}"""));

        Assert.Matches(@"line 3  auth\.group  5  pk  is in line 1 already", message);
    }

    [Fact]
    public void An_object_without_a_key_is_refused()
    {
        string message = Refused("MissingKey", _files.Lines(
            """{"model": "people.person", "fields": {"first_name": "x"}}""",
            """{"model": "people.person", "pk": null, "fields": {"first_name": "y"}}"""));

        Assert.StartsWith("2 objects", message);
    }

    [Fact]
    public void A_value_that_another_row_has_already_is_named_with_the_line()
    {
        string message = Refused("NotUnique", _files.Lines(
            """{"model": "auth.group", "pk": 5, "fields": {"name": "x"}}""",
            """{"model": "auth.group", "pk": 6, "fields": {"name": "Editors"}}""",
            """{"model": "auth.group", "pk": 7, "fields": {"name": "x"}}"""));

        Assert.Matches(@"line 2  auth\.group  6  name  ""Editors"" is that of auth\.group 2 in the database", message);
        Assert.Matches(@"line 3  auth\.group  7  name  ""x"" is in line 1 already", message);
    }

    [Fact]
    public void A_violated_check_is_named_with_the_line()
    {
        _site.Execute("alter table auth_group add constraint no_x check (name <> 'x')");

        string message = Refused("CheckFailed", _files.Lines(
            """{"model": "auth.group", "pk": 5, "fields": {"name": "y"}}""",
            """{"model": "auth.group", "pk": 6, "fields": {"name": "x"}}"""));

        Assert.Matches(@"no_x, so nothing was loaded\.\n  line 2  auth\.group  6", message);
    }

    [Fact]
    public void Nothing_that_is_long_is_printed_whole()
    {
        string name = new('b', 100_000);
        Assert.Contains("has a name of more than 500 bytes", Refused(
            "InvalidJson", _files.Json($$$"""[{"model": "auth.group", "pk": 5, "fields": {"{{{name}}}": 1}}]""")));

        _site.Execute("""
            create table news_spot (id int primary key, at point, code text unique);
            insert into django_content_type (app_label, model) values ('news', 'spot')
            """);
        Assert.InRange(Refused("InvalidValue", _files.Lines(
            $$$"""{"model": "news.spot", "pk": 5, "fields": {"at": "{{{name}}}"}}"""), ignoreRows: true).Length, 100, 700);
        Assert.InRange(Refused("NotUnique", _files.Lines(
            $$$"""{"model": "news.spot", "pk": 5, "fields": {"code": "{{{name[..2000]}}}"}}""",
            $$$"""{"model": "news.spot", "pk": 6, "fields": {"code": "{{{name[..2000]}}}"}}"""), ignoreRows: true).Length, 100, 400);
    }

    [Fact]
    public void The_objects_of_a_file_that_is_one_line_are_counted()
    {
        static string Group(int key, string name) =>
            $$$"""{"model": "auth.group", "pk": {{{key}}}, "fields": {"name": "{{{name}}}"}}""";
        string Json(params string[] objects) => _files.Json($"[{string.Join(", ", objects)}]");

        Assert.Matches(@"\n  line 1, object 2  auth\.group +7 .*is in line 1 already", Refused(
            "DuplicateKey", Json(Group(7, "a"), Group(7, "b"))));
        Assert.Matches(@"\n  line 1, object 3  auth\.group +9 .*is in line 1, object 2 already", Refused(
            "NotUnique", Json(Group(7, "a"), Group(8, "b"), Group(9, "b"))));
        Assert.Matches(@"\n  line 1, object 1  auth\.group .*\n  line 1, object 2  auth\.group ", Refused(
            "InvalidValue", Json(Group(7, new string('x', 200)), Group(8, new string('y', 200)))));
    }

    [Fact]
    public void A_new_row_that_lacks_a_field_without_a_default_is_named()
    {
        string message = Refused("MissingField", _files.Lines(
            """{"model": "auth.group", "pk": 1, "fields": {}}""",
            """{"model": "auth.group", "pk": 6, "fields": {}}"""));

        Assert.StartsWith("1 new row in ", message);
        Assert.Matches(@"line 2  auth\.group  6  name", message);
    }

    [Theory]
    [InlineData("", 1, "empty")]
    [InlineData("[", 1, "ends before its list")]
    [InlineData("[\n{\"model\": \"auth.group\", \"pk\": 5,\n\"fields\": {\"name\": \"x", 2, "ends within the object")]
    [InlineData("[\n{\"model\": \"auth.group\", \"pk\": 5,\n\"fields\": {\"name\" \"x\"}}]", 3, "invalid")]
    [InlineData("[{\"model\": \"auth.group\", \"pk\": 5, \"fields\": {\"name\": \"x\"}}", 1, "ends before its list")]
    [InlineData("[{\"model\": \"auth.group\", \"pk\": 5, \"fields\": {\"name\": \"x\"}},\n]", 2,
        "an object was expected")]
    [InlineData("[{\"model\": \"auth.group\", \"pk\": 5, \"fields\": {\"name\": \"x\"}}\n{}]", 2, "comma")]
    [InlineData("[]\n\n[]", 3, "follows the end")]
    [InlineData("{\"model\": \"auth.group\", \"pk\": 5, \"fields\": {\"name\": \"x\"}}\n[1]", 2,
        "an object was expected")]
    [InlineData("{\"model\": \"auth.group\", \"pk\": 5, \"fields\": {\"name\": \"x\"}}\n\n{\"pk\": 5, \"fields\": {}}",
        3, "no \"model\"")]
    [InlineData("{\"model\": \"auth.group\", \"pk\": 5}", 1, "no \"fields\"")]
    [InlineData("{\"model\": \"auth.group\", \"pk\": 5, \"fields\": {\"name\": NaNa}}", 1, "invalid")]
    [InlineData("hello", 1, "an object was expected")]
    [InlineData("[\n{\"model\": \"auth.group\", \"pk\": 5, \"fields\": {\"\\ud800\": \"x\"}}]", 2, "not valid Unicode")]
    [InlineData("[\n{\"model\": \"auth.\\ud800\", \"pk\": 5, \"fields\": {\"name\": \"x\"}}]", 2, "not valid Unicode")]
    public void A_broken_file_is_named_with_its_line(string text, int line, string what)
    {
        string message = Refused("InvalidJson", _files.Json(text));

        Assert.Contains($"file1.json, line {line}: ", message);
        Assert.Contains(what, message);
    }

    [Fact]
    public void Bytes_that_are_not_UTF_8_are_named_with_their_line()
    {
        string message = Refused("InvalidJson", _files.Bytes(
            [.. "[\n{\"model\": \"auth.group\", \"pk\": 5, \"fields\": {\"name\": \""u8, 0xFF, .. "\"}}]"u8]));

        Assert.Contains("line 2: ", message);
        Assert.Contains("UTF-8", message);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.99)]
    public void A_compressed_file_that_was_cut_off_is_refused(double share)
    {
        Random random = new(1);
        byte[] whole = ImportFiles.Compress(string.Join(",\n", Enumerable.Range(5, 2000).Select(i =>
            $$$$"""{{{{(i == 5 ? "[" : "")}}}}{"model": "auth.group", "pk": {{{{i}}}}, "fields": {"name": "{{{{random.NextInt64()}}}}"}}""")) + "]");

        Refused("DamagedFile", _files.Bytes(whole[..(int)(whole.Length * share)]));
    }

    [Fact]
    public void A_file_that_is_not_there_is_said_so() => Refused("FileNotFound", "/no/such/file.json");

    private string Refused(string id, string path, bool ignoreRows = false)
    {
        DataOpsException failure = Assert.ThrowsAny<DataOpsException>(
            () => _site.Run(new ImportDataset(), new ImportDatasetOptions { Path = path, NoUndo = true }));

        Assert.Equal(id, failure.Id);
        if (!ignoreRows)
            Assert.Equal(_before, _site.Digest());
        return failure.Message;
    }
}
