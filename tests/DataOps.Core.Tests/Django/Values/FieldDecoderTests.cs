using DataOps.Core.Django.Values;
using DataOps.Core.Tests.Support;
using DataOps.Core.Tests.Support.Servers;

namespace DataOps.Core.Tests.Django.Values;

public sealed class FieldDecoderTests(PostgresServer server) : IDisposable
{
    private readonly TestDatabase _database = server.Blank();

    public void Dispose() => _database.Dispose();

    [Theory]
    [InlineData("int4", "\"5\"", "5")]
    [InlineData("int4", "5.0", "5")]
    [InlineData("int4", "true", "1")]
    [InlineData("int8", "\"-9223372036854775808\"", "-9223372036854775808")]
    [InlineData("float8", "\"1e3\"", "1000")]
    [InlineData("float8", "\"NaN\"", "NaN")]
    [InlineData("float8", "\"-Infinity\"", "-Infinity")]
    [InlineData("float8", "0.0", "0")]
    [InlineData("numeric(10,2)", "\"1.50\"", "1.50")]
    [InlineData("numeric(10,2)", "1.5", "1.50")]
    [InlineData("numeric", "\"0E-10\"", "0.0000000000")]
    [InlineData("numeric(4,2)", "\"0.5e2\"", "50.00")]
    [InlineData("bool", "\"True\"", "true")]
    [InlineData("bool", "0", "false")]
    [InlineData("text", "5", "5")]
    [InlineData("text", "\"\\u00e9\\ud83d\\ude00\"", "é😀")]
    [InlineData("varchar(3)", "\"ééé\"", "ééé")]
    [InlineData("varchar(3)", "\"abc  \"", "abc")]
    [InlineData("date", "\"2024-02-29\"", "2024-02-29")]
    [InlineData("date", "\"2024-1-5\"", "2024-01-05")]
    [InlineData("time", "\"12:30\"", "12:30:00")]
    [InlineData("time", "\"23:59:59.9999999\"", "23:59:59.999999")]
    [InlineData("timestamptz", "\"2024-02-29T13:14:15.1Z\"", "2024-02-29 13:14:15.1+00")]
    [InlineData("timestamptz", "\"2024-02-29 13:14:15+02:00\"", "2024-02-29 11:14:15+00")]
    [InlineData("timestamptz", "\"2024-02-29T13:14:15.123456789-0330\"", "2024-02-29 16:44:15.123456+00")]
    [InlineData("timestamptz", "\"2024-02-29\"", "2024-02-29 00:00:00+00")]
    [InlineData("timestamptz", "\"0044-03-15 12:00:00+00 BC\"", "0044-03-15 12:00:00+00 BC")]
    [InlineData("timestamp", "\"2024-02-29T13:14:15Z\"", "2024-02-29 13:14:15")]
    [InlineData("interval", "\"-1 00:00:05.000007\"", "-1 days +00:00:05.000007")]
    [InlineData("interval", "\"10:20\"", "00:10:20")]
    [InlineData("interval", "\"90\"", "00:01:30")]
    [InlineData("interval", "\"P1DT2H03M4.5S\"", "1 day 02:03:04.5")]
    [InlineData("interval", "\"-PT1H\"", "-01:00:00")]
    [InlineData("interval", "\"1 mon 2 days -00:00:01\"", "1 mon 2 days -00:00:01")]
    [InlineData("interval", "\"3 days, 1:02:03\"", "3 days 01:02:03")]
    [InlineData("uuid", "\"{A0EEBC999C0B4EF8BB6D6BB9BD380A11}\"", null)]
    [InlineData("uuid", "\"urn:uuid:a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11\"", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11")]
    [InlineData("uuid", "\"A0EEBC999C0B4EF8BB6D6BB9BD380A11\"", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11")]
    [InlineData("bytea", "\"//79\\nAA==\"", "\\xfffefd00")]
    [InlineData("inet", "\"::ffff:1.2.3.4\"", "::ffff:1.2.3.4/128")]
    [InlineData("jsonb", "{\"a\": [1, null]}", "{\"a\": [1, null]}")]
    [InlineData("jsonb", "\"plain \\\"text\\\"\"", "\"plain \\\"text\\\"\"")]
    [InlineData("jsonb", "\"[{\\\"type\\\": \\\"p\\\", \\\"value\\\": \\\"\\\\u00e9\\\"}]\"", "[{\"type\": \"p\", \"value\": \"é\"}]")]
    [InlineData("jsonb", "\"[]\"", "[]")]
    [InlineData("jsonb", "\"[{\\\"type\\\": 1}]\"", "\"[{\\\"type\\\": 1}]\"")]
    [InlineData("jsonb", "\"[not json\"", "\"[not json\"")]
    [InlineData("int4[]", "[1, \"2\", null]", "{1,2,NULL}")]
    [InlineData("int4[]", "[[1, 2], [3, 4]]", "{{1,2},{3,4}}")]
    [InlineData("int4[]", "\"[\\\"[\\\\\\\"1\\\\\\\", null]\\\"]\"", "{{1,NULL}}")]
    [InlineData("text[]", "\"[\\\"[1]\\\"]\"", "{[1]}")]
    [InlineData("int4range", "\"{\\\"bounds\\\": \\\"[)\\\", \\\"lower\\\": \\\"1\\\", \\\"upper\\\": null}\"", "[1,)")]
    [InlineData("int4range", "\"[1,5]\"", "[1,6)")]
    [InlineData("int4range", "[1, 5]", "[1,5)")]
    public void What_Django_reads_is_read(string type, string json, string? text)
    {
        if (text is null)
        {
            Assert.NotNull(Load(type, json).Problem);
            return;
        }
        Assert.Equal((null, text), Load(type, json));
    }

    [Theory]
    [InlineData("int2", "40000", "out of range for smallint")]
    [InlineData("int4", "\"x\"", "not an integer")]
    [InlineData("int4", "\"\"", "not an integer")]
    [InlineData("int4", "1.5", "not an integer")]
    [InlineData("int8", "9223372036854775808", "out of range for bigint")]
    [InlineData("int4", "{\"a\": 1}", "not a single value")]
    [InlineData("float8", "1e999", "out of range for double precision")]
    [InlineData("float8", "\"abc\"", "not a number")]
    [InlineData("numeric(5,2)", "\"1000\"", "out of range for numeric(5,2)")]
    [InlineData("numeric", "\"1,5\"", "not a decimal number")]
    [InlineData("bool", "\"maybe\"", "neither true nor false")]
    [InlineData("varchar(3)", "\"abcd\"", "longer than 3 characters")]
    [InlineData("text", "\"a\\u0000b\"", "holds a NUL character, which PostgreSQL cannot store")]
    [InlineData("text", "\"\\ud83d\"", "not valid Unicode")]
    [InlineData("jsonb", "{\"a\": \"\\u0000\"}", "holds a NUL character, which PostgreSQL cannot store")]
    [InlineData("jsonb", "\"\\ude00\\ud83d\"", "not valid Unicode")]
    [InlineData("date", "\"2023-02-29\"", "not a date")]
    [InlineData("date", "\"29.02.2024\"", "not a date")]
    [InlineData("time", "\"25:00:00\"", "not a time")]
    [InlineData("timestamptz", "\"2024-01-01T10:00:00 Europe/Paris\"", "not a date and time")]
    [InlineData("timestamp", "\"2024-01-01T10:00:00+02:00\"", "has a time zone, which the column cannot hold")]
    [InlineData("interval", "\"soon\"", "not a duration")]
    [InlineData("uuid", "5", "not a UUID")]
    [InlineData("bytea", "\"*\"", "not base64")]
    [InlineData("inet", "\"10.1\"", "not an IP address")]
    [InlineData("int4[]", "\"[\\\"x\\\"]\"", "element not an integer")]
    [InlineData("int4[]", "5", "not an array")]
    [InlineData("int4range", "\"{\\\"lower\\\": \\\"x\\\"}\"", "an end is not an integer")]
    public void What_cannot_be_stored_is_named(string type, string json, string problem) => Assert.Equal((problem, null), Load(type, json));

    [Fact]
    public void Null_is_refused_where_the_column_refuses_it_except_for_JSONs_own_null()
    {
        Assert.Equal("null, which the column does not allow", Load("text", "null", notNull: true).Problem);
        Assert.Equal((null, "null"), Load("jsonb", "null", notNull: true));
        Assert.Equal((null, null), Load("jsonb", "null"));
    }

    [Fact]
    public void An_escaped_backslash_before_u0000_is_no_NUL() =>
        Assert.Equal((null, """{"a": "\\u0000"}"""), Load("jsonb", """{"a": "\\u0000"}"""));

    [Fact]
    public void Deep_JSON_is_taken()
    {
        string deep = string.Concat(Enumerable.Repeat("[", 200)) + string.Concat(Enumerable.Repeat("]", 200));
        Assert.Equal((null, deep), Load("jsonb", deep));
        Assert.Equal((null, $"[{{\"type\": \"p\", \"value\": {deep}}}]"), Load("jsonb", $"\"[{{\\\"type\\\": \\\"p\\\", \\\"value\\\": {deep}}}]\""));
    }

    [Theory]
    [InlineData(null, """["[\"x\", null]", "[\"y\", \"z\"]"]""", "{{x,NULL},{y,z}}")]
    [InlineData(1, """["[\"x\", null]", "[\"y\", \"z\"]"]""", """{"[\"x\", null]","[\"y\", \"z\"]"}""")]
    [InlineData(2, """["[\"[\\\"x\\\"]\"]"]""", """{{"[\"x\"]"}}""")]
    public void Texts_in_an_array_that_look_like_arrays_are_texts_where_its_dimensions_are_known(int? dimensions, string array, string stored) =>
        Assert.Equal((null, stored), Load("text[]", System.Text.Json.JsonSerializer.Serialize(array), dimensions: dimensions));

    private (string? Problem, string? Stored) Load(string type, string json, bool notNull = false, int? dimensions = null)
    {
        _database.Execute($"drop table if exists t; create table t (id int, v {type})");
        string? problem = RowsFixture.Decode(_database, JsonToPg.For(RowsFixture.ColumnOf(_database, type, notNull) with { Dimensions = dimensions }),
            "t", [json])[0];
        return (problem, problem is null ? _database.Column("set timezone = 'UTC'; select v::text from t")[0] : null);
    }
}
