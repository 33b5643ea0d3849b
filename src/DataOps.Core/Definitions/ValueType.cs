using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace DataOps.Core.Definitions;

/// <summary>What values of a column, or of a parameter, are, and how they are written for PostgreSQL.</summary>
/// <param name="Name">What a definition calls it.</param>
/// <param name="Cast">What a text is cast to.</param>
internal sealed partial record ValueType(string Name, SqlText Cast)
{
    public static readonly ValueType Integer = new("integer", $"bigint");
    public static readonly ValueType Number = new("number", $"numeric");
    public static readonly ValueType Float = new("number", $"float8");
    public static readonly ValueType Text = new("text", $"text");
    public static readonly ValueType Boolean = new("boolean", $"boolean");
    public static readonly ValueType Date = new("date", $"date");
    public static readonly ValueType DateTime = new("datetime", $"timestamptz");
    public static readonly ValueType LocalDateTime = new("datetime", $"timestamp");
    public static readonly ValueType Time = new("time", $"time");
    public static readonly ValueType Uuid = new("uuid", $"uuid");
    public static readonly ValueType Address = new("address", $"inet");

    /// <summary>The types of parameters.</summary>
    public static readonly IReadOnlyList<ValueType> OfParameters =
        [Integer, Number, Text, Boolean, Date, DateTime, Time, Uuid];

    /// <summary>The schema of its operators, where it is not pg_catalog.</summary>
    public string? Schema { get; init; }

    /// <summary>The type of a column; null for one whose values a filter cannot name.</summary>
    public static ValueType? Of(PgType type) => type.Underlying switch
    {
        { Name: "citext" } citext => Text with { Cast = citext.Sql, Schema = citext.Schema },
        { Schema: not "pg_catalog" } => null,
        { Name: "int2" or "int4" or "int8" } => Integer,
        { Name: "numeric" } => Number,
        { Name: "float4" or "float8" } => Float,
        { Name: "varchar" or "text" or "bpchar" } => Text,
        { Name: "bool" } => Boolean,
        { Name: "date" } => Date,
        { Name: "timestamptz" } => DateTime,
        { Name: "timestamp" } => LocalDateTime,
        { Name: "time" } => Time,
        { Name: "uuid" } => Uuid,
        { Name: "inet" } => Address,
        _ => null,
    };

    /// <summary>An operator of this type, schema and all.</summary>
    public SqlText Operator(string symbol) =>
        Schema is null ? SqlText.Raw(symbol) : (SqlText)$"operator({SqlText.Identifier(Schema)}.{SqlText.Raw(symbol)})";

    /// <summary>The value as PostgreSQL reads it.</summary>
    /// <param name="json">The value.</param>
    /// <param name="timeZone">The zone of a time that names none.</param>
    /// <exception cref="DataOpsException">It is none of this type.</exception>
    public string TextOf(PlacedJson json, string timeZone)
    {
        bool isText = json.Kind == JsonValueKind.String;
        string? text = json.Kind switch
        {
            JsonValueKind.True or JsonValueKind.False => this == Boolean ? json.Described : null,
            JsonValueKind.Number =>
                IsNumber || (Name == Text.Name && Whole().IsMatch(json.Text)) ? NumberText(json.Text) : null,
            JsonValueKind.String when Name == Text.Name => json.Text.Contains('\0') ? null : json.Text,
            _ when !isText => null,
            _ when this == Boolean =>
                json.Text.ToLowerInvariant() is "true" or "false" ? json.Text.ToLowerInvariant() : null,
            _ when IsNumber => NumberText(json.Text),
            _ when this == Date => DateOnly.TryParseExact(json.Text, "yyyy-MM-dd", out _) ? json.Text : null,
            _ when this == Time =>
                TimeOnly.TryParseExact(json.Text, ["HH:mm", "HH:mm:ss", "HH:mm:ss.FFFFFF"], out _) ? json.Text : null,
            _ when this == Uuid => Guid.TryParse(json.Text, out Guid uuid) ? uuid.ToString() : null,
            _ when this == Address =>
                IPAddress.TryParse(json.Text, out IPAddress? address) && !json.Text.Contains('%')
                ? address.ToString()
                : null,
            _ => InstantText(json.Text, timeZone),
        };
        return text
            ?? throw DefinitionError.At(
                json.Place, $"{json.Described} is not {Described}.", Advice, ErrorIds.InvalidValue);
    }

    private bool IsNumber => this == Integer || this == Number || this == Float;

    private string Described => Name is "integer" or "address" ? $"an {Name}" : $"a {Name}";

    private string? Advice => Name switch
    {
        "integer" => "Use a whole number of at most 64 bits.",
        "date" => "Use yyyy-mm-dd.",
        "datetime" => "Use yyyy-mm-dd, or yyyy-mm-ddThh:mm:ss with Z or +hh:mm behind it.",
        "time" => "Use hh:mm:ss.",
        _ => null,
    };

    private string? NumberText(string text) => this == Integer
        ? long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole)
            ? whole.ToString(CultureInfo.InvariantCulture)
            : null
        : this == Text || Numeric().IsMatch(text) ? text : null;

    private string? InstantText(string text, string timeZone)
    {
        Match match = Instant().Match(text);
        string clock = match.Groups["time"].Success ? match.Groups["time"].Value : "00:00:00";
        string date = match.Groups["date"].Value;
        string zone = match.Groups["zone"].Value;
        string[] clocks = ["HH:mm", "HH:mm:ss", "HH:mm:ss.FFFFFF"];
        if (!match.Success
            || !DateOnly.TryParseExact(date, "yyyy-MM-dd", out _) || !TimeOnly.TryParseExact(clock, clocks, out _)
            || (this == LocalDateTime && zone.Length > 0))
            return null;
        return $"{date} {clock}" + (this == LocalDateTime ? "" : zone.Length > 0 ? zone : " " + timeZone);
    }

    [GeneratedRegex(@"^-?[0-9]{1,30}\z")]
    private static partial Regex Whole();

    [GeneratedRegex(@"^[+-]?(?:[0-9]{1,1000}(?:\.[0-9]{0,1000})?|\.[0-9]{1,1000})(?:[eE][+-]?[0-9]{1,3})?\z")]
    private static partial Regex Numeric();

    [GeneratedRegex(
        @"^(?<date>\d{4}-\d\d-\d\d)"
        + @"(?:[T ](?<time>\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)(?<zone>Z|[+-](?:0\d|1[0-5]):[0-5]\d)?)?\z")]
    private static partial Regex Instant();
}
