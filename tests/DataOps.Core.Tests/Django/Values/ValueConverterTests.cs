using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using DataOps.Core.Django.Values;
using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Tests.Django.Values;

/// <summary>
/// The expected JSON is what Django's dumpdata and Python's json module write; ServerValueTests asks a server about the
/// same tables.
/// </summary>
public sealed class ValueConverterTests
{
    public static TheoryData<string, int, string> WrittenValues =>
        Numbered(t => ValueTables.Written(t.Written).Select(v => $"{v.Type} {v.Value}"));

    public static TheoryData<string, int, string> ReadValues =>
        Numbered(t => ValueTables.Read(t.Read).Select(v => $"{v.Type} {v.Json}"));

    public static TheoryData<string, string, string> RefusedValues
    {
        get
        {
            TheoryData<string, string, string> data = [];
            foreach ((_, _, string refused) in ValueTables.Families.Values)
                foreach ((string type, string json, string problem) in ValueTables.Refused(refused))
                    data.Add(type, json, problem);
            return data;
        }
    }

    [Theory, MemberData(nameof(WrittenValues))]
    public void A_value_is_written_as_Django_writes_it_and_read_back_alone_and_in_an_array(
        string family, int row, string about)
    {
        WrittenValue value = ValueTables.Written(ValueTables.Families[family].Written).ElementAt(row);
        Column column = TestColumn.Of(value.Type);

        Assert.Equal((value.Json, about), (Write(column, value.Field), about));
        Assert.Equal(value.Exact, Write(column, value.Field, new() { Precision = TimePrecision.Microsecond }));
        // Bare NaN is not JSON: whoever reads the file hands it on as a string.
        string read = value.Exact is "NaN" or "Infinity" or "-Infinity" ? $"\"{value.Exact}\"" : value.Exact;
        Assert.Equal((null, value.Text), Read(column, read));
        if (column.Type.IsArray)
            return;

        Column array = TestColumn.Of(value.Type + "[]") with { Dimensions = 1 };
        string json = JsonSerializer.Serialize($"[{value.Element}, null]");
        Assert.Equal(TextIn(json), TextIn(Write(array, Array(value.Field))));
        // Embedded JSON is read as it stands, and Python's isoformat() writes UTC otherwise than Django's serializer.
        string text = value.Type is "json" or "jsonb" ? value.Element : value.Text;
        string quoted = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(
            "\"", "\\\"", StringComparison.Ordinal);
        (string? problem, string elements) = Read(array, json);
        Assert.Equal((null, ShortZone($"{{\"{quoted}\",NULL}}")), (problem, ShortZone(elements)));
    }

    [Theory, MemberData(nameof(ReadValues))]
    public void What_Django_reads_is_read(string family, int row, string about)
    {
        ReadValue value = ValueTables.Read(ValueTables.Families[family].Read).ElementAt(row);
        (string? problem, string text) = Read(TestColumn.Of(value.Type), value.Json);
        Assert.Equal((null, value.Text, about), (problem, text, about));
    }

    [Theory, MemberData(nameof(RefusedValues))]
    public void What_cannot_be_stored_is_named(string type, string json, string problem) =>
        Assert.Equal(problem, Read(TestColumn.Of(type), json).Problem);

    [Fact]
    public void Characters_are_escaped_as_Python_escapes_them()
    {
        string text = "a\"b\\c\b\f\n\r\t\u0001\u001f\u007fé\u2028😀/";
        string json = "\"a\\\"b\\\\c\\b\\f\\n\\r\\t\\u0001\\u001f\u007fé\u2028😀/\"";
        Assert.Equal(json, Write(TestColumn.Of("text"), Encoding.UTF8.GetBytes(text)));
        Assert.Equal((null, text), Read(TestColumn.Of("text"), json));
        Assert.Equal(
            "[\"a\\\"b\\\\c\\b\\f\\n\\r\\t\\u0001\\u001f\\u007f\\u00e9\\u2028\\ud83d\\ude00/\", null]",
            TextIn(Write(TestColumn.Of("text[]"), Array(Encoding.UTF8.GetBytes(text)))));
    }

    [Fact]
    public void Blanks_in_json_become_those_of_Python() => Assert.Equal(
        "{\"a\": [1, 2], \"b, :\\\" \": true}",
        Write(TestColumn.Of("json"), "{\"a\" :\n[1,2 ],\t\"b, :\\\" \":true}"u8));

    [Fact]
    public void The_smallest_number_in_JSON_has_Pythons_exponent() =>
        Assert.Equal("5e-324", Write(TestColumn.Of("jsonb"), Jsonb("0." + new string('0', 323) + "5")));

    [Fact]
    public void JSONs_own_null_is_a_value()
    {
        Assert.Equal("null", Write(TestColumn.Of("jsonb"), Jsonb("null")));
        Assert.Equal((null, "null"), Read(TestColumn.Of("jsonb"), "null"));
        Assert.True(
            ValueConverter.For(TestColumn.Of("json")).HasNull && !ValueConverter.For(TestColumn.Of("text")).HasNull);
    }

    [Fact]
    public void Json_in_JSONL_has_no_blank_after_commas() => Assert.Equal(
        """{"a": [1,{"b, ": ", \" "}],"c": {}}""",
        Write(
            TestColumn.Of("jsonb"),
            Jsonb("""{"a": [1, {"b, ": ", \" "}], "c": {}}"""),
            new() { Separator = JsonSeparator.Comma }));

    [Theory]
    [InlineData(nameof(StreamFieldUse.Yes))]
    [InlineData(nameof(StreamFieldUse.Found))]
    public void A_stream_field_is_an_ASCII_JSON_text_in_a_string(string use) => Assert.Equal(
        """
        "[{\"id\": \"1\", \"type\": \"p\", \"value\": \"\\u00e9 \\\"q\\\" \\\\ \\ud83d\\ude00 \\u007f\\n\"}]"
        """,
        Write(
            TestColumn.Of("jsonb"),
            Jsonb("[{\"id\": \"1\", \"type\": \"p\", \"value\": \"é \\\"q\\\" \\\\ 😀 \u007f\\n\"}]"),
            new() { StreamField = Enum.Parse<StreamFieldUse>(use) }));

    [Theory]
    [InlineData(nameof(StreamFieldUse.Yes), "\"{\\\"a\\\": 1}\"", "{\"a\": 1}")]
    [InlineData(nameof(StreamFieldUse.Found), "{\"a\": 1}", "\"{\\\"a\\\": 1}\"")]
    [InlineData(nameof(StreamFieldUse.No), "{\"a\": 1}", "\"{\\\"a\\\": 1}\"")]
    [InlineData(nameof(StreamFieldUse.Unknown), "{\"a\": 1}", "\"{\\\"a\\\": 1}\"")]
    public void What_holds_no_blocks_is_a_text_only_where_the_user_says_so(string use, string written, string read)
    {
        Column column = TestColumn.Of("jsonb");
        ValueForm form = new() { StreamField = Enum.Parse<StreamFieldUse>(use) };
        Assert.Equal(written, Write(column, Jsonb("""{"a": 1}"""), form));
        Assert.Equal((null, read), Read(column, "\"{\\\"a\\\": 1}\"", form));
        Assert.Equal(form.StreamField == StreamFieldUse.No ? "\"[]\"" : "[]", Read(column, "\"[]\"", form).Text);
    }

    [Fact]
    public void An_escaped_backslash_before_u0000_is_no_NUL() =>
        Assert.Equal((null, """{"a": "\\u0000"}"""), Read(TestColumn.Of("jsonb"), """{"a": "\\u0000"}"""));

    [Fact]
    public void Deep_JSON_is_taken()
    {
        string deep = new string('[', 200) + new string(']', 200);
        Column column = TestColumn.Of("jsonb");
        Assert.Equal((null, deep), Read(column, deep));
        Assert.Equal(
            (null, $"[{{\"type\": \"p\", \"value\": {deep}}}]"),
            Read(column, $"\"[{{\\\"type\\\": \\\"p\\\", \\\"value\\\": {deep}}}]\""));
    }

    [Theory]
    [InlineData(null, """["[\"x\", null]", "[\"y\", \"z\"]"]""", """{{"x",NULL},{"y","z"}}""")]
    [InlineData(1, """["[\"x\", null]", "[\"y\", \"z\"]"]""", """{"[\"x\", null]","[\"y\", \"z\"]"}""")]
    [InlineData(2, """["[\"[\\\"x\\\"]\"]"]""", """{{"[\"x\"]"}}""")]
    public void Texts_in_an_array_that_look_like_arrays_are_texts_where_its_dimensions_are_known(
        int? dimensions, string array, string text) =>
        Assert.Equal(
            (null, text),
            Read(TestColumn.Of("text[]") with { Dimensions = dimensions }, JsonSerializer.Serialize(array)));

    [Theory]
    [InlineData("timestamptz", "0002B58220DC9200", "v: 1 time cut to milliseconds")]
    [InlineData("timestamptz", "FF1FE2FFC59C6000", null)]
    [InlineData("timestamptz", "FF1FE2FFC59C5FFF", "v: 1 time that Python cannot read")]
    [InlineData("time", "000000141DD76000", "v: 1 time that Python cannot read")]
    [InlineData("date", "002C95D3", null)]
    [InlineData("date", "002C95D4", "v: 1 time that Python cannot read")]
    [InlineData("interval", "00000000D693A4000000019000000000", null)]
    [InlineData("interval", "FFFFFFFFFFF0BDC00000000000000000", "v: 1 interval counted in days")]
    [InlineData("jsonb", "016E756C6C", "v: 1 JSON null")]
    [InlineData("jsonb", "01225B5D22", "v: 1 JSON string that reads as StreamField blocks")]
    [InlineData("jsonb", "01225B78225D22", null)]
    [InlineData("int4[]", "00000001000000000000001700000001000000020000000400000001",
        "v: 1 array that does not start at 1")]
    [InlineData("timestamptz[]", "0000000100000000000004A00000000100000001000000080002B0D5D4EB2240", null)]
    [InlineData("text", "78", null)]
    public void What_a_fixture_loses_is_counted(string type, string field, string? lost)
    {
        LossCount losses = new("v");
        Write(TestColumn.Of(type), Convert.FromHexString(field), new() { Losses = losses });
        Assert.Equal((lost is null ? 0 : 1, lost ?? "v: "), (losses.Count, losses.ToString()));
    }

    private static TheoryData<string, int, string> Numbered(
        Func<(string Written, string Read, string Refused), IEnumerable<string>> describe)
    {
        TheoryData<string, int, string> data = [];
        foreach ((string family, (string, string, string) tables) in ValueTables.Families)
        {
            int row = 0;
            foreach (string about in describe(tables))
                data.Add(family, row++, about);
        }
        return data;
    }

    [Theory]
    [InlineData("2024-07-01T12:00:00", "Europe/Zurich", "2024-07-01 12:00:00+02:00:00")]
    [InlineData("2024-07-01 12:00:00+00:00", "Europe/Zurich", "2024-07-01 12:00:00+00:00:00")]
    // Twice: the first of the two, as Python's fold=0; never: as if the clocks had not been changed yet.
    [InlineData("2024-10-27T02:30:00", "Europe/Zurich", "2024-10-27 02:30:00+02:00:00")]
    [InlineData("2024-03-31T02:30:00", "Europe/Zurich", "2024-03-31 02:30:00+01:00:00")]
    [InlineData("2024-11-03T01:30:00", "America/New_York", "2024-11-03 01:30:00-04:00:00")]
    [InlineData("2024-03-10T02:30:00", "America/New_York", "2024-03-10 02:30:00-05:00:00")]
    [InlineData("2024-03-10T03:00:00", "America/New_York", "2024-03-10 03:00:00-04:00:00")]
    [InlineData("2011-12-30T12:00:00", "Pacific/Apia", "2011-12-30 12:00:00-10:00:00")]
    [InlineData("2024-07-01", "Asia/Kathmandu", "2024-07-01+05:45:00")]
    public void A_time_without_a_zone_is_one_of_the_sites(string text, string zone, string stored)
    {
        NaiveTimes naive = new(NaiveTimes.Zone(zone));
        (string? problem, string read) = Read(
            TestColumn.Of("timestamptz"), $"\"{text}\"", new ValueForm { NaiveTimes = naive });

        Assert.Equal((null, stored, text.EndsWith("00:00", StringComparison.Ordinal) && text.Contains('+') ? 0 : 1),
            (problem, read, naive.Count));
        Assert.Equal(text.Replace('T', ' '), Read(TestColumn.Of("timestamp"), $"\"{text}\"", new ValueForm
        {
            NaiveTimes = naive,
        }).Text[..text.Length]);
    }

    private static string Write(Column column, ReadOnlySpan<byte> field, ValueForm? form = null)
    {
        Utf8Output output = new();
        ValueConverter.For(column, form).WriteJson(field, output);
        return Encoding.UTF8.GetString(output.Written);
    }

    private static (string? Problem, string Text) Read(Column column, string json, ValueForm? form = null)
    {
        Utf8Output output = new();
        Utf8JsonReader reader = JsonText.Reader(Encoding.UTF8.GetBytes(json));
        reader.Read();
        string? problem = ValueConverter.For(column, form).ReadJson(ref reader, output);
        Assert.False(reader.Read(), $"the reader stopped within {json}");
        return (problem, Encoding.UTF8.GetString(output.Written));
    }

    private static string? TextIn(string json) => JsonDocument.Parse(json).RootElement.GetString();

    private static string ShortZone(string text) => text.Replace("+00:00:00", "+00", StringComparison.Ordinal);

    private static byte[] Jsonb(string json) => [1, .. Encoding.UTF8.GetBytes(json)];

    // One dimension with this element and a NULL.
    private static byte[] Array(byte[] element)
    {
        byte[] array = new byte[7 * sizeof(int) + element.Length];
        int[] numbers = [1, 1, 0, 2, 1, element.Length];
        for (int i = 0; i < numbers.Length; i++)
            BinaryPrimitives.WriteInt32BigEndian(array.AsSpan(i * sizeof(int)), numbers[i]);
        element.CopyTo(array, 6 * sizeof(int));
        BinaryPrimitives.WriteInt32BigEndian(array.AsSpan(6 * sizeof(int) + element.Length), -1);
        return array;
    }
}
