namespace DataOps.Core.Rows;

/// <summary>Tells whether a fixture gives a value back exactly; elements of arrays and ends of ranges are written otherwise than values of a column.</summary>
internal delegate Inexactness InexactRule(ReadOnlySpan<byte> field, bool isElement);

/// <summary>Writes as another encoder does, and counts what is not exact.</summary>
internal sealed class CountingEncoder : FieldEncoder
{
    private readonly FieldEncoder _encoder;
    private readonly InexactRule _rule;
    private readonly InexactField _field;

    public CountingEncoder(FieldEncoder encoder, InexactRule rule, InexactField field)
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
