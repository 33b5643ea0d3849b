using System.Text;
using System.Text.Json.Nodes;
using DataOps.Core.Files;
using DataOps.Core.Files.Compression;

namespace DataOps.Core.Tests.Files;

/// <summary>
/// Files that are cut off, endless, too deep or no text: a failure with the line, and no more memory than a value may
/// have.
/// </summary>
public sealed class FixtureDamageTests
{
    // A gigabyte, which takes a minute each, with DATAOPS_ROUNDS=16.
    private static readonly int s_largest = (int)Math.Min(Rounds.Of(64) * (1L << 20), 1 << 30) - 1;

    private const string Json = """
        [
        {"model": "a.b", "pk": 1, "fields": {"text": "é \" \\ \u00e9 }]", "list": [1, [2, {"x": null}]], "no": NaN, "minus": -Infinity}},
        {"model": "a.b", "pk": "x", "fields": {}}
        ]
        """;

    private const string Xml = """
        <?xml version="1.0" encoding="utf-8"?>
        <django-objects version="1.0"><object model="a.b" pk="1"><field name="text" type="TextField">é &lt;x&gt; <![CDATA[y]]></field>
        <field name="none" type="TextField"><None/></field><field name="list" rel="ManyToManyRel" to="a.c"><object pk="1"></object></field></object></django-objects>
        """;

    [Theory]
    [InlineData(DatasetFormat.Json, Json)]
    [InlineData(DatasetFormat.Xml, Xml)]
    public void A_list_that_is_cut_at_any_byte_is_refused_with_a_line(DatasetFormat format, string text)
    {
        byte[] whole = Encoding.UTF8.GetBytes(text);
        Assert.NotEmpty(FixtureObjects.Of(format, whole));

        for (int length = 0; length < whole.Length; length++)
        {
            DataOpsException failure = Assert.ThrowsAny<DataOpsException>(
                () => FixtureObjects.Of(format, whole[..length]));
            Assert.Equal("Invalid" + format, failure.Id);
            Assert.Matches("^file, line [1-4]: ", failure.Message);
        }
    }

    [Theory]
    [InlineData(DatasetFormat.Json, Json, false)]
    [InlineData(DatasetFormat.Json, Json, true)]
    [InlineData(DatasetFormat.Yaml, "- {model: a.b, pk: 1, fields: {text: é}}", false)]
    public void A_text_in_UTF_16_is_read_as_one_in_UTF_8(DatasetFormat format, string text, bool isBigEndian)
    {
        UnicodeEncoding utf16 = new(isBigEndian, byteOrderMark: true);

        List<JsonObject> objects = FixtureObjects.OfFile(format, [.. utf16.GetPreamble(), .. utf16.GetBytes(text)]);

        Assert.NotEmpty(objects);
        Assert.Equal(
            FixtureObjects.Of(format, text).Select(o => o.ToJsonString()), objects.Select(o => o.ToJsonString()));
    }

    [Fact]
    public void Half_a_character_of_UTF_16_is_refused()
    {
        byte[] text =
            [0xFF, 0xFE, .. Encoding.Unicode.GetBytes("[{\"model\": \"a.b\", \"pk\": \""), 0x00, 0xD8, .. "\0\"\0"u8];

        Assert.Equal("DamagedFile",
            Assert.ThrowsAny<DataOpsException>(() => FixtureObjects.OfFile(DatasetFormat.Json, text)).Id);
    }

    [Theory]
    [InlineData("<!DOCTYPE html><html>", "HTML or XML")]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:aa", "git lfs pull")]
    [InlineData("INFO starting\n[{}]", "begins with \"INFO starting\"")]
    [InlineData("\u001b[31mred", "begins with \"\uFFFD[31mred\"")]
    public void What_is_no_dataset_is_named_for_what_it_is(string text, string named)
    {
        DataOpsException failure =
            FixtureObjects.Refused(DatasetFormat.Json, text);

        Assert.Contains(named, failure.Message);
        Assert.DoesNotContain('\u001b', failure.Message);
    }

    [Fact]
    public void Lines_that_are_cut_are_refused_unless_whole_lines_are_left()
    {
        byte[] whole =
            Encoding.UTF8.GetBytes(string.Join("\n", Json.ReplaceLineEndings("\n").Split('\n')[1..^1]).Replace(
                "}},\n", "}}\n", StringComparison.Ordinal));
        int first = Array.IndexOf(whole, (byte)'\n');

        for (int length = 1; length < whole.Length; length++)
        {
            if (length == first || length == first + 1)
                Assert.Single(FixtureObjects.Of(DatasetFormat.Jsonl, whole[..length]));
            else
                Assert.Equal("InvalidJson",
                    Assert.ThrowsAny<DataOpsException>(() =>
                        FixtureObjects.Of(DatasetFormat.Jsonl, whole[..length])).Id);
        }
    }

    [Theory]
    [InlineData(DatasetFormat.Json)]
    [InlineData(DatasetFormat.Jsonl)]
    [InlineData(DatasetFormat.Xml)]
    [InlineData(DatasetFormat.Yaml)]
    public void An_endless_value_is_refused_with_its_line(DatasetFormat format)
    {
        string start = format switch
        {
            DatasetFormat.Xml => "<django-objects>\n<object model=\"a.b\"><field name=\"x\" type=\"TextField\">",
            DatasetFormat.Yaml => "- model: a.b\n  fields:\n    x: '",
            DatasetFormat.Jsonl => "\n{\"model\": \"a.b\", \"fields\": {\"x\": \"",
            _ => "[\n{\"model\": \"a.b\", \"fields\": {\"x\": \"",
        };

        (DataOpsException failure, long allocated) = ReadEndless(format, start, "x"u8);

        Assert.Matches(format == DatasetFormat.Yaml
            ? "^file, line [23]: .*larger than 64 MB"
            : $"^file, line 2: a value here is larger than {(s_largest >> 20) + 1} MB", failure.Message);
        // All buffers on the way to the largest value together.
        Assert.InRange(allocated, 0, 4L * s_largest);
    }

    [Theory]
    [InlineData(DatasetFormat.Json, "[{\"model\": \"a.b\", \"fields\": {\"x\": [", "1,")]
    [InlineData(DatasetFormat.Xml, "<django-objects><object model=\"", "x")]
    [InlineData(DatasetFormat.Xml, "<django-objects><object model=\"a.b\"><field name=\"x\">", "<natural>")]
    [InlineData(DatasetFormat.Xml, "<", "x")]
    [InlineData(DatasetFormat.Yaml, "- ", "[")]
    [InlineData(DatasetFormat.Yaml, "- {model: a.b, fields: {x: ", "[")]
    [InlineData(DatasetFormat.Yaml, "- &", "x")]
    public void Whatever_else_has_no_end_is_refused(DatasetFormat format, string start, string repeated)
    {
        (DataOpsException failure, long allocated) = ReadEndless(format, start, Encoding.UTF8.GetBytes(repeated));

        Assert.StartsWith("file, line 1: ", failure.Message);
        Assert.InRange(allocated, 0, 5L * s_largest);
    }

    [Theory]
    [InlineData(DatasetFormat.Json, "[\n{\"model\": \"a.b\", \"fields\": {\"x\": @}}]", 2)]
    [InlineData(DatasetFormat.Xml,
        "<django-objects>\n<object model=\"a.b\"><field name=\"x\" " +
        "type=\"JSONField\">@</field></object></django-objects>", 2)]
    [InlineData(DatasetFormat.Yaml, "- model: a.b\n  fields: {x: @}", 2)]
    public void Values_that_are_ten_thousand_deep_are_refused_with_their_line(
        DatasetFormat format, string text, int line)
    {
        string deep = string.Concat(Enumerable.Repeat("[", 10_000)) + string.Concat(Enumerable.Repeat("]", 10_000));

        Assert.StartsWith($"file, line {line}: ",
            FixtureObjects.Refused(format, text.Replace("@", deep, StringComparison.Ordinal)).Message);
    }

    [Theory]
    [InlineData(DatasetFormat.Json, "[\n{\"model\": \"a.b\", \"fields\": {\"x\": \"@\"}}]")]
    [InlineData(DatasetFormat.Xml,
        "<django-objects>\n<object model=\"a.b\"><field name=\"x\">@</field></object></django-objects>")]
    [InlineData(DatasetFormat.Yaml, "- model: a.b\n  fields: {x: '@'}")]
    public void Bytes_that_are_not_UTF_8_are_refused(DatasetFormat format, string text)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(text.Replace('@', 'ÿ'));

        Assert.Matches(
            "^file, line [12]: ", Assert.ThrowsAny<DataOpsException>(() => FixtureObjects.Of(format, bytes)).Message);
    }

    [Fact]
    public void Of_a_name_that_repeats_the_last_one_counts_as_in_Python()
    {
        Assert.Equal("""{"model":"a.c","pk":2,"fields":{"y":4}}""", FixtureObjects.Of(DatasetFormat.Json,
            """[{"model": "a.b", "pk": 1, "fields": {"x": 1}, "model": "a.c", "pk": 2, "fields": {"y": 3, "y": 4}}]""")[0].ToJsonString());
        Assert.Equal("""{"model":"a.b","pk":2,"fields":{"x":2}}""",
            FixtureObjects.Of(DatasetFormat.Yaml,
                "- {model: a.b, pk: 1, pk: 2, fields: {x: 1, x: 2}}")[0].ToJsonString());
    }

    private static (DataOpsException Failure, long Allocated) ReadEndless(
        DatasetFormat format, string start, ReadOnlySpan<byte> repeated)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        using FixtureReader reader = FixtureObjects.Reader(
            format, new Endless(Encoding.UTF8.GetBytes(start), repeated.ToArray()), largest: s_largest);
        DataOpsException failure = Assert.ThrowsAny<DataOpsException>(() => reader.Read());
        return (failure, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    /// <summary>Some bytes, and then the same ones for ever.</summary>
    private sealed class Endless(byte[] start, byte[] repeated) : ReadStream
    {
        private readonly MemoryStream _start = new(start);
        private readonly byte[] _block = [.. Enumerable.Repeat(repeated, 1 << 14).SelectMany(b => b)];
        private int _next;

        public override int Read(Span<byte> buffer)
        {
            int read = _start.Read(buffer);
            if (read > 0)
                return read;
            read = Math.Min(buffer.Length, _block.Length - _next);
            _block.AsSpan(_next, read).CopyTo(buffer);
            _next = (_next + read) % _block.Length;
            return read;
        }
    }
}
