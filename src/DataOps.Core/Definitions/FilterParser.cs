using System.Text.Json;

namespace DataOps.Core.Definitions;

/// <summary>Reads a filter: an object of look-ups, in which any, all, not and sql have their own meaning.</summary>
internal static class FilterParser
{
    /// <summary>Reads the filter that an option holds.</summary>
    /// <param name="source">A file's path, or the JSON itself.</param>
    /// <param name="option">The option, as <c>-Filter</c>.</param>
    /// <exception cref="DataOpsException">The file is not there, or holds no filter.</exception>
    public static Filter Read(string source, string option) => Parse(DefinitionFile.IsJson(source)
        ? DefinitionFile.OfText(source, option).Json
        : DefinitionFile.OfFile(Path.GetFullPath(source), option));

    /// <exception cref="DataOpsException">It is no filter.</exception>
    public static Filter Parse(PlacedJson json)
    {
        Require(json, JsonValueKind.Object, "a filter is an object of look-ups");
        List<Filter> parts = [];
        Lookup[] lookups =
        [
            .. json.Members.Where(m => m.Key is not ("any" or "all" or "not" or "sql" or "values")).Select(
                m => new Lookup(m.Key, m.Value, m.Value.Place)),
        ];
        if (lookups.Length > 0)
            parts.Add(new Filter.Lookups(lookups));
        if (json["all"] is { } all)
            parts.AddRange(List(all));
        if (json["any"] is { } any)
            parts.Add(new Filter.AnyOf(List(any)));
        if (json["not"] is { } not)
            parts.Add(new Filter.Not(not.Kind == JsonValueKind.Array ? new Filter.AnyOf(List(not)) : Parse(not)));
        if (json["sql"] is { } sql)
            parts.Add(Condition(sql, json["values"]));
        else if (json["values"] is { } values)
            throw DefinitionError.At(values.Place, "values belong to a condition in sql, and there is none.");
        return parts is [{ } only] ? only : new Filter.AllOf(parts);
    }

    private static Filter[] List(PlacedJson json)
    {
        Require(json, JsonValueKind.Array, "this is a list of filters");
        return json.Items.Count > 0
            ? [.. json.Items.Select(Parse)]
            : throw DefinitionError.At(json.Place, "the list of filters is empty.");
    }

    private static Filter.SqlCondition Condition(PlacedJson sql, PlacedJson? values)
    {
        Require(sql, JsonValueKind.String, "sql is a condition in SQL, a text");
        if (values is not null)
            Require(values, JsonValueKind.Object, "values is an object: a value for each :name of the condition");
        return new("", sql.Text, values?.Members.ToDictionary(m => m.Key, m => m.Value) ?? [], sql.Place);
    }

    private static void Require(PlacedJson json, JsonValueKind kind, string what)
    {
        if (json.Kind != kind)
            throw DefinitionError.At(json.Place, $"{what}, not {json.Described}.");
    }
}
