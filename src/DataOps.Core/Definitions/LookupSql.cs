using System.Globalization;
using System.Text.Json;

namespace DataOps.Core.Definitions;

/// <summary>The condition of one look-up on one column, as Django 3.2 and later write it for PostgreSQL.</summary>
/// <param name="Lookup">The look-up.</param>
/// <param name="Target">Where its path leads.</param>
/// <param name="Parameters">Takes the values.</param>
internal sealed record LookupSql(Lookup Lookup, FilterPath Target, FilterParameters Parameters)
{
    // A short list is compared as it is, which an index serves; a long one is unpacked once instead of for each row.
    private const int ShortList = 50;

    private static readonly string[] s_comparisons = ["exact", "in", "gt", "gte", "lt", "lte", "range"];
    private static readonly string[] s_texts =
        ["iexact", "contains", "icontains", "startswith", "istartswith", "endswith", "iendswith"];
    private static readonly string[] s_days = ["year", "quarter", "month", "week", "day"];
    private static readonly string[] s_clocks = ["hour", "minute", "second"];

    private PlacedJson Value => Lookup.Value;

    private string? Part => Target.Rest.Count > 0 && !IsLookup(Target.Rest[0]) ? Target.Rest[0] : null;

    private string Operation =>
        Part is null ? Target.Rest.ElementAtOrDefault(0) ?? "exact" : Target.Rest.ElementAtOrDefault(1) ?? "exact";

    /// <summary>Whether a row without what the path leads to passes, too.</summary>
    public bool AcceptsNothing =>
        (Operation == "isnull" && Value.Kind == JsonValueKind.True)
            || (Operation is "exact" or "iexact" && Value.Kind == JsonValueKind.Null);

    /// <summary>The condition.</summary>
    /// <param name="alias">The alias of the column's table.</param>
    /// <exception cref="DataOpsException">The look-up or its value is wrong.</exception>
    public SqlText Condition(Alias alias)
    {
        SqlText place = Target.Column.In(alias);
        if (Part is not null && !IsPartOf(Target.Column, Part))
            throw Unknown(Part);
        if (!IsLookup(Operation) || Target.Rest.Count > (Part is null ? 1 : 2))
            throw Unknown(Target.Rest[^1]);
        if (Operation == "isnull")
            return Value.Kind switch
            {
                JsonValueKind.True => $"{place} is null",
                JsonValueKind.False => $"{place} is not null",
                _ => throw Wrong($"isnull is true or false, not {Value.Described}."),
            };
        if (AcceptsNothing)
            return $"{place} is null";
        ValueType type = ValueType.Of(Target.Column.Type)
            ?? throw Wrong($"values of type {Target.Column.TypeText} cannot be compared with a look-up.",
            "Use isnull, or a condition in sql.");
        if (s_texts.Contains(Operation))
            return Part is null ? TextCondition(place, type) : throw Unknown(Operation);
        return Part switch
        {
            null => Comparison(place, type),
            "year" when Operation is not ("in" or "range") => Year(place, type),
            "date" => Comparison($"({Local(place, type)})::date", ValueType.Date),
            _ => Comparison($"extract({SqlText.Raw(Part)} from {Local(place, type)})", ValueType.Integer),
        };
    }

    private static bool IsLookup(string name) =>
        name == "isnull" || s_comparisons.Contains(name) || s_texts.Contains(name);

    private static bool IsPartOf(Column column, string part) => column.Type.Underlying.Name switch
    {
        "date" => s_days.Contains(part),
        "timestamp" or "timestamptz" => part == "date" || s_days.Contains(part) || s_clocks.Contains(part),
        "time" => s_clocks.Contains(part),
        _ => false,
    };

    private SqlText Range(SqlText place, ValueType type, PlacedJson from, PlacedJson to) => $"""
        {place} {type.Operator(">=")} {Single(type, from)} and {place} {type.Operator("<=")} {Single(type, to)}
        """;

    private SqlText Comparison(SqlText place, ValueType type) => Operation switch
    {
        "in" => In(place, type),
        "range" => List("range", 2) is [{ } from, { } to]
            ? Range(place, type, from, to)
            : SqlText.Empty,
        "exact" => $"{place} {type.Operator("=")} {Single(type, Value)}",
        "gt" => $"{place} {type.Operator(">")} {Single(type, Value)}",
        "gte" => $"{place} {type.Operator(">=")} {Single(type, Value)}",
        "lt" => $"{place} {type.Operator("<")} {Single(type, Value)}",
        _ => $"{place} {type.Operator("<=")} {Single(type, Value)}",
    };

    private SqlText In(SqlText place, ValueType type)
    {
        string[] texts =
            [.. List("in", null).Where(v => v.Kind != JsonValueKind.Null)
                .Select(v => type.TextOf(v, Parameters.TimeZone))];
        if (texts.Length == 0)
            return $"false";
        SqlText array = $"{Parameters.AddList(texts)}::{type.Cast}[]";
        SqlText list = texts.Length <= ShortList ? array : (SqlText)$"select unnest({array})";
        return $"{place} {type.Operator("=")} any({list})";
    }

    // Years have a first and a last day, between which an index can search.
    private SqlText Year(SqlText place, ValueType type)
    {
        string text = ValueType.Integer.TextOf(Value, Parameters.TimeZone);
        if (!int.TryParse(text, out int year) || year is < 1 or > 9999)
            throw Wrong($"{Value.Described} is not a year from 1 to 9999.");
        SqlText first = Bound(type, year);
        SqlText next = Bound(type, year + 1);
        return Operation switch
        {
            "gt" => $"{place} >= {next}",
            "gte" => $"{place} >= {first}",
            "lt" => $"{place} < {first}",
            "lte" => $"{place} < {next}",
            _ => $"{place} >= {first} and {place} < {next}",
        };
    }

    private SqlText Bound(ValueType type, int year)
    {
        string day = year.ToString("0000", CultureInfo.InvariantCulture) + "-01-01";
        string start = type == ValueType.DateTime ? $"{day} 00:00:00 {Parameters.TimeZone}" : day;
        return $"{Parameters.Add(start)}::{type.Cast}";
    }

    private SqlText Local(SqlText place, ValueType type) => 
        type == ValueType.DateTime ? (SqlText)$"{place} at time zone {Parameters.Add(Parameters.TimeZone)}" : place;

    private SqlText TextCondition(SqlText place, ValueType type)
    {
        if (Value.Kind is not (JsonValueKind.String or JsonValueKind.Number) || Value.Text.Contains('\0'))
            throw Wrong($"{Operation} compares with a text, not with {Value.Described}.");
        bool isAnyCase = Operation[0] == 'i';
        SqlText subject = type == ValueType.Address
            ? (SqlText)$"host({place})"
            : type.Schema is null || isAnyCase ? (SqlText)$"{place}::text" : place;
        if (Operation == "iexact")
            return $"upper({subject}) = upper({Parameters.Add(Value.Text)})";
        string escaped = Value.Text.Replace("\\", "\\\\").Replace("%", "\\%").Replace("_", "\\_");
        string before = Operation.EndsWith("startswith", StringComparison.Ordinal) ? "" : "%";
        string pattern = before + escaped + (Operation.EndsWith("endswith", StringComparison.Ordinal) ? "" : "%");
        if (isAnyCase)
            return $"upper({subject}) like upper({Parameters.Add(pattern)})";
        if (Operation == "startswith" && type == ValueType.Text && Prefix(place, Value.Text) is { } prefix)
            return prefix;
        return type.Schema is null
            ? (SqlText)$"{subject} like {Parameters.Add(pattern)}"
            : (SqlText)$"{subject} {type.Operator("~~")} {Parameters.Add(pattern)}::{type.Cast}";
    }

    // PostgreSQL makes a range of a pattern only where it knows it beforehand, so the range is made here: byte by byte,
    // as collation C compares.
    private SqlText? Prefix(SqlText place, string text)
    {
        bool isBytewise = Target.Column.Collation is "C" or "POSIX";
        if (text.Length == 0 || text[^1] > '}' || (!isBytewise && !Target.Table.HasIndexOn(Target.Column.Name)))
            return null;
        SqlText from = isBytewise ? (SqlText)$">=" : (SqlText)$"~>=~";
        SqlText to = isBytewise ? (SqlText)$"<" : (SqlText)$"~<~";
        (SqlText first, SqlText next) = (Parameters.Add(text), Parameters.Add(text[..^1] + (char)(text[^1] + 1)));
        return (SqlText)$"{place}::text {from} {first} and {place}::text {to} {next}";
    }

    private SqlText Single(ValueType type, PlacedJson value) =>
        $"{Parameters.Add(type.TextOf(value, Parameters.TimeZone))}::{type.Cast}";

    private IReadOnlyList<PlacedJson> List(string what, int? count) =>
        Value.Kind == JsonValueKind.Array && Value.Items.Count == (count ?? Value.Items.Count)
        ? Value.Items
        : throw Wrong($"{what} takes a list of {(count is null ? "" : $"{count} ")}values, not {Value.Described}.");

    private DataOpsException Unknown(string name) => Wrong(
        $"{Target.Table}.{Target.Column.Name} ({Target.Column.TypeText}) has no look-up \"{name}\".",
        $"Look-ups: {string.Join(", ", s_comparisons)}, isnull, {string.Join(", ", s_texts)}; "
            + $"parts of dates and times: date, {string.Join(", ", s_days)}, {string.Join(", ", s_clocks)}.",
        ErrorIds.UnknownLookup);

    private DataOpsException Wrong(string reason, string? advice = null, string id = ErrorIds.InvalidValue) =>
        DefinitionError.At(Lookup.Place, $"{Lookup.Path}: {reason}", advice, id);
}
