using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Files;

/// <summary>Reads a fixture in JSON: a list, or one object a line.</summary>
/// <remarks>
/// It finds where an object ends by itself, so that one object at a time is parsed, whatever the file's line breaks.
/// </remarks>
internal class JsonFixtureReader(string name, Stream stream, bool isLines, CancellationToken cancellation)
    : FixtureReader(name)
{
    private const int SmallestBuffer = 1 << 18;

    // A row is one line of COPY, which PostgreSQL takes up to this size; a value that is too large is called so first.
    private int LargestObject => LargestValue + (1 << 20);

    // N and I start NaN and Infinity, which Django writes for floats although JSON has no such word.
    private static readonly SearchValues<byte> OutsideString = SearchValues.Create("\"{}[]\nNI"u8);
    private static readonly SearchValues<byte> InsideString = SearchValues.Create("\"\\\n"u8);

    private readonly Utf8Output _rewritten = new();
    private byte[] _buffer = GC.AllocateUninitializedArray<byte>(SmallestBuffer);
    private int _start;
    private int _end;
    private bool _started;
    private bool _isList;

    /// <summary>The line that is read, from 1.</summary>
    protected long Line { get; private set; } = 1;

    /// <inheritdoc/>
    protected override string InvalidId => ErrorIds.InvalidJson;

    /// <inheritdoc/>
    public override bool Read()
    {
        int next = _started ? Peek() : PeekFirst();
        if (!_started)
        {
            _started = true;
            if (next < 0 && !isLines)
                throw Invalid("the file is empty");
            if (next >= 0 && next is not ('[' or '{'))
                throw Invalid(ForeignText.Describe(_buffer.AsSpan(_start, _end - _start)));
            if (next == '[')
            {
                _isList = true;
                _start++;
                next = Peek();
                if (next == ']')
                    return EndList();
            }
        }
        else if (_isList && next == ']')
        {
            return EndList();
        }
        else if (_isList && next == ',')
        {
            _start++;
            next = Peek();
        }
        else if (_isList && next >= 0)
        {
            throw Invalid("a comma or the end of the list was expected");
        }
        if (next < 0)
            return _isList ? throw Invalid("the file ends before its list does: it is incomplete") : false;
        if (next != '{')
            throw Invalid("an object was expected");
        ReadObject();
        return true;
    }

    /// <inheritdoc/>
    public override void Dispose() => stream.Dispose();

    private bool EndList()
    {
        _start++;
        return Peek() < 0 ? false : throw Invalid("something follows the end of the list");
    }

    /// <summary>Reads the object that starts here.</summary>
    protected void ReadObject()
    {
        long line = Line;
        int length = FindEnd(out bool hasBareWords);
        ReadOnlyMemory<byte> bytes = _buffer.AsMemory(_start, length);
        if (!Utf8.IsValid(bytes.Span))
            throw Invalid("the object that starts here is not valid UTF-8", line);
        if (hasBareWords)
            bytes = BareWords.Quote(bytes.Span, _rewritten);
        _start += length;
        try
        {
            if (Current.Take(bytes, line) is { } missing)
                throw Invalid("the object that starts here " + missing, line);
        }
        catch (JsonException e)
        {
            string reason = e.Message.Split(" LineNumber:")[0].TrimEnd('.');
            throw Invalid(reason, line + (e.LineNumber ?? 0), e);
        }
        catch (InvalidOperationException e)
        {
            // Half of a surrogate pair.
            throw Invalid(
                "the model or a field of the object that starts here has a name that is not valid Unicode", line, e);
        }
    }

    /// <summary>Reads the list, object or text that starts here; the bytes hold until the next call.</summary>
    protected ReadOnlyMemory<byte> ReadValue()
    {
        long line = Line;
        int length = FindEnd(out _);
        ReadOnlyMemory<byte> bytes = _buffer.AsMemory(_start, length);
        _start += bytes.Length;
        return Utf8.IsValid(bytes.Span) ? bytes : throw Invalid("what starts here is not valid UTF-8", line);
    }

    /// <summary>Reads the number or the word that starts here.</summary>
    protected string ReadWord()
    {
        StringBuilder word = new();
        for (int next = Peek();
            next is >= '0' and <= '9' or >= 'A' and <= 'Z' or >= 'a' and <= 'z' or '.' or '+' or '-';
            next = _start < _end || Fill() ? _buffer[_start] : -1)
        {
            word.Append((char)next);
            _start++;
        }
        return word.ToString();
    }

    /// <summary>Goes past the byte that was peeked at.</summary>
    protected void Skip() => _start++;

    /// <summary>The file's first byte that is no blank, behind a byte order mark; -1 where there is none.</summary>
    protected int PeekFirst()
    {
        int next = Peek();
        SkipByteOrderMark(ref next);
        return next;
    }

    // The object's length in bytes; counts its lines. Code that is not optimized keeps the buffers that it has left.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int FindEnd(out bool hasBareWords)
    {
        long line = Line;
        int length = 0;
        int depth = 0;
        int stringStart = 0;
        bool inString = false;
        hasBareWords = false;
        do
        {
            ReadOnlySpan<byte> rest = _buffer.AsSpan(_start + length, _end - _start - length);
            int found = rest.IndexOfAny(inString ? InsideString : OutsideString);
            // What a backslash escapes has to be there too.
            if (found < 0 || (rest[found] == '\\' && found + 1 == rest.Length))
            {
                length += found < 0 ? rest.Length : found;
                if (inString && length - stringStart > LargestValue)
                    throw TooLarge(Line);
                if (!Fill())
                    throw Invalid("the file ends within the object that starts here: it is incomplete", line);
                continue;
            }
            length += found + 1;
            switch (rest[found])
            {
                case (byte)'"':
                    (inString, stringStart) = (!inString, length);
                    break;
                case (byte)'\\':
                    length++;
                    break;
                case (byte)'\n':
                    Line++;
                    break;
                case (byte)'{' or (byte)'[':
                    depth++;
                    break;
                case (byte)'}' or (byte)']':
                    depth--;
                    break;
                default:
                    hasBareWords = true;
                    break;
            }
        }
        while (length == 0 || depth > 0 || inString);
        return length;
    }

    /// <summary>The next byte that is no blank; -1 at the end.</summary>
    protected int Peek()
    {
        while (true)
        {
            for (; _start < _end; _start++)
            {
                byte next = _buffer[_start];
                if (next == '\n')
                    Line++;
                else if (next is not ((byte)' ' or (byte)'\t' or (byte)'\r'))
                    return next;
            }
            if (!Fill())
                return -1;
        }
    }

    private void SkipByteOrderMark(ref int next)
    {
        if (next != 0xEF)
            return;
        while (_end - _start < 3 && Fill())
            continue;
        if (!_buffer.AsSpan(_start, _end - _start).StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
            return;
        _start += 3;
        next = Peek();
    }

    // Reads more behind what is there, which moves to the front; false at the end of the file.
    private bool Fill()
    {
        cancellation.ThrowIfCancellationRequested();
        int kept = _end - _start;
        if (kept >= LargestObject)
            throw Invalid($"the object here is larger than {(LargestValue >> 20) + 1} MB, and so is its row, which " +
                "PostgreSQL cannot take");
        if (kept == _buffer.Length)
            LargeBuffer.Grow(ref _buffer, _start, kept, kept + 1L, LargestObject);
        else
        {
            byte[] target = kept < SmallestBuffer / 2 && _buffer.Length > SmallestBuffer * 16
                ? GC.AllocateUninitializedArray<byte>(SmallestBuffer)
                : _buffer;
            if (target != _buffer || _start > 0)
                _buffer.AsSpan(_start, kept).CopyTo(target);
            _buffer = target;
        }
        (_start, _end) = (0, kept);
        try
        {
            int read = stream.Read(_buffer.AsSpan(_end));
            _end += read;
            return read > 0;
        }
        catch (InvalidDataException e)
        {
            throw Damaged(Line, e);
        }
    }

    /// <summary>The failure to throw where the file is not what it should be here.</summary>
    protected DataOpsException Invalid(string what) => Invalid(what, Line);
}
