using System.Text;

namespace DataOps.Core.Postgres.Sql;

/// <summary>A script that is read line by line; rows between its statements are read as they are.</summary>
/// <param name="stream">The script, in UTF-8.</param>
internal sealed class ScriptLines(Stream stream) : IDisposable
{
    // No line of a statement is longer; lines of rows may be.
    private const int LongestLine = 1 << 26;
    private const int Block = 1 << 17;

    private static readonly UTF8Encoding s_strict = new(false, throwOnInvalidBytes: true);

    private byte[] _buffer = new byte[Block];
    private int _at;
    private int _end;

    /// <summary>Lines read so far.</summary>
    public int Count { get; private set; }

    /// <summary>The next line with its end; null when there is none.</summary>
    /// <exception cref="InvalidDataException">It is overlong, or not in UTF-8.</exception>
    public string? Next()
    {
        for (int looked = 0; ;)
        {
            int end = _buffer.AsSpan(_at + looked, _end - _at - looked).IndexOf((byte)'\n');
            if (end >= 0)
                return Take(looked + end + 1);
            looked = _end - _at;
            if (looked > LongestLine)
                throw new InvalidDataException($"line {Count + 1} is longer than any of a statement");
            if (!Fill())
                return looked == 0 ? null : Take(looked);
        }
    }

    /// <summary>Reads rows up to the line that ends them, and returns how many they are.</summary>
    /// <param name="take">Gets their bytes, wherever they are cut.</param>
    /// <exception cref="InvalidDataException">Nothing ends them.</exception>
    public long Rows(TakeBytes take)
    {
        long rows = 0;
        for (bool isStart = true; ;)
        {
            if (_at == _end && !Fill())
                throw new InvalidDataException($"the rows before line {Count + 1} do not end");
            if (isStart && _buffer[_at] == '\\' && IsEnd())
                return rows;
            int from = _at;
            do
            {
                int length = _buffer.AsSpan(_at, _end - _at).IndexOf((byte)'\n');
                isStart = length >= 0;
                _at = isStart ? _at + length + 1 : _end;
                rows += isStart ? 1 : 0;
                Count += isStart ? 1 : 0;
            }
            while (_at < _end && !(isStart && _buffer[_at] == '\\'));
            take(_buffer.AsSpan(from, _at - from));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => stream.Dispose();

    private static ReadOnlySpan<byte> Mark => "\\."u8;

    private bool IsEnd()
    {
        while (_end - _at < Mark.Length + 2 && Fill())
            continue;
        ReadOnlySpan<byte> ahead = _buffer.AsSpan(_at, Math.Min(_end - _at, Mark.Length + 2));
        int end = ahead.IndexOf((byte)'\n');
        ReadOnlySpan<byte> line = end < 0 ? ahead : ahead[..end];
        if (!line.StartsWith(Mark) || line[Mark.Length..] is not ([] or [(byte)'\r']))
            return false;
        _at += end < 0 ? line.Length : end + 1;
        Count++;
        return true;
    }

    private string Take(int length)
    {
        Count++;
        try
        {
            string line = s_strict.GetString(_buffer, _at, length);
            _at += length;
            return line;
        }
        catch (DecoderFallbackException e)
        {
            throw new InvalidDataException($"line {Count} is not in UTF-8", e);
        }
    }

    private bool Fill()
    {
        _buffer.AsSpan(_at, _end - _at).CopyTo(_buffer);
        (_at, _end) = (0, _end - _at);
        if (_end == _buffer.Length)
            Array.Resize(ref _buffer, 2 * _buffer.Length);
        int read = stream.Read(_buffer.AsSpan(_end));
        _end += read;
        return read > 0;
    }

    /// <summary>Gets some bytes.</summary>
    public delegate void TakeBytes(ReadOnlySpan<byte> bytes);
}
