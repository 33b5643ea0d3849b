using DataOps.Core.Catalog;

namespace DataOps.Core.Rows;

/// <summary>Turns a field of binary COPY into the JSON that Django's serializer writes.</summary>
/// <remarks>
/// What Python has no value for (infinite times, years beyond 9999 or before Christ, 24:00:00, times with a zone) is a string with PostgreSQL's own text.
/// An encoder may hold scratch memory: one thread uses it at a time.
/// </remarks>
internal abstract class FieldEncoder
{
    /// <summary>The encoder of a type; types without a binary decoder are read and written as PostgreSQL's text.</summary>
    public static FieldEncoder For(PgType type, TimePrecision precision = TimePrecision.Millisecond)
    {
        PgType real = type.Underlying;
        if (real.Element is { } element)
            return new ArrayEncoder(For(element, precision));
        return real.Kind switch
        {
            PgTypeKind.Enum => new StringEncoder(),
            PgTypeKind.Range when real.Base is not null && For(real.Base, precision) is { IsBinary: true } end => new RangeEncoder(end),
            PgTypeKind.Multirange when real.Base is { Kind: PgTypeKind.Range } && For(real.Base, precision) is RangeEncoder range => new MultirangeEncoder(range),
            PgTypeKind.Base => OfBaseType(real.Name, precision),
            _ => StringEncoder.OfCast(),
        };
    }

    /// <summary>What to select in the COPY query for a column.</summary>
    /// <param name="quotedColumn">The column, quoted, as <c>t."body"</c>.</param>
    public virtual string Expression(string quotedColumn) => IsBinary ? quotedColumn : quotedColumn + "::" + TextType;

    /// <summary>Writes a value, never NULL, as JSON.</summary>
    public abstract void Write(ReadOnlySpan<byte> field, Utf8Output output);

    /// <summary>Writes a value as the element of an array or the end of a range, which Django makes strings of.</summary>
    public abstract void WriteElement(ReadOnlySpan<byte> field, Utf8Output output);

    /// <summary>Whether the field holds the type's own binary form, not its text.</summary>
    public virtual bool IsBinary => true;

    /// <summary>The type to cast to where there is no binary decoder.</summary>
    public virtual string TextType => "text";

    private static FieldEncoder OfBaseType(string name, TimePrecision precision) => name switch
    {
        "int4" => new PlainEncoder(NumberText.Int4),
        "int8" => new PlainEncoder(NumberText.Int8),
        "int2" => new PlainEncoder(NumberText.Int2),
        "oid" => new PlainEncoder(NumberText.Oid),
        "float8" => new PlainEncoder(NumberText.Float8),
        "float4" => new PlainEncoder(NumberText.Float4),
        "bool" => new PlainEncoder(NumberText.Bool, NumberText.PythonBool),
        "numeric" => new QuotedEncoder(NumericText.Write),
        "text" or "varchar" or "bpchar" or "citext" or "name" => new StringEncoder(),
        "jsonb" => new JsonEncoder(isBinary: true),
        "json" => new JsonEncoder(isBinary: false),
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
