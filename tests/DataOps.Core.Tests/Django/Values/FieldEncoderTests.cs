using DataOps.Core.Django.Values;
using DataOps.Core.Postgres.Sql;
using DataOps.Core.Tests.Support;
using DataOps.Core.Tests.Support.Servers;

namespace DataOps.Core.Tests.Django.Values;

/// <summary>The expected values are what Django's dumpdata and Python's json module write.</summary>
public sealed class FieldEncoderTests(PostgresServer server) : IDisposable
{
    private readonly TestDatabase _database = Prepare(server);

    public void Dispose() => _database.Dispose();

    [Theory]
    [InlineData("int2", "-32768", "-32768")]
    [InlineData("int4", "2147483647", "2147483647")]
    [InlineData("int8", "-9223372036854775808", "-9223372036854775808")]
    [InlineData("oid", "4294967295", "4294967295")]
    [InlineData("bool", "t", "true")]
    [InlineData("float8", "1e22", "1e+22")]
    [InlineData("float8", "0.1", "0.1")]
    [InlineData("float8", "1", "1.0")]
    [InlineData("float8", "-0", "-0.0")]
    [InlineData("float8", "123456789012345680", "1.2345678901234568e+17")]
    [InlineData("float8", "1e15", "1000000000000000.0")]
    [InlineData("float8", "1234567890123456", "1234567890123456.0")]
    [InlineData("float8", "-1234567890123456.5", "-1234567890123456.5")]
    [InlineData("float8", "1e16", "1e+16")]
    [InlineData("float8", "0.0001", "0.0001")]
    [InlineData("float8", "0.00001", "1e-05")]
    [InlineData("float8", "5e-324", "5e-324")]
    [InlineData("float8", "NaN", "NaN")]
    [InlineData("float8", "-Infinity", "-Infinity")]
    [InlineData("float4", "0.1", "0.1")]
    [InlineData("float4", "16777216", "16777216.0")]
    [InlineData("float4", "-1.5e9", "-1500000000.0")]
    [InlineData("float4", "1e-7", "1e-07")]
    [InlineData("float4", "1.1071601e+09", "1107160100.0")]
    [InlineData("numeric", "1.500", "\"1.500\"")]
    [InlineData("numeric", "0.000", "\"0.000\"")]
    [InlineData("numeric", "-10000.0001", "\"-10000.0001\"")]
    [InlineData("numeric", "100000000", "\"100000000\"")]
    [InlineData("numeric", "0.0000001", "\"1E-7\"")]
    [InlineData("numeric", "-0.00000012", "\"-1.2E-7\"")]
    [InlineData("numeric", "0.0000000000", "\"0E-10\"")]
    [InlineData("numeric", "0.0000010", "\"0.0000010\"")]
    [InlineData("numeric", "NaN", "\"NaN\"")]
    public void Numbers_are_written_as_Python_writes_them(string type, string value, string json) =>
        Assert.Equal(json, RowsFixture.Encode(_database, type, value));

    [Theory]
    [InlineData("text", "a\"b\\c\b\f\n\r\t\u0001\u001f\u007fé\u2028😀/", "\"a\\\"b\\\\c\\b\\f\\n\\r\\t\\u0001\\u001f\u007fé\u2028😀/\"")]
    [InlineData("varchar", "", "\"\"")]
    [InlineData("name", "x", "\"x\"")]
    [InlineData("mood", "so so", "\"so so\"")]
    [InlineData("positive", "7", "7")]
    [InlineData("money", "1.5", "\"$1.50\"")]
    [InlineData("bit(3)", "101", "\"101\"")]
    [InlineData("tsvector", "é:1", "\"'é':1\"")]
    [InlineData("pair", "(1,x)", "\"(1,x)\"")]
    [InlineData("xml", "<a/>", "\"<a/>\"")]
    [InlineData("uuid", "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", "\"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11\"")]
    [InlineData("bytea", "\\x", "\"\"")]
    [InlineData("bytea", "\\xfffefd00", "\"//79AA==\"")]
    [InlineData("inet", "::ffff:1.2.3.4", "\"::ffff:1.2.3.4\"")]
    [InlineData("inet", "192.168.0.1/24", "\"192.168.0.1/24\"")]
    [InlineData("inet", "2001:db8::1", "\"2001:db8::1\"")]
    [InlineData("cidr", "10.0.0.0/8", "\"10.0.0.0/8\"")]
    [InlineData("macaddr", "08:00:2b:01:02:03", "\"08:00:2b:01:02:03\"")]
    public void Strings_are_written_as_Python_writes_them(string type, string value, string json) =>
        Assert.Equal(json, RowsFixture.Encode(_database, type, value));

    [Theory]
    [InlineData("timestamptz", "2024-02-29 13:14:15.123456+02", "\"2024-02-29T11:14:15.123Z\"", "\"2024-02-29T11:14:15.123456Z\"")]
    [InlineData("timestamptz", "2024-01-01 00:00:00.000999+00", "\"2024-01-01T00:00:00.000Z\"", "\"2024-01-01T00:00:00.000999Z\"")]
    [InlineData("timestamptz", "1999-12-31 23:59:59+00", "\"1999-12-31T23:59:59Z\"", "\"1999-12-31T23:59:59Z\"")]
    [InlineData("timestamptz", "0001-01-01 00:00:00+00", "\"0001-01-01T00:00:00Z\"", "\"0001-01-01T00:00:00Z\"")]
    [InlineData("timestamptz", "infinity", "\"infinity\"", "\"infinity\"")]
    [InlineData("timestamptz", "10000-01-01 00:00:00.5+00", "\"10000-01-01 00:00:00.5+00\"", "\"10000-01-01 00:00:00.5+00\"")]
    [InlineData("timestamptz", "0044-03-15 12:00:00+00 BC", "\"0044-03-15 12:00:00+00 BC\"", "\"0044-03-15 12:00:00+00 BC\"")]
    [InlineData("timestamp", "2024-02-29 13:14:15.1", "\"2024-02-29T13:14:15.100\"", "\"2024-02-29T13:14:15.100000\"")]
    [InlineData("date", "1900-03-01", "\"1900-03-01\"", "\"1900-03-01\"")]
    [InlineData("date", "9999-12-31", "\"9999-12-31\"", "\"9999-12-31\"")]
    [InlineData("date", "-infinity", "\"-infinity\"", "\"-infinity\"")]
    [InlineData("date", "4714-11-24 BC", "\"4714-11-24 BC\"", "\"4714-11-24 BC\"")]
    [InlineData("time", "23:59:59.999999", "\"23:59:59.999\"", "\"23:59:59.999999\"")]
    [InlineData("time", "24:00:00", "\"24:00:00\"", "\"24:00:00\"")]
    [InlineData("timetz", "12:00:00.5-03:30", "\"12:00:00.5-03:30\"", "\"12:00:00.5-03:30\"")]
    public void Times_lose_their_microseconds_unless_asked(string type, string value, string milliseconds, string microseconds)
    {
        Assert.Equal(milliseconds, RowsFixture.Encode(_database, type, value));
        Assert.Equal(microseconds, RowsFixture.Encode(_database, type, value, TimePrecision.Microsecond));
    }

    [Theory]
    [InlineData("400 days 01:00:00", "\"400 01:00:00\"")]
    [InlineData("-1 days +00:00:05.000007", "\"-1 00:00:05.000007\"")]
    [InlineData("-00:00:01", "\"-1 23:59:59\"")]
    [InlineData("1 year 2 mons 3 days", "\"428 00:00:00\"")]
    [InlineData("-1 year -1 mons", "\"-395 00:00:00\"")]
    [InlineData("30:00:00", "\"1 06:00:00\"")]
    [InlineData("0", "\"00:00:00\"")]
    public void Durations_have_Djangos_form(string value, string json) => Assert.Equal(json, RowsFixture.Encode(_database, "interval", value));

    [Theory]
    [InlineData("jsonb", """{"a":[1,null,"é\u0001"],"b":1.10}""", """{"a": [1, null, "é\u0001"], "b": 1.10}""")]
    [InlineData("json", "{\"a\" :\n[1,2 ],\t\"b, :\\\" \":true}", "{\"a\": [1, 2], \"b, :\\\" \": true}")]
    [InlineData("jsonb", "null", "null")]
    public void Json_is_embedded(string type, string value, string json) => Assert.Equal(json, RowsFixture.Encode(_database, type, value));

    [Theory]
    [InlineData("""[0.0000001, -0.0000125, 0.00001]""", """[1e-07, -1.25e-05, 1e-05]""")]
    [InlineData("""{"a\"": [0.0001, 1.10, 100000], "0.00001": "0.00001"}""", """{"a\"": [0.0001, 1.10, 100000], "0.00001": "0.00001"}""")]
    [InlineData("""[0.00000, 0.000010, 0.000012345678901234567890, 10.00001]""", """[0.00000, 0.000010, 0.000012345678901234567890, 10.00001]""")]
    [InlineData("1e-7", "1e-07")]
    [InlineData("5e-324", "5e-324")]
    public void Small_numbers_in_JSON_have_Pythons_exponent_where_it_loses_no_digit(string value, string json) =>
        Assert.Equal(json, RowsFixture.Encode(_database, "jsonb", value));

    [Fact]
    public void Json_in_JSONL_has_no_blank_after_commas()
    {
        PgToJson encoder = PgToJson.For(RowsFixture.TypeOf(_database, "jsonb"), separator: JsonSeparator.Comma);
        Assert.Equal("""{"a": [1,{"b, ": ", \" "}],"c": {}}""", RowsFixture.Encode(_database, encoder, """(select '{"a": [1, {"b, ": ", \" "}], "c": {}}'::jsonb as v) s""")[0]);
    }

    [Theory]
    [InlineData("int4[]", "{1,NULL,3}", """
        "[\"1\", null, \"3\"]"
        """)]
    [InlineData("text[]", "{}", """
        "[]"
        """)]
    [InlineData("text[]", "{{x,NULL},{\"é\\\"\",y}}", """
        "[\"[\\\"x\\\", null]\", \"[\\\"\\\\u00e9\\\\\\\"\\\", \\\"y\\\"]\"]"
        """)]
    [InlineData("timestamptz[]", "{2024-01-01 00:00:00.123456+00,2024-01-01 00:00:00+00}", """
        "[\"2024-01-01T00:00:00.123456+00:00\", \"2024-01-01T00:00:00+00:00\"]"
        """)]
    [InlineData("bool[]", "{t,f}", """
        "[\"True\", \"False\"]"
        """)]
    [InlineData("float4[]", "{1.1071601e+09}", """
        "[\"1107160100.0\"]"
        """)]
    [InlineData("float8[]", "{1,NaN,Infinity,-Infinity,1e22}", """
        "[\"1.0\", \"nan\", \"inf\", \"-inf\", \"1e+22\"]"
        """)]
    [InlineData("jsonb[]", "{\"{\\\"a\\\": \\\"é\\\"}\"}", """
        "[{\"a\": \"\\u00e9\"}]"
        """)]
    [InlineData("mood[]", "{\"so so\"}", """
        "[\"so so\"]"
        """)]
    [InlineData("money[]", "{1}", """
        "[\"$1.00\"]"
        """)]
    [InlineData("hstore", "k=>v, \"é\"=>NULL", """
        "{\"k\": \"v\", \"\\u00e9\": null}"
        """)]
    [InlineData("int4range", "[1,5)", """
        "{\"bounds\": \"[)\", \"lower\": \"1\", \"upper\": \"5\"}"
        """)]
    [InlineData("numrange", "(,2.50]", """
        "{\"bounds\": \"(]\", \"lower\": null, \"upper\": \"2.50\"}"
        """)]
    [InlineData("tstzrange", "[2024-01-01 00:00:00+00,)", """
        "{\"bounds\": \"[)\", \"lower\": \"2024-01-01T00:00:00+00:00\", \"upper\": null}"
        """)]
    [InlineData("daterange", "empty", """
        "{\"empty\": true}"
        """)]
    [InlineData("int4multirange", "{[1,5),[7,9)}", """
        "[\"{\\\"bounds\\\": \\\"[)\\\", \\\"lower\\\": \\\"1\\\", \\\"upper\\\": \\\"5\\\"}\", \"{\\\"bounds\\\": \\\"[)\\\", \\\"lower\\\": \\\"7\\\", \\\"upper\\\": \\\"9\\\"}\"]"
        """)]
    public void Composed_values_are_JSON_texts_in_strings(string type, string value, string json)
    {
        Assert.SkipWhen(type == "int4multirange" && _database.Session.ServerVersion.Major < 14, "PostgreSQL 14 brought multiranges");
        Assert.Equal(json, RowsFixture.Encode(_database, type, value));
    }

    [Fact]
    public void A_stream_field_is_an_ASCII_JSON_text_in_a_string() => Assert.Equal(
        """
        "[{\"id\": \"1\", \"type\": \"p\", \"value\": \"\\u00e9 \\\"q\\\" \\\\ \\ud83d\\ude00 \\u007f\\n\"}]"
        """,
        RowsFixture.Encode(_database, new StreamFieldEncoder(), "(select " + SqlText.Literal("""[{"id": "1", "type": "p", "value": "é \"q\" \\ 😀 \u007f\n"}]""") + "::jsonb as v) s")[0]);

    private static TestDatabase Prepare(PostgresServer server)
    {
        TestDatabase database = server.Blank();
        database.Execute(
            """
            create type mood as enum ('so so', 'well');
            create domain positive as int check (value > 0);
            create type pair as (a int, b text);
            create extension hstore with schema public;
            """);
        return database;
    }
}
