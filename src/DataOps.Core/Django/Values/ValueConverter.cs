using System.Text.Json;
using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Django.Values;

/// <summary>
/// Values of one PostgreSQL type in both directions, from binary COPY to the JSON that Django's serializer writes and
/// from
/// what Django's loaddata reads to PostgreSQL's text, with what a fixture loses of them.
/// </summary>
/// <remarks>
/// Types of one family share a file. What Python has no value for (infinite times, years beyond 9999 or before Christ,
/// 24:00:00, times with a zone) is a string with PostgreSQL's own text.
/// A converter may hold scratch memory: one thread uses it at a time.
/// </remarks>
/// <param name="empty">What <see cref="Empty"/> is.</param>
/// <param name="casts">What <see cref="Casts"/> are.</param>
internal abstract class ValueConverter(SqlText? empty = null, IReadOnlyList<SqlText>? casts = null)
{
    /// <summary>
    /// The converter of a column; types without a binary form of their own are written and read as PostgreSQL's text.
    /// </summary>
    public static ValueConverter For(Column column, ValueForm? form = null) =>
        For(column.Type, column.Length, column.TypeText, form ?? new(), column.Dimensions);

    /// <summary>
    /// The types to cast to in the query, one after the other; none where the type's own binary form is read.
    /// </summary>
    public IReadOnlyList<SqlText> Casts { get; init; } = casts ?? [];

    /// <summary>The SQL of a value that Django takes for empty; null when the type has none.</summary>
    public SqlText? Empty { get; init; } = empty;

    /// <summary>Whether the type has a null of its own, which stands for NULL's in a column that allows none.</summary>
    public virtual bool HasNull => false;

    /// <summary>What to select in the COPY query for a column.</summary>
    /// <param name="column">The column, as <c>t."body"</c>.</param>
    public SqlText Expression(SqlText column) => SqlText.Join("::", [column, .. Casts]);

    /// <summary>
    /// What an update sets: the stored value where a fixture would have lost the difference, else the file's.
    /// </summary>
    /// <param name="stored">The SQL of the stored value.</param>
    /// <param name="given">The SQL of the file's value.</param>
    public virtual SqlText Updated(SqlText stored, SqlText given) => given;

    /// <summary>Writes a binary field, never NULL, as JSON, and counts what is lost.</summary>
    public abstract void WriteJson(ReadOnlySpan<byte> field, Utf8Output output);

    /// <summary>
    /// Writes a binary field as the element of an array or the end of a range, which Django makes strings of.
    /// </summary>
    public abstract void WriteElement(ReadOnlySpan<byte> field, Utf8Output output);

    /// <summary>
    /// Writes the JSON value on which the reader stands, other than null, as PostgreSQL's text; leaves the reader on
    /// the value's
    /// last token.
    /// </summary>
    /// <returns>What is wrong with the value, as <c>not an integer</c>, or null.</returns>
    public abstract string? ReadJson(ref Utf8JsonReader value, Utf8Output text);

    private static ValueConverter For(PgType type, int? length, string typeText, ValueForm form, int? dimensions = null)
    {
        PgType real = type.Underlying;
        ValueForm part = new() { Precision = form.Precision, Losses = form.Losses, NaiveTimes = form.NaiveTimes };
        return real switch
        {
            { Element: { } element } =>
                new ArrayConverter(For(element, length, typeText, part), dimensions, form.Losses),
            { Kind: PgTypeKind.Base } => OfBaseType(real.Name, length, typeText, form),
            { Kind: PgTypeKind.Enum } => new TextConverter(),
            { Kind: PgTypeKind.Range, Base: { } end } => new RangeConverter(For(end, null, "", part)),
            { Kind: PgTypeKind.Multirange, Base: { Kind: PgTypeKind.Range, Base: { } end } } =>
                new MultirangeConverter(new RangeConverter(For(end, null, "", part))),
            _ => new TextConverter { Casts = [$"text"] },
        };
    }

    private static ValueConverter OfBaseType(string name, int? length, string typeText, ValueForm form) => name switch
    {
        "int2" => new IntegerConverter("smallint", short.MinValue, short.MaxValue),
        "int4" => new IntegerConverter("integer", int.MinValue, int.MaxValue),
        "int8" => new IntegerConverter("bigint", long.MinValue, long.MaxValue),
        "oid" => new IntegerConverter("oid", uint.MinValue, uint.MaxValue),
        // Python prints the double that it reads from PostgreSQL's digits of the real.
        "float4" => new FloatConverter("real", float.MaxValue) { Casts = [$"text", $"float8"] },
        "float8" => new FloatConverter("double precision", double.MaxValue),
        "numeric" => new NumericConverter(typeText),
        "bool" => new BooleanConverter(),
        "text" or "varchar" or "bpchar" or "citext" => new TextConverter(length) { Empty = (SqlText)$"''" },
        "name" => new TextConverter(length),
        "bytea" => new BytesConverter(),
        "uuid" => new UuidConverter(),
        "date" => new DateConverter(form.Losses),
        "time" => new TimeConverter(form),
        "timetz" => new TimeWithZoneConverter(),
        "timestamp" => new TimestampConverter(hasZone: false, form),
        "timestamptz" => new TimestampConverter(hasZone: true, form),
        "interval" => new IntervalConverter(form.Losses),
        "inet" => new AddressConverter(),
        "cidr" => new NetworkConverter(),
        "macaddr" or "macaddr8" => new MacConverter(),
        "json" => new JsonConverter(isBinary: false, form),
        "jsonb" => new JsonConverter(isBinary: true, form),
        "hstore" => new HstoreConverter(),
        _ => new TextConverter(length) { Casts = [$"text"] },
    };
}

/// <summary>How a fixture holds values.</summary>
internal sealed record ValueForm
{
    /// <summary>How much of a time's fraction is written.</summary>
    public TimePrecision Precision { get; init; }

    /// <summary>What stands between the members of embedded JSON.</summary>
    public JsonSeparator Separator { get; init; }

    /// <summary>Blanks a level of embedded JSON; null for one line.</summary>
    public int? Indent { get; init; }

    /// <summary>Whether a JSON column is a Wagtail StreamField.</summary>
    public StreamFieldUse StreamField { get; init; }

    /// <summary>Counts the values that a fixture does not give back exactly; null when nobody asks.</summary>
    public LossCount? Losses { get; init; }

    /// <summary>Takes times that are read without a zone; null for UTC.</summary>
    public NaiveTimes? NaiveTimes { get; init; }
}
