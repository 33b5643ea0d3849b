using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Django.Values;

/// <summary>Tells whether a fixture gives a value back exactly; elements of arrays and ends of ranges are written otherwise than values of a column.</summary>
internal delegate Loss InexactRule(ReadOnlySpan<byte> field, bool isElement);

/// <summary>Writes as another encoder does, and counts what is not exact.</summary>
internal sealed class CountingEncoder : PgToJson
{
    private readonly PgToJson _encoder;
    private readonly InexactRule _rule;
    private readonly LossCount _field;

    public CountingEncoder(PgToJson encoder, InexactRule rule, LossCount field)
    {
        (_encoder, _rule, _field) = (encoder, rule, field);
        Casts = encoder.Casts;
    }

    public override void Write(ReadOnlySpan<byte> field, Utf8Output output)
    {
        _field.Add(_rule(field, isElement: false));
        _encoder.Write(field, output);
    }

    public override void WriteElement(ReadOnlySpan<byte> field, Utf8Output output)
    {
        _field.Add(_rule(field, isElement: true));
        _encoder.WriteElement(field, output);
    }
}
