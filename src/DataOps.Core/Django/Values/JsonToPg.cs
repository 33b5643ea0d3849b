using System.Text.Json;
using DataOps.Core.Postgres.Catalog;
using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Django.Values;

/// <summary>Turns a fixture's JSON value into the text that PostgreSQL's input function takes, and says what is wrong with it where it cannot.</summary>
/// <remarks>
/// It reads what Django's loaddata reads: numbers as strings too, base64, texts of arrays and ranges.
/// A decoder holds scratch memory: one thread uses it at a time.
/// </remarks>
internal abstract class JsonToPg
{
    private readonly Utf8Output _text = new();
    private bool _notNull;

    /// <summary>The decoder of a column.</summary>
    public static JsonToPg For(Column column)
    {
        JsonToPg decoder = For(column.Type, column.Length, column.TypeText, column.Dimensions);
        decoder._notNull = column.NotNull;
        return decoder;
    }

    /// <summary>Writes the value on which the reader stands as one field, and leaves the reader on the value's last token.</summary>
    /// <param name="value">A reader on a value; what it reads holds the whole value.</param>
    /// <param name="writer">Gets one field, or nothing when there is a problem.</param>
    /// <param name="problem">What is wrong, as <c>not an integer</c>.</param>
    public bool TryWrite(ref Utf8JsonReader value, CopyWriter writer, out string? problem)
    {
        bool isNull = value.TokenType == JsonTokenType.Null;
        if (isNull && !_notNull)
        {
            writer.WriteNull();
            problem = null;
            return true;
        }
        _text.Clear();
        problem = isNull && !HasNull ? "null, which the column does not allow" : Decode(ref value, _text);
        if (problem is null)
            writer.WriteField(_text.Written);
        return problem is null;
    }

    /// <summary>Decodes a value other than null into the type's text; returns what is wrong with it, or null.</summary>
    internal abstract string? Decode(ref Utf8JsonReader value, Utf8Output text);

    /// <summary>Whether the type has a null of its own, which stands for NULL's in a column that allows none.</summary>
    protected virtual bool HasNull => false;

    private static JsonToPg For(PgType type, int? length, string typeText, int? dimensions = null)
    {
        PgType real = type.Underlying;
        if (real.Element is { } element)
            return new ArrayDecoder(For(element, length, typeText), dimensions);
        return real.Kind switch
        {
            PgTypeKind.Range when real.Base is not null => new RangeDecoder(For(real.Base, null, "")),
            PgTypeKind.Multirange when real.Base is { Kind: PgTypeKind.Range, Base: { } end } => new MultirangeDecoder(new RangeDecoder(For(end, null, ""))),
            PgTypeKind.Base => OfBaseType(real.Name, length, typeText),
            _ => ScalarDecoder.Text(null),
        };
    }

    private static JsonToPg OfBaseType(string name, int? length, string typeText) => name switch
    {
        "int2" => new ScalarDecoder(NumberRules.Integer("smallint", short.MinValue, short.MaxValue)),
        "int4" => new ScalarDecoder(NumberRules.Integer("integer", int.MinValue, int.MaxValue)),
        "int8" => new ScalarDecoder(NumberRules.Integer("bigint", long.MinValue, long.MaxValue)),
        "oid" => new ScalarDecoder(NumberRules.Integer("oid", uint.MinValue, uint.MaxValue)),
        "float4" => new ScalarDecoder(NumberRules.Float4),
        "float8" => new ScalarDecoder(NumberRules.Float8),
        "numeric" => new ScalarDecoder(NumberRules.Numeric(typeText)),
        "bool" => new ScalarDecoder(NumberRules.Bool),
        "date" => new ScalarDecoder(TimeRules.Date),
        "time" => new ScalarDecoder(TimeRules.Time),
        "timetz" => new ScalarDecoder(TimeRules.TimeWithZone),
        "timestamp" => new ScalarDecoder(TimeRules.Timestamp),
        "timestamptz" => new ScalarDecoder(TimeRules.Instant),
        "interval" => new ScalarDecoder(DurationRules.Interval),
        "uuid" => new ScalarDecoder(BytesRules.Uuid),
        "bytea" => new ScalarDecoder(BytesRules.Base64),
        "inet" => new ScalarDecoder(NetworkRules.Inet),
        "json" or "jsonb" => new JsonDecoder(),
        "hstore" => new HstoreDecoder(),
        _ => ScalarDecoder.Text(length),
    };
}
