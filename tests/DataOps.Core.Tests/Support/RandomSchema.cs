namespace DataOps.Core.Tests.Support;

/// <summary>
/// Tables with random columns of every type, keys and references, random rows, and random changes to them; the same for
/// the same seed.
/// </summary>
internal sealed class RandomSchema(int seed)
{
    /// <summary>Types, with an expression of a random value over r, a random number from 0 to 1.</summary>
    private static readonly (string Type, string Value)[] Types =
    [
        ("smallint", "((r - 0.5) * 60000)::int2"), ("integer", "((r - 0.5) * 4e9)::int4"),
        ("bigint", "((r - 0.5) * 1.8e19)::int8"), ("numeric", "((r - 0.5) * 1e12)::numeric"),
        ("numeric(12, 3)", "r * 1e6"), ("real", "case when r < 0.2 then 'NaN' else exp(r * 80 - 40) end::float4"),
        ("double precision",
            "case when r < 0.1 then '-0' when r < 0.2 then '-Infinity' else exp(r * 600 - 300) end::float8"),
                ("money", "(r * 1e6)::numeric::money"),
        ("boolean", "r < 0.5"), ("text", @"repeat(E'a\t\\n""\r\n\\\\N é😀', (r * 9)::int)"),
        ("varchar(200)", "md5(r::text)"), ("char(40)", "md5(r::text)"),
        ("\"char\"", "chr(33 + (r * 90)::int)::\"char\""),
        ("name", "md5(r::text)::name"), ("bytea", "decode(md5(r::text), 'hex') || '\\x00'"),
        ("date", "case when r < 0.1 then 'infinity'::date else date '0001-01-01 BC' + (r * 999999)::int end"),
        ("time", "time '00:00' + r * interval '86399 seconds'"),
        ("timetz", "(time '00:00' + r * interval '86399 seconds') at time zone 'Asia/Kolkata'"),
        ("timestamp", "timestamp '2000-01-01' + (r - 0.5) * interval '4000 years'"),
        ("timestamptz", "timestamptz '2000-01-01' + (r - 0.5) * interval '400 years'"),
        ("interval", "(r - 0.5) * interval '40 years' - r * interval '2 days 3.0001 hours'"),
        ("uuid", "md5(r::text)::uuid"), ("json", "('{\"b\": ' || r || ',  \"a\":[1,null, \"é\\n\"], \"b\": 2}')::json"),
        ("jsonb", "jsonb_build_object('k', r, 'é', array[null, 'NaN'], 'n', 'null'::jsonb)"),
        ("inet", "inet '10.0.0.0/8' + (r * 9e6)::int8"),
        ("cidr", "set_masklen(inet '10.0.0.0' + (r * 16)::int8 * 65536, 16)::cidr"),
        ("macaddr", "left(md5(r::text), 12)::macaddr"), ("bit(9)", "((r * 511)::int4)::bit(9)"),
        ("varbit", "((r * 511)::int4)::bit(9)::varbit"), ("xml", "('<a b=\"' || r || '\">é</a>')::xml"),
        ("tsvector", "to_tsvector('simple', 'the ' || md5(r::text) || ' it''s')"),
        ("tsquery", "('fat & ' || left(md5(r::text), 4) || ':*')::tsquery"), ("point", "point(r, -r)"),
        ("polygon", "polygon(box(point(r, 0), point(1, r)))"),
        ("int4range", "int4range((r * 99)::int, case when r < 0.3 then null else 100 end, '[]')"),
        ("numrange", "case when r < 0.2 then 'empty' else numrange(r::numeric, null) end"),
        ("tstzrange", "tstzrange('2000-01-01', timestamptz '2001-01-01' + r * interval '9 years')"),
        ("integer[]", "array[(r * 9)::int, null, -1]"),
        ("text[][]", "array[array['a,b', '\"' || r], array['\\', null]]"),
        ("timestamptz[]", "array[timestamptz '2000-01-01' + r * interval '9 years']"),
        ("regclass", "case when r < 0.5 then 'pg_class' else 'things' end::regclass"),
        ("pg_lsn", "('0/' || to_hex((r * 1e6)::int4))::pg_lsn"),
        ("mood", "(array['sad', 'it''s', 'happy, or so'])[1 + (r * 2.99)::int]::mood"),
        ("pair", "row((r * 9)::int, '(\"' || r || ',')::pair"),
        ("pair[]", "array[row((r * 9)::int, '{\"' || r || ',')::pair, null]"),
        ("email", "(md5(r::text) || '@x')::email"), ("email[]", "array[(md5(r::text) || '@x')::email]"),
        ("needed", "((r * 100)::int)::needed"),
        ("jsonpath", "'$.a[*] ? (@ > 1)'::jsonpath"),
    ];

    private readonly Random _random = new(seed);
    private readonly List<string> _tables = [];

    public IReadOnlyList<string> Tables => _tables;

    /// <summary>The schema and its rows.</summary>
    public string Create()
    {
        List<string> sql =
        [
            $"select setseed({_random.NextDouble():0.0000})",
            "create type mood as enum ('sad', 'it''s', 'happy, or so')", "create type pair as (a int, b text)",
            "create domain email as varchar(80) check (value like '%@%')",
            "create domain needed as int not null check (value >= 0)",
            "create table things (id int primary key, name text not null); insert into things select g, 'thing ' || " +
                "g from generate_series(1, 20) g",
        ];
        _tables.Add("things");
        for (int i = 0; i < 5; i++)
            sql.AddRange(Table(i));
        return string.Join(";\n", sql);
    }

    /// <summary>Random deletions, updates, swaps and rotations of unique values, and insertions.</summary>
    public string Change(int first = 100)
    {
        List<string> sql =
            ["set constraints all deferred", "update things set name = name || '!' where random() < 0.3"];
        foreach (string table in _tables.Skip(1))
        {
            Shape shape = _shapes[table];
            sql.Add($"delete from {table} where random() < 0.2");
            foreach ((string column, string value) in shape.Plain)
                if (_random.Next(3) == 0)
                    sql.Add($"update {table} x set {column} = {Random(value)} where random() < 0.4");
            if (shape.Unique is not null)
                sql.Add($"""
                    update {table} x set {shape.Unique} = {shape.Unique} || '~' || random();
                    create temp table was on commit drop as select row_number() over (order by {shape.Unique}) as n, split_part({shape.Unique}, '~', 1) as v from {table};
                    create temp table now on commit drop as select row_number() over (order by random()) as n, {shape.Key} as k from {table};
                    update {table} x set {shape.Unique} = v from was join now using (n) where x.{shape.Key} = k;
                    drop table was, now
                    """);
            sql.Add(shape.Insert(first, first + 10));
        }
        return string.Join(";\n", sql);
    }

    private sealed record Shape(
        string? Key, string? Unique, (string Column, string Value)[] Plain, Func<int, int, string> Insert);

    private readonly Dictionary<string, Shape> _shapes = [];

    private IEnumerable<string> Table(int number)
    {
        string table = $"\"t {number}\"";
        (string Type, string Value)[] types = [.. Types.OrderBy(_ => _random.Next()).Take(_random.Next(3, 16))];
        (string Column, string Type, string Value)[] columns =
            [.. types.Select((t, i) => ($"\"c\"\"{i}\"", t.Type, t.Value))];
        List<string> definitions = [.. columns.Select(c => $"{c.Column} {c.Type}")];
        int kind = (number + seed) % 5;
        (string definition, string? key) = kind switch
        {
            0 => ("id int generated by default as identity primary key", "id"),
            1 => ("id bigint generated always as identity primary key", "id"),
            2 => ("id serial primary key", "id"),
            3 => ("a int, id varchar(20), primary key (id, a)", "id"),
            _ => ("id int", null as string),
        };
        definitions.Insert(_random.Next(definitions.Count), definition);
        bool isUnique = key is not null;
        if (isUnique)
            definitions.Add("slug text not null unique");
        definitions.Add("thing_id int references things deferrable initially deferred");
        definitions.Add("made text generated always as ('<' || coalesce(thing_id, 0) || '>') stored");
        _tables.Add($"t {number}");
        (string Column, string Value)[] plain =
            [.. columns.Select(c => (c.Column, c.Value)), ("thing_id", "(1 + r * 19)::int")];
        string names = string.Join(", ", plain.Select(p => p.Column));
        string Insert(int from, int to) => $"""
            insert into {table} (id{(kind == 3 ? ", a" : "")}{(isUnique ? ", slug" : "")}, {names}) overriding system value
            select {(kind == 3 ? "'k' || g, g % 7" : key is null ? "g % 3" : "g")}{(isUnique ? ", 's' || g" : "")}, {string.Join(", ", plain.Select(p => Random(p.Value)))} from generate_series({from}, {to}) g
            """;
        _shapes[$"\"t {number}\""] = new Shape(key, isUnique ? "slug" : null, plain, Insert);
        _tables[^1] = $"\"t {number}\"";
        yield return $"create table {table} ({string.Join(", ", definitions)})";
        yield return Insert(1, 40);
        if (key is null)
            yield return $"insert into {table} ({string.Join(", ", ["id", .. plain.Select(p => p.Column)])}) select " +
                $"{string.Join(", ", ["id", .. plain.Select(p => p.Column)])} from {table} where id = 1";
    }

    // NULL now and then, except where a domain refuses it.
    private static string Random(string value)
    {
        string made = $"(select {value} from (select random() as r) r)";
        return value.EndsWith("::needed", StringComparison.Ordinal)
            ? made
            : $"case when random() < 0.85 then {made} end";
    }
}
