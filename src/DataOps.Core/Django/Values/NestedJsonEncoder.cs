using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Django.Values;

/// <summary>A type that Django writes as a JSON text inside a string, made with Python's <c>json.dumps()</c>: arrays, hstore, ranges.</summary>
internal abstract class NestedJsonEncoder : PgToJson
{
    private readonly Utf8Output _text = new();

    public override void Write(ReadOnlySpan<byte> field, Utf8Output output)
    {
        _text.Clear();
        WriteText(field, _text);
        output.WriteJsonString(_text.Written);
    }

    public override void WriteElement(ReadOnlySpan<byte> field, Utf8Output output) => Write(field, output);

    /// <summary>Writes the JSON text itself, ASCII only.</summary>
    protected abstract void WriteText(ReadOnlySpan<byte> field, Utf8Output text);
}
