using System.Text;
using System.Text.Json;
using DataOps.Core.Definitions;

namespace DataOps.Core.Tests.Peers;

/// <summary>Random filters over random rows: Django's QuerySet finds the same rows.</summary>
public sealed class DjangoFilterTests(PostgresServer server) : IDisposable
{
    private const int Filters = 1500;

    // Model, paths, and how a value of each is drawn from the rows: SQL that lists values as texts.
    private static readonly (string Model, string Path, string Type, string Values)[] s_paths =
    [
        ("library.book", "title", "text", "select title from library_book"),
        ("library.book", "pk", "key", "select id::text from library_book"),
        ("library.book", "pages", "integer", "select pages::text from library_book"),
        ("library.book", "author", "integer", "select author_id::text from library_book"),
        ("library.book", "author_id", "integer", "select author_id::text from library_book"),
        ("library.book", "author__slug", "text", "select slug from library_author"),
        ("library.book", "author__born", "date", "select born::text from library_author where born is not null"),
        ("library.book", "author__mentor__name", "text", "select name from library_author"),
        ("library.book", "author__mentor__pk", "integer", "select id::text from library_author"),
        ("library.book", "publisher", "text", "select code from library_publisher"),
        ("library.book", "publisher__name", "text", "select name from library_publisher"),
        ("library.book", "publisher__imprint_of__code", "text", "select code from library_publisher"),
        ("library.book", "sequel_to__pages", "integer", "select pages::text from library_book"),
        ("library.book", "genres", "integer", "select id::text from library_genre"),
        ("library.book", "genres__name", "text", "select name from library_genre"),
        ("library.book", "readers__email", "text", "select email from accounts_user"),
        ("library.book", "distributors__imprint_of", "text", "select code from library_publisher"),
        ("library.author", "influences__mentor__slug", "text", "select slug from library_author"),
        ("library.author", "influences__influences", "integer", "select id::text from library_author"),
        ("library.author", "born", "date", "select born::text from library_author where born is not null"),
        ("library.copy", "publisher__code", "text", "select code from library_publisher"),
        ("library.copy", "publisher", "text", "select name from library_publisher"),
        ("places.pizzeria", "code", "text", "select code from places_place"),
        ("places.pizzeria", "id", "integer", "select id::text from places_place"),
        ("places.pizzeria", "restaurant_ptr__cuisine", "text", "select cuisine from places_restaurant"),
        ("places.pizzeria", "amenities", "text", "select id from places_amenity"),
        ("places.pizzeria", "regulars__full_name", "text", "select full_name from accounts_user"),
        ("places.bistro", "venue__name", "text", "select name from places_place"),
        ("specimens.moment", "day_or_null", "date", "select day::text from specimens_moment"),
        ("specimens.moment", "instant_or_null", "datetime",
            "select to_char(instant at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') from specimens_moment " +
                "where instant between '1000-01-01' and '9000-01-01'"),
        ("specimens.moment", "clock_or_null", "time", "select clock::text from specimens_moment"),
        ("specimens.number", "integer_or_null", "integer", "select integer::text from specimens_number"),
        ("specimens.number", "precise", "number", "select precise::text from specimens_number where precise <> 'NaN'"),
        ("specimens.text", "short_or_null", "text", "select short from specimens_text"),
        ("specimens.text", "nickname", "text", "select nickname::text from specimens_text where nickname is not null"),
        ("specimens.asset", "other", "key", "select other::text from specimens_asset where other is not null"),
        ("specimens.asset", "address_or_null", "address", "select host(address) from specimens_asset"),
    ];

    // Django has fewer look-ups for a field that refers: no range and no texts.
    private static readonly string[] s_references =
        ["author", "author_id", "publisher", "genres", "distributors__imprint_of", "influences__influences",
        "amenities"];

    private readonly string _folder = Directory.CreateTempSubdirectory("dataops-filters-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact, Trait("Day", "2")]
    public void Random_filters_find_the_rows_that_a_queryset_finds()
    {
        using TestDatabase site = server.CopyOf(Site.DjangoFilled);
        Random random = new(DjangoPeer.Seed);
        Dictionary<string, string[]> values = s_paths.Select(p => p.Values).Distinct()
            .ToDictionary(v => v, v => site.Column(v).OfType<string>().ToArray());
        List<(string Model, string Json)> filters = [.. Enumerable.Range(0, Filters).Select(_ => Draw(random, values))];
        string[][] theirs = Ask(site, filters);

        ReferenceCatalog catalog = ReferenceCatalog.Read(site.Session);
        using var transaction = site.Session.BeginSnapshot();
        int some = 0;
        for (int i = 0; i < filters.Count; i++)
        {
            string[] ours = [.. Rows(site, catalog, filters[i].Model, filters[i].Json).Order(StringComparer.Ordinal)];
            Assert.True(
                theirs[i].Order(StringComparer.Ordinal)
                    .SequenceEqual(ours),
                        $"seed {DjangoPeer.Seed}: {filters[i]}: Django finds {theirs[i].Length} rows, we {ours.Length}");
            some += ours.Length > 0 ? 1 : 0;
        }
        Assert.InRange(some, Filters / 4, Filters);
    }

    private static IReadOnlyList<string> Rows(TestDatabase site, ReferenceCatalog catalog, string label, string json)
    {
        Model model = catalog.Models.Single(m => m.Label == label);
        FilterParameters parameters = new();
        SqlText condition = FilterSql.Compile(
            FilterParser.Parse(PlacedJson.Parse(Encoding.UTF8.GetBytes(json), null)), model, catalog, "t", parameters);
        parameters.Bind(site.Session);
        return site.Session.Query<string>($"select t.{model.Key[0]}::text from {model.Table} t where {condition}");
    }

    private string[][] Ask(TestDatabase site, List<(string Model, string Json)> filters)
    {
        string asked = Path.Join(_folder, "filters.json");
        string answer = Path.Join(_folder, "keys.json");
        File.WriteAllText(asked,
            $"[{string.Join(",\n", filters.Select(f => $$"""{"model": "{{f.Model}}", "filter": {{f.Json}}}"""))}]");
        RunningDjango.Get().Run(site.Port, site.Name, "look", asked, answer);
        return JsonSerializer.Deserialize<string[][]>(File.ReadAllText(answer))!;
    }

    private static (string Model, string Json) Draw(Random random, Dictionary<string, string[]> values)
    {
        string model = s_paths[random.Next(s_paths.Length)].Model;
        string Lookups(int count) =>
            "{" + string.Join(", ",
                Enumerable.Range(0, count).Select(_ => Lookup(random, model, values))
                    .DistinctBy(l => l.Split(':')[0])) + "}";
        return (model, random.Next(6) switch
        {
            0 => $$"""{"any": [{{Lookups(1)}}, {{Lookups(1)}}]}""",
            1 => $$"""{"not": {{Lookups(1)}}}""",
            2 => $$"""{"all": [{{Lookups(1)}}, {{Lookups(2)}}]}""",
            3 => Lookups(2),
            _ => Lookups(1),
        });
    }

    private static string Lookup(Random random, string model, Dictionary<string, string[]> values)
    {
        (string _, string path, string type, string sql) = random.GetItems(
            s_paths.Where(p => p.Model == model).ToArray(), 1)[0];
        string Value() => values[sql].Length == 0 ? "0" : values[sql][random.Next(values[sql].Length)];
        string Json(string text) => type is "integer" ? text : JsonSerializer.Serialize(text);
        string Part() => Value() is { Length: > 2 } text && !char.IsSurrogate(text[0]) && !char.IsSurrogate(text[1])
            ? JsonSerializer.Serialize(text[..2])
            : "\"a%_\\\\\"";
        bool isReference = s_references.Contains(path);
        bool isDate = type is "date" or "datetime";
        return random.Next(isDate ? 13 : 10) switch
        {
            0 => $"\"{path}__isnull\": {(random.Next(2) == 0 ? "true" : "false")}",
            1 => $"\"{path}__in\": " +
                $"[{string.Join(", ", Enumerable.Range(0, random.Next(4)).Select(_ => Json(Value())))}]",
            2 when !isReference && type is not ("key" or "address") =>
                $"\"{path}__range\": [{Json(Value())}, {Json(Value())}]",
            3 or 4 when type is not ("key" or "address") =>
                $"\"{path}__{random.GetItems(["gt", "gte", "lt", "lte"], 1)[0]}\": {Json(Value())}",
            5 or 6 when !isReference && type is "text" or "address" =>
                $"\"{path}__{random.GetItems(["contains", "icontains", "startswith", "istartswith", "endswith", "iendswith"], 1)[0]}\": {Part()}",
            7 when !isReference && type is "text" => $"\"{path}__iexact\": {Json(Value().ToUpperInvariant())}",
            8 => $"\"{path}\": {(random.Next(5) == 0 ? "null" : Json(Value()))}",
            10 => $"\"{path}__year{random.GetItems(["", "__gt", "__gte", "__lt", "__lte"], 1)[0]}\": {int.Parse(Value()[..4])}",
            11 => $"\"{path}__{random.GetItems(["month", "day", "quarter", "week"], 1)[0]}{random.GetItems(["", "__gte", "__lt"], 1)[0]}\": {random.Next(1, 13)}",
            12 when type is "datetime" =>
                $"\"{path}__date{random.GetItems(["", "__gte", "__lt"], 1)[0]}\": \"{Value()[..10]}\"",
            _ => $"\"{path}__exact\": {Json(Value())}",
        };
    }
}
