using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace DataOps.Core.Postgres.Copy;

/// <summary>UTF-8 output to a stream through one large buffer, or into memory when there is no stream.</summary>
/// <remarks>Nothing reaches the stream for certain before <see cref="Flush"/>.</remarks>
internal sealed class Utf8Output
{
    private const int StreamBuffer = 1 << 18;
    private const int MemoryBuffer = 1 << 10;
    private const int LargestKept = 1 << 20;

    // A value of PostgreSQL's largest size, and what stands around it.
    private const int Value = (1 << 30) + (1 << 20);

    // What json.dumps(ensure_ascii=False) escapes, and what json.dumps() leaves alone.
    private static readonly SearchValues<byte> Escaped = SearchValues.Create(
        [.. Enumerable.Range(0, 32).Select(i => (byte)i), (byte)'"', (byte)'\\']);
    internal static readonly SearchValues<byte> PlainAscii =
        SearchValues.Create(
            [.. Enumerable.Range(32, 95).Select(i => (byte)i).Where(b => b is not ((byte)'"' or (byte)'\\'))]);

    private readonly Stream? _stream;
    private byte[] _buffer;
    private int _used;
    private long _flushed;

    /// <summary>Output to a stream, which stays the caller's.</summary>
    public Utf8Output(Stream stream) =>
        (_stream, _buffer) = (stream, GC.AllocateUninitializedArray<byte>(StreamBuffer));

    /// <summary>Output into memory: see <see cref="Written"/>.</summary>
    public Utf8Output() => _buffer = [];

    /// <summary>Bytes written so far.</summary>
    public long Position => _flushed + _used;

    /// <summary>What was written into memory; valid until the next write.</summary>
    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _used);

    /// <summary>What was written into memory; valid until the next write.</summary>
    public ReadOnlyMemory<byte> WrittenMemory => _buffer.AsMemory(0, _used);

    /// <summary>Forgets what was written into memory behind a place.</summary>
    public void CutTo(int length) => _used = length;

    /// <summary>Forgets what was written into memory; keeps the memory unless it is much.</summary>
    public void Clear()
    {
        _used = 0;
        if (_buffer.Length > LargestKept)
            LargeBuffer.Release(ref _buffer);
    }

    /// <summary>Writes bytes as they are.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > _buffer.Length - _used)
        {
            if (_stream is not null && bytes.Length >= _buffer.Length)
            {
                FlushBuffer();
                _stream.Write(bytes);
                _flushed += bytes.Length;
                return;
            }
            Reserve(bytes.Length);
        }
        bytes.CopyTo(_buffer.AsSpan(_used));
        _used += bytes.Length;
    }

    /// <summary>Writes one byte.</summary>
    public void WriteByte(byte value)
    {
        if (_used == _buffer.Length)
            Reserve(1);
        _buffer[_used++] = value;
    }

    /// <summary>Writes a whole number.</summary>
    public void WriteInteger(long value)
    {
        Span<byte> space = Reserve(20);
        _ = Utf8Formatter.TryFormat(value, space, out int length);
        _used += length;
    }

    /// <summary>Writes a whole number with leading zeros.</summary>
    public void WriteInteger(int value, int digits)
    {
        Span<byte> space = Reserve(11);
        _ = Utf8Formatter.TryFormat(value, space, out int length, new StandardFormat('D', (byte)digits));
        _used += length;
    }

    /// <summary>Writes a text as UTF-8.</summary>
    public void WriteText(string text)
    {
        Span<byte> space = Reserve(Encoding.UTF8.GetMaxByteCount(text.Length));
        _used += Encoding.UTF8.GetBytes(text, space);
    }

    /// <summary>Writes a JSON string as Python's <c>json.dumps(ensure_ascii=False)</c> does.</summary>
    public void WriteJsonString(ReadOnlySpan<byte> utf8)
    {
        WriteByte((byte)'"');
        WriteJsonCharacters(utf8);
        WriteByte((byte)'"');
    }

    /// <summary>Writes the inside of a JSON string, so that a string can be written in parts.</summary>
    public void WriteJsonCharacters(ReadOnlySpan<byte> utf8)
    {
        int special;
        while ((special = utf8.IndexOfAny(Escaped)) >= 0)
        {
            Write(utf8[..special]);
            WriteEscape(utf8[special]);
            utf8 = utf8[(special + 1)..];
        }
        Write(utf8);
    }

    /// <summary>
    /// Writes a JSON string as Python's <c>json.dumps()</c> does: everything outside printable ASCII escaped.
    /// </summary>
    public void WriteAsciiJsonString(ReadOnlySpan<byte> utf8)
    {
        WriteByte((byte)'"');
        WriteAscii(utf8, PlainAscii);
        WriteByte((byte)'"');
    }

    /// <summary>Writes a text with every character escaped that is not in the set.</summary>
    public void WriteAscii(ReadOnlySpan<byte> utf8, SearchValues<byte> plain)
    {
        int special;
        while ((special = utf8.IndexOfAnyExcept(plain)) >= 0)
        {
            Write(utf8[..special]);
            utf8 = utf8[special..];
            utf8 = utf8[WriteAsciiEscape(utf8)..];
        }
        Write(utf8);
    }

    /// <summary>
    /// Writes the escape, or the two of a pair, of the character at the start; returns how many bytes it took.
    /// </summary>
    /// <param name="utf8">A text that starts with a character to escape.</param>
    /// <param name="escapeBackslash">Whether the escape stands in a string itself, which doubles its backslash.</param>
    /// <exception cref="InvalidDataException">The text is not UTF-8.</exception>
    public int WriteAsciiEscape(ReadOnlySpan<byte> utf8, bool escapeBackslash = false)
    {
        if (utf8[0] < 0x80)
        {
            if (escapeBackslash)
                WriteByte((byte)'\\');
            WriteEscape(utf8[0]);
            return 1;
        }
        if (Rune.DecodeFromUtf8(utf8, out Rune rune, out int length) != OperationStatus.Done)
            throw new InvalidDataException("A text of the database is not valid UTF-8.");
        Span<char> units = stackalloc char[2];
        foreach (char unit in units[..rune.EncodeToUtf16(units)])
        {
            if (escapeBackslash)
                WriteByte((byte)'\\');
            WriteUnicodeEscape(unit);
        }
        return length;
    }

    /// <summary>Writes bytes as two small hexadecimal digits each.</summary>
    public void WriteHex(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> digits = "0123456789abcdef"u8;
        Span<byte> hex = Reserve(bytes.Length * 2);
        for (int i = 0; i < bytes.Length; i++)
            (hex[2 * i], hex[2 * i + 1]) = (digits[bytes[i] >> 4], digits[bytes[i] & 0xF]);
        _used += bytes.Length * 2;
    }

    /// <summary>Hands everything to the stream, and flushes the stream.</summary>
    public void Flush()
    {
        FlushBuffer();
        _stream?.Flush();
    }

    /// <summary>Room for at least this many bytes; <see cref="Advance"/> says how many were used.</summary>
    public Span<byte> Reserve(int length)
    {
        if (_buffer.Length - _used < length)
        {
            FlushBuffer();
            if (_buffer.Length - _used < length)
                Grow(length);
        }
        return _buffer.AsSpan(_used);
    }

    /// <summary>Counts bytes put into <see cref="Reserve"/>'s room.</summary>
    public void Advance(int length) => _used += length;

    private void Grow(int length)
    {
        long needed = Math.Max((long)_used + length, MemoryBuffer);
        LargeBuffer.Grow(ref _buffer, 0, _used, needed, needed <= Value ? Value : Array.MaxLength);
    }

    private void FlushBuffer()
    {
        if (_stream is null || _used == 0)
            return;
        _stream.Write(_buffer, 0, _used);
        _flushed += _used;
        _used = 0;
    }

    private void WriteEscape(byte value)
    {
        ReadOnlySpan<byte> escape = value switch
        {
            (byte)'"' => "\\\""u8,
            (byte)'\\' => "\\\\"u8,
            (byte)'\n' => "\\n"u8,
            (byte)'\r' => "\\r"u8,
            (byte)'\t' => "\\t"u8,
            (byte)'\b' => "\\b"u8,
            (byte)'\f' => "\\f"u8,
            _ => [],
        };
        if (escape.IsEmpty)
            WriteUnicodeEscape((char)value);
        else
            Write(escape);
    }

    private void WriteUnicodeEscape(char unit)
    {
        Write("\\u"u8);
        WriteHex([(byte)(unit >> 8), (byte)unit]);
    }
}
