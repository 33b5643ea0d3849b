namespace DataOps.Core.Rows;

/// <summary>Text, and every type that is selected as text because there is no binary decoder for it.</summary>
internal sealed class StringEncoder : FieldEncoder
{
    private readonly bool _cast;

    public StringEncoder() : this(false)
    {
    }

    private StringEncoder(bool cast) => _cast = cast;

    /// <summary>For a type that the query casts to text.</summary>
    public static StringEncoder OfCast() => new(true);

    public override bool IsBinary => !_cast;

    public override void Write(ReadOnlySpan<byte> field, Utf8Output output) => output.WriteJsonString(field);

    public override void WriteElement(ReadOnlySpan<byte> field, Utf8Output output) => output.WriteAsciiJsonString(field);
}
