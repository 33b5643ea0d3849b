using System.Buffers;
using System.Diagnostics;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace DataOps.Cli;

/// <summary>One JSON object a line, with PowerShell's property names.</summary>
internal sealed class JsonLineWriter(ProgressLine progress, Stream output) : ResultWriter(progress, output)
{
    private const int BufferSize = 32 * 1024;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);
    private static readonly JsonWriterOptions s_writing =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly ArrayBufferWriter<byte> _buffer = new(BufferSize);
    private Type? _type;
    private Column[] _columns = [];
    private long _flushed;

    protected override void WriteCore(object item)
    {
        if (item.GetType() != _type)
            (_type, _columns) = (item.GetType(), Column.Of(item.GetType()));
        using (Utf8JsonWriter json = new(_buffer, s_writing))
        {
            json.WriteStartObject();
            foreach (Column column in _columns)
                column.Write(json, item);
            json.WriteEndObject();
        }
        _buffer.Write("\n"u8);
        // A slow operation shows each result at once; a fast one writes in large pieces.
        if (_buffer.WrittenCount >= BufferSize || Stopwatch.GetElapsedTime(_flushed) > s_pause)
            Flush();
    }

    protected override void Flush()
    {
        Send(_buffer.WrittenSpan);
        _buffer.ResetWrittenCount();
        _flushed = Stopwatch.GetTimestamp();
    }
}
