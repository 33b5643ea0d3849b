using System.Text.Json.Nodes;
using DataOps.Core.Files;

namespace DataOps.Core.Tests.Files;

/// <summary>
/// YAML means what PyYAML takes it for, with the line of each value, and whatever else it can do is bounded.
/// </summary>
public sealed class YamlFixtureTests
{
    // What Django's loader gets, as JSON: dates and times as their text, what JSON has no word for in quotes.
    private const string Load = """
        import base64, datetime, json, math, sys, yaml
        def plain(v):
            if isinstance(v, dict): return {k if isinstance(k, str) else json.dumps(k): plain(x) for k, x in v.items()}
            if isinstance(v, (list, tuple)): return [plain(x) for x in v]
            if isinstance(v, float) and not math.isfinite(v): return {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}[str(v)]
            if isinstance(v, bytes): return base64.b64encode(v).decode()
            if isinstance(v, (datetime.date, datetime.datetime)): return str(v)
            return v
        """;

    private const string Reload = Load + "\njson.dump(plain(yaml.safe_load(sys.stdin)), sys.stdout)";

    // In block style, as Django writes it; some of what PyYAML folds inside of braces is beyond the library: an error,
    // and never a wrong value.
    private const string Generate = Load + "\n" + """
        import random
        r = random.Random(int(sys.argv[1]))
        texts = ["", " ", "yes", "No", "null", "~", "1e3", "1.5e+3", "0x1f", "017", "1_000", "1:30", "2020-01-01", "12:30:45", "- a", "# b", "a: b", "<<", "=", "*x", "&y", "!z",
                 "é", "\U0001f600", "line\nbreak", "two\n\nbreaks\n", " lead", "trail ", "\ttab", "quote'\"", "back\\slash", "\x01\x7f", "\u2028", "\u0085", "[", "{}", "a,b", "x" * 300,
                 "word " * 60, "?", "-", ":", "%", "@", "`", "true", ".inf", ".5", "5."]
        def value(depth):
            k = r.randrange(14 if depth < 3 else 11)
            if k < 4: return r.choice(texts)
            if k == 4: return r.choice([0, 1, -1, 2**63, -2**70, r.randrange(10**6)])
            if k == 5: return r.choice([0.1, 1e22, 1e-7, -2.5, float("inf"), float("nan"), r.random()])
            if k == 6: return r.choice([True, False, None])
            if k == 7: return datetime.date(r.randrange(1, 9999), 1 + r.randrange(12), 1 + r.randrange(28))
            if k == 8: return datetime.datetime(r.randrange(1, 9999), 1 + r.randrange(12), 1 + r.randrange(28), r.randrange(24), 5, 9, r.choice([0, 123456, 500000]),
                                                r.choice([None, datetime.timezone.utc, datetime.timezone(datetime.timedelta(hours=-5, minutes=-30))]))
            if k == 9: return bytes(r.randrange(256) for _ in range(r.randrange(100)))
            if k == 10: return shared[r.randrange(3)]
            if k == 11: return [value(depth + 1) for _ in range(r.randrange(4))]
            return {r.choice([t for t in texts if len(t) < 100 and t not in ("null", "true")] + [1, True, None, 2.5]): value(depth + 1) for _ in range(r.randrange(4))}
        shared = [datetime.datetime(2020, 1, 2, 3, 4, 5), ["again", {"a": 1}], {}]
        objects = [{"model": "a.b", "pk": r.choice([i, str(i), None]), "fields": {f"f{n}": value(0) for n in range(r.randrange(5))}} for i in range(40)]
        text = yaml.dump(objects, Dumper=yaml.SafeDumper, allow_unicode=r.random() < .5, width=r.choice([40, 80, 1000]), default_flow_style=False,
                         default_style=r.choice([None, None, "'", '"', "|", ">"]), indent=r.choice([None, 2, 6]), sort_keys=False)
        json.dump([text, plain(yaml.safe_load(text))], sys.stdout)
        """;

    [Fact, Trait("Day", "1")]
    public void What_PyYAML_writes_is_read_as_PyYAML_reads_it()
    {
        for (int i = 0; i < Rounds.Of(5); i++)
        {
            int seed = Random.Shared.Next();
            JsonArray made = JsonNode.Parse(PythonScript.Run(Generate, "", "yaml", $"{seed}"))!.AsArray();
            List<JsonObject> read = FixtureObjects.Of(DatasetFormat.Yaml, (string)made[0]!);
            JsonArray expected = made[1]!.AsArray();

            Assert.Equal(expected.Count, read.Count);
            Assert.All(read,
                (o, n) =>
                    Assert.True(JsonNode.DeepEquals(expected[n], o),
                    $"seed {seed}, object {n}: {expected[n]!.ToJsonString()} was read as {o.ToJsonString()}"));
        }
    }

    [Fact]
    public void Scalars_collections_and_merges_written_by_hand_mean_what_PyYAML_takes_them_for()
    {
        const string Text = """
            # a comment
            %YAML 1.1
            ---
            - model: a.b
              pk: 0x1F
              fields:
                ints: [0b101, 017, +12_3, -0, 1_000, 190:20:30, 0, 00, 08, 0o17, 1e3]
                floats: [.5, 1., 1_000.5, 1.5e+3, -1.5E-3, 190:20:30.15, .inf, -.INF, .NaN, +1.0, 1.5e3]
                words: [yes, Off, y, TRUE, tRUE, null, Null, ~, nUll, '', no, On, n]
                times: [2001-12-14t21:59:43.10-05:00, 2001-12-14 21:59:43.10 -5, 2001-12-15T02:59:43.1Z, 2001-12-14, 2001-1-2, 2001-1-2 3:04:05, 12:30:45, 2001-12-14 21:59:43.123456789]
                tags: [!!str 5, !!int "7", !!float 3, !!float "3.5", !!bool "yes", !!null "", !<tag:yaml.org,2002:str> 1, !!binary "aGk=", !!timestamp "2001-12-14", ! 12, !!seq [], !!map {}]
                quoted: ["\u263A\x41\n\t\"\\\/", 'it''s', "folded
                  line", 'two

                  lines']
                literal: |
                  one
                    two

                  three
                folded: >-
                  one
                  two

                  three
                kept: |+
                  x

                base: &base {a: 1, b: [1, 2]}
                again: *base
                merged:
                  a: own
                  <<: *base
                  c: 3
                two:
                  <<: [{x: 1, y: 1}, {y: 2, z: 2}]
                  z: own
                none:
                  <<: {}
                1: one
                ? explicit
                : value
                empty:
                date: &d 2020-01-01
            - {model: a.c, fields: {date: *d, base: *base}}
            """;
        string yaml = Text.Replace("# a comment\n", "").ReplaceLineEndings("\n");
        JsonArray expected = JsonNode.Parse(PythonScript.Run(Reload, yaml, "yaml"))!.AsArray();

        List<JsonObject> read = FixtureObjects.Of(DatasetFormat.Yaml, yaml);

        Assert.Equal(2, read.Count);
        foreach ((string name, JsonNode? value) in expected[0]!["fields"]!.AsObject())
            Assert.True(JsonNode.DeepEquals(value, read[0]["fields"]![name]),
                $"{name}: {value?.ToJsonString()} was read as {read[0]["fields"]![name]?.ToJsonString()}");
        Assert.True(JsonNode.DeepEquals(expected[0]!["pk"], read[0]["pk"]));
        Assert.True(JsonNode.DeepEquals(expected[1]!["fields"], read[1]["fields"]));
    }

    [Fact]
    public void Each_value_stands_in_its_line()
    {
        using FixtureReader reader =
            FixtureObjects.Reader(DatasetFormat.Yaml,
                new MemoryStream(
                    "- model: a.b\n  pk: 1\n  fields:\n    a: |\n      x\n      y\n    b: {c: 1,\n       d: 2}\n    e: 3\n\n- model: a.b\n  fields: {z: 1}\n"u8.ToArray()));

        Assert.True(reader.Read());
        Assert.Equal([4, 7, 9], reader.Current.Fields.Select(f => reader.Current.LineOf(f.Value)));
        Assert.Equal(2, reader.Current.LineOf(reader.Current.Key!.Value));
        Assert.True(reader.Read());
        Assert.Equal((11, 12), (reader.Current.Line, reader.Current.LineOf(reader.Current.Fields[0].Value)));
        Assert.False(reader.Read());
    }

    [Theory]
    [InlineData("", 1, "empty")]
    [InlineData("model: a.b\n", 1, "a list of objects was expected")]
    [InlineData("- 5\n", 1, "an object was expected")]
    [InlineData("- {model: a.b, fields: {}}\n---\n- {model: a.b, fields: {}}\n", 2, "follows the end")]
    [InlineData("- {model: a.b, fields: {}}\n- {pk: 5,\n", 3, "")]
    [InlineData("- {model: a.b}\n", 1, "has no \"fields\"")]
    [InlineData("- model: a.b\n  fields:\n    x: *none\n", 3, "")]
    [InlineData("- model: a.b\n  fields:\n    x: !!python/object/apply:os.system [ls]\n", 3, "is not supported")]
    [InlineData("- model: a.b\n  fields:\n    x: !!int word\n", 3, "is not what its tag")]
    [InlineData("- model: a.b\n  fields: {[a]: 1}\n", 2, "a name is not a text")]
    [InlineData("- model: a.b\n\tfields: x\n", 1, "")]
    [InlineData("- model: a.b\n  fields:\n    title: \"\\udc00\\ud800\"\n", 3, "")]
    [InlineData("- model: a.b\n  fields: {title: [1, ---\n, x]}\n", 2, "")]
    public void A_broken_file_is_named_with_its_line(string text, int line, string what)
    {
        DataOpsException failure = FixtureObjects.Refused(DatasetFormat.Yaml, text);

        Assert.Equal("InvalidYaml", failure.Id);
        Assert.StartsWith($"file, line {line}: ", failure.Message);
        Assert.Contains(what, failure.Message);
    }

    [Fact]
    public void Aliases_that_stand_for_very_much_are_refused()
    {
        string laughs =
            string.Concat(Enumerable.Range(1, 30).Select(
                i => $"    l{i}: &l{i} [{string.Join(", ", Enumerable.Repeat($"*l{i - 1}", 10))}]\n"));

        Assert.Contains(" MB",
            FixtureObjects.Refused(DatasetFormat.Yaml, $"- model: a.b\n  fields:\n    l0: &l0 lol\n{laughs}").Message);
    }
}
