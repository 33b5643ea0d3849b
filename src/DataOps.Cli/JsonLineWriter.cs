using System.Buffers;
using System.Diagnostics;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace DataOps.Cli;

/// <summary>One JSON object a line, with PowerShell's property names; enumerations by name.</summary>
internal sealed class JsonLineWriter(ProgressLine progress, Stream output) : ResultWriter(progress, output)
{
    private const int BufferSize = 32 * 1024;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);
    private static readonly JsonWriterOptions s_writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonSerializerOptions s_options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter() },
    };

    private readonly ArrayBufferWriter<byte> _buffer = new(BufferSize);
    private long _flushed;

    protected override void WriteCore(object item)
    {
        using (Utf8JsonWriter json = new(_buffer, s_writing))
            JsonSerializer.Serialize(json, item, item.GetType(), s_options);
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
