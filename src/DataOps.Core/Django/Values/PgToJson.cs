using DataOps.Core.Postgres.Catalog;
using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Django.Values;

/// <summary>Turns a field of binary COPY into the JSON that Django's serializer writes.</summary>
/// <remarks>
/// What Python has no value for (infinite times, years beyond 9999 or before Christ, 24:00:00, times with a zone) is a string with PostgreSQL's own text.
/// An encoder may hold scratch memory: one thread uses it at a time.
/// </remarks>
internal abstract class PgToJson
{
    /// <summary>The encoder of a type; types without a binary decoder are read and written as PostgreSQL's text.</summary>
    /// <param name="type">A column's type.</param>
    /// <param name="precision">How much of a time's fraction is written.</param>
    /// <param name="separator">What stands between the members of embedded JSON: Django's JSON has a comma and a blank, its JSONL only a comma.</param>
    /// <param name="indent">Blanks a level of embedded JSON; null for one line.</param>
    /// <param name="inexact">Counts the values that a fixture cannot express.</param>
    public static PgToJson For(
        PgType type, TimePrecision precision = TimePrecision.Millisecond, JsonSeparator separator = JsonSeparator.CommaAndBlank, int? indent = null,
        LossCount? inexact = null)
    {
        PgType real = type.Underlying;
        PgToJson Inner(PgType inner) => For(inner, precision, inexact: inexact);
        PgToJson encoder = real switch
        {
            { Element: { } element } => new ArrayEncoder(Inner(element)),
            { Kind: PgTypeKind.Enum } => new StringEncoder(),
            { Kind: PgTypeKind.Range, Base: { } ends } when Inner(ends) is { Casts.Count: 0 } end => new RangeEncoder(end),
            { Kind: PgTypeKind.Multirange, Base: { } ranges } when Inner(ranges) is RangeEncoder range => new MultirangeEncoder(range),
            { Kind: PgTypeKind.Base } => OfBaseType(real.Name, precision, separator, indent),
            _ => StringEncoder.OfCast(),
        };
        return inexact is not null && LossRule.Of(real, precision) is { } rule ? new CountingEncoder(encoder, rule, inexact) : encoder;
    }

    /// <summary>The types to cast to in the query, one after the other; none where the type's own binary form is read.</summary>
    public IReadOnlyList<string> Casts { get; init; } = [];

    /// <summary>What to select in the COPY query for a column.</summary>
    /// <param name="quotedColumn">The column, quoted, as <c>t."body"</c>.</param>
    public string Expression(string quotedColumn) => quotedColumn + string.Concat(Casts.Select(type => "::" + type));

    /// <summary>Writes a value, never NULL, as JSON.</summary>
    public abstract void Write(ReadOnlySpan<byte> field, Utf8Output output);

    /// <summary>Writes a value as the element of an array or the end of a range, which Django makes strings of.</summary>
    public abstract void WriteElement(ReadOnlySpan<byte> field, Utf8Output output);

    private static PgToJson OfBaseType(string name, TimePrecision precision, JsonSeparator separator, int? indent) => name switch
    {
        "int4" => new PlainEncoder(NumberText.Int4),
        "int8" => new PlainEncoder(NumberText.Int8),
        "int2" => new PlainEncoder(NumberText.Int2),
        "oid" => new PlainEncoder(NumberText.Oid),
        "float8" => new PlainEncoder(NumberText.Float8, NumberText.PythonFloat8),
        // Python prints the double that it reads from PostgreSQL's digits of the real.
        "float4" => new PlainEncoder(NumberText.Float8, NumberText.PythonFloat8) { Casts = ["text", "float8"] },
        "bool" => new PlainEncoder(NumberText.Bool, NumberText.PythonBool),
        "numeric" => new QuotedEncoder(NumericText.Write),
        "text" or "varchar" or "bpchar" or "citext" or "name" => new StringEncoder(),
        "jsonb" => new JsonEncoder(isBinary: true, separator, indent),
        "json" => new JsonEncoder(isBinary: false, separator, indent),
        "timestamptz" => precision == TimePrecision.Millisecond
            ? new QuotedEncoder(TimeText.InstantMilliseconds, TimeText.PythonInstant)
            : new QuotedEncoder(TimeText.InstantMicroseconds, TimeText.PythonInstant),
        "timestamp" => precision == TimePrecision.Millisecond
            ? new QuotedEncoder(TimeText.TimestampMilliseconds, TimeText.TimestampMicroseconds)
            : new QuotedEncoder(TimeText.TimestampMicroseconds),
        "date" => new QuotedEncoder(TimeText.Date),
        "time" => precision == TimePrecision.Millisecond
            ? new QuotedEncoder(TimeText.TimeMilliseconds, TimeText.TimeMicroseconds)
            : new QuotedEncoder(TimeText.TimeMicroseconds),
        "timetz" => new QuotedEncoder(TimeText.TimeWithZone),
        "interval" => new QuotedEncoder(DurationText.Write),
        "uuid" => new QuotedEncoder(BytesText.Uuid),
        "bytea" => new QuotedEncoder(BytesText.Base64),
        "inet" or "cidr" => new QuotedEncoder(NetworkText.Inet),
        "macaddr" or "macaddr8" => new QuotedEncoder(NetworkText.Mac),
        "hstore" => new HstoreEncoder(),
        _ => StringEncoder.OfCast(),
    };
}
