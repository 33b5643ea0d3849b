using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Django.Values;

/// <summary>A value of a Wagtail StreamField: a JSON text inside a string, with ASCII escapes inside as Python's <c>json.dumps()</c> makes them.</summary>
/// <param name="isBinary">Whether the column is jsonb, and not json.</param>
/// <param name="otherwise">Writes what holds no blocks, which a reader would take for a string; null to write that as a text too.</param>
/// <param name="inexact">Counts texts without blocks.</param>
internal sealed class StreamFieldEncoder(bool isBinary = true, PgToJson? otherwise = null, LossCount? inexact = null) : PgToJson
{
    private readonly Utf8Output _numbers = new();

    public override void Write(ReadOnlySpan<byte> field, Utf8Output output)
    {
        ReadOnlySpan<byte> json = isBinary ? JsonNumbers.AsPython(JsonText.OfBinary(field), _numbers) : field;
        bool holdsBlocks = StreamValue.Is(json);
        if (!holdsBlocks && otherwise is not null)
        {
            otherwise.Write(field, output);
            return;
        }
        inexact?.Add(holdsBlocks ? Loss.None : Loss.NoBlocks);
        JsonText.WriteAsciiString(json, output);
    }

    public override void WriteElement(ReadOnlySpan<byte> field, Utf8Output output) => Write(field, output);
}
