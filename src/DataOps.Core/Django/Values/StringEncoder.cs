using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Django.Values;

/// <summary>Text, and every type that is selected as text because there is no binary decoder for it.</summary>
internal sealed class StringEncoder : PgToJson
{
    /// <summary>For a type that the query casts to text.</summary>
    public static StringEncoder OfCast() => new() { Casts = ["text"] };

    public override void Write(ReadOnlySpan<byte> field, Utf8Output output) => output.WriteJsonString(field);

    public override void WriteElement(ReadOnlySpan<byte> field, Utf8Output output) => output.WriteAsciiJsonString(field);
}
