using System.Text;
using DataOps.Core.Django.Values;
using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Tests.Django.Values;

/// <summary>
/// Random values of every type: server, converter, JSON, converter, server again, and nothing has changed.
/// </summary>
public sealed class RoundTripTests(PostgresServer server)
{
    private const int Values = 400;

    // Twelve random numbers a row, from which each expression makes a value.
    public static TheoryData<string, string> Types => new()
    {
        { "int2", "(a * 65535 - 32768)::int2" },
        { "int4", "(a * 4294967295 - 2147483648)::int4" },
        { "int8", "(a * 1e18)::int8 * sign(b - 0.5)::int8" },
        { "oid", "(a * 4294967295)::int8::oid" },
        { "bool", "a < 0.5" },
        { "float8", "(a - 0.5) * power(10::float8, (b * 600 - 300)::int)" },
        { "float4", "((a - 0.5) * power(10::float8, (b * 60 - 30)::int))::float4" },
        { "numeric", "round((a - 0.5)::numeric * power(10::numeric, (b * 40)::int), (c * 30)::int)" },
        { "numeric(20,10)", "((a - 0.5) * power(10::float8, (b * 20 - 10)::int))::numeric(20,10)" },
        { "text", "junk" },
        { "varchar(300)", "left(junk, 300)" },
        { "bytea", "decode(md5(a::text), 'hex') || substr(decode(md5(b::text), 'hex'), 1, (c * 4)::int)" },
        { "uuid", "md5(a::text)::uuid" },
        { "date", "date '2000-01-01' + ((a - 0.3) * 1000000)::int" },
        { "time", "time '00:00' + a * interval '24 h'" },
        { "timetz", "(time '00:00' + a * interval '24 h') at time zone (interval '1 min' * (b * 1800 - 900)::int)" },
        { "timestamp", "timestamp '2000-01-01' + (a - 0.2) * interval '9000 years'" },
        { "timestamptz", "timestamptz '2000-01-01' + (a - 0.2) * interval '9000 years'" },
        { "interval", "make_interval(days => ((a - 0.5) * 1e6)::int, secs => b * 86399)" },
        { "inet", "('0.0.0.0'::inet + (a * 4294967295)::int8)::text::inet" },
        { "cidr", "network(set_masklen('::'::inet + (a * 1e18)::int8, (b * 128)::int))" },
        { "macaddr", "left(md5(a::text), 12)::macaddr" },
        { "jsonb", "jsonb_build_object(junk, junk, 'n', a, 'l', jsonb_build_array(null, true, b, junk, '[]'::jsonb))" },
        { "json", "jsonb_build_object(junk, junk, 'n', a)::text::json" },
        { "int4[]", "array[(a * 1000)::int, null, (b * 1000)::int]" },
        { "text[]", "array[junk, null, '', 'NULL', a::text]" },
        { "text[]", "array[array[junk, null], array['[\"x\"]', '']]" },
        { "timestamptz[]", "array[timestamptz '2000-01-01' + a * interval '90 years', null]" },
        { "jsonb[]", "array[jsonb_build_object(junk, a), '[[\"1\"]]'::jsonb, null]" },
        { "bytea[]", "array[decode(md5(a::text), 'hex'), null]" },
        { "int4range[]", "array[int4range((a * 10)::int, 20), 'empty', null]" },
        { "hstore", "hstore(array[junk, 'k', a::text], array[junk, null, ''])" },
        { "int8range", "int8range((a * 10)::int, case when b < 0.8 then (10 + b * 10)::int end, '[]')" },
        { "numrange",
        "case when c < 0.1 then 'empty' else numrange(case when b < 0.8 then a::numeric end, 2, case when c < 0.5 " +
        "then '(]' else '[)' end) end" },
        { "tstzrange", "tstzrange(timestamptz '2000-01-01' + a * interval '90 years', null, '[)')" },
        { "int4multirange", "int4multirange(int4range(1, 2 + (a * 10)::int), int4range(50, null))" },
        { "mood", "case when a < 0.5 then 'so so' else 'it''s \"well\"' end::mood" },
        { "mood[]", "array['so so', 'it''s \"well\"', null]::mood[]" },
        { "tsvector", "to_tsvector('simple', junk)" },
        { "money", "(a * 1000)::numeric::money" },
        { "bit(5)", "(a * 31)::int::bit(5)" },
        { "citext", "junk::citext" },
    };

    [Theory, MemberData(nameof(Types))]
    public void A_value_comes_back_as_it_was(string type, string expression)
    {
        int seed = Random.Shared.Next();
        using TestDatabase database = server.Blank();
        Assert.SkipWhen(type.Contains("multirange", StringComparison.Ordinal)
            && database.Session.ServerVersion.Major < 14, "PostgreSQL 14 brought multiranges");
        database.Execute(
            $$"""
            create extension hstore; create extension citext; create type mood as enum ('so so', 'it''s "well"');
            create table source (id int, v {{type}}); create table target (like source); create table draw (id int, a float8, b float8, c float8, junk text);
            """);
        Draw(database, seed);
        database.Execute($"insert into source select id, {expression} from draw union all select 0, null");

        ValueConverter converter = ValueConverter.For(
            TestColumn.Of(type), new() { Precision = TimePrecision.Microsecond });
        List<string?> json = RowsFixture.Encode(
            database, converter, "(select * from public.source order by id = 0, id) s");
        // Bare NaN is not JSON: whoever reads the file hands it on as a string.
        IEnumerable<string> values = json.Select(
            v => v is "NaN" or "Infinity" or "-Infinity" ? $"\"{v}\"" : v ?? "null");
        List<string?> problems = RowsFixture.Decode(database, TestColumn.Of(type), "target", values);

        string about = $"seed {seed}";
        Assert.True(problems.TrueForAll(p => p is null),
            $"{about}: {problems.Find(p => p is not null)} {json[problems.FindIndex(p => p is not null) is var i && i >= 0 ? i : 0]}");
        IReadOnlyList<object?[]> changed = database.Rows(
            "select s.v::text, t.v::text from source s join target t on t.id = s.id or (s.id = 0 and t.v is null) " +
                "where s.v::text is distinct from t.v::text limit 3");
        Assert.True(changed.Count == 0, $"{about}: {string.Join("; ", changed.Select(r => $"{r[0]} -> {r[1]}"))}");
        Assert.Equal(Values + 1L, database.Scalar<long>("select count(*) from target"));
    }

    private static void Draw(TestDatabase database, int seed)
    {
        Random random = new(seed);
        CopyWriter writer = new($"public.draw", ["id", "a", "b", "c", "junk"]);
        for (int id = 1; id <= Values; id++)
        {
            writer.Add(id);
            for (int i = 0; i < 3; i++)
                writer.Add(Encoding.UTF8.GetBytes(random.NextDouble().ToString("R", null)));
            writer.Add(Encoding.UTF8.GetBytes(Junk(random)));
            writer.EndRow();
        }
        writer.Send(database.Session.Connection, CancellationToken.None);
    }

    private static string Junk(Random random)
    {
        string[] pieces =
            ["a", " ", "\"", "\\", "\n", "\t", "\r", "\b", "\u0001", "\u007f", "é", "\u2028", "😀", "{", "}", ",", "[",
                "=>", "'", "NULL", "\\N",
            "\\.", "x"];
        StringBuilder junk = new();
        for (int i = random.Next(60); i > 0; i--)
            junk.Append(pieces[random.Next(pieces.Length)]);
        return junk.ToString();
    }
}
