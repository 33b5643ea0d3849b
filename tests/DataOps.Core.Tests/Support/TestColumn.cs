namespace DataOps.Core.Tests.Support;

/// <summary>Columns as the catalogue describes them, without a server.</summary>
internal static class TestColumn
{
    private static readonly Dictionary<string, string> s_ranges = new()
    {
        ["int4range"] = "int4",
        ["int8range"] = "int8",
        ["numrange"] = "numeric",
        ["daterange"] = "date",
        ["tsrange"] = "timestamp",
        ["tstzrange"] = "timestamptz",
        ["floatrange"] = "float4",
    };

    /// <summary>
    /// A column v of a type as SQL writes it: <c>varchar(30)</c>, <c>int4[]</c>; mood, positive and pair are types of
    /// tests.
    /// </summary>
    public static Column Of(string type, bool notNull = false)
    {
        int open = type.IndexOf('(', StringComparison.Ordinal);
        int? length = open > 0 && !type.StartsWith("numeric", StringComparison.Ordinal)
            ? int.Parse(type[(open + 1)..type.IndexOf(')', StringComparison.Ordinal)], null)
            : null;
        return new Column(1, "v", TypeOf(type), type, length, notNull, null, ColumnSource.Plain, null, null);
    }

    private static PgType TypeOf(string type)
    {
        if (type.EndsWith("[]", StringComparison.Ordinal))
            return Type("_" + type[..^2], PgTypeKind.Base, element: TypeOf(type[..^2]));
        string name = type.Split('(')[0];
        if (s_ranges.TryGetValue(name, out string? end))
            return Type(name, PgTypeKind.Range, of: TypeOf(end));
        return name switch
        {
            "int4multirange" => Type(name, PgTypeKind.Multirange, of: TypeOf("int4range")),
            "mood" => Type(name, PgTypeKind.Enum),
            "positive" => Type(name, PgTypeKind.Domain, of: TypeOf("int4")),
            "pair" => Type(name, PgTypeKind.Composite),
            _ => Type(name, PgTypeKind.Base),
        };
    }

    private static PgType Type(string name, PgTypeKind kind, PgType? element = null, PgType? of = null) =>
        new(0, "pg_catalog", name, kind, element, of);
}
