using System.Buffers;
using System.Buffers.Text;
using DataOps.Core.Kernel;
using DataOps.Core.Postgres.Connections;
using DataOps.Core.Postgres.Copy;
using DataOps.Core.Postgres.Sql;
using Npgsql;

namespace DataOps.Core.Features.Datasets.Import;

/// <summary>Rows on their way into a staging table: a file may change its model with every object, and a connection runs one COPY at a time.</summary>
internal sealed class StagingBuffer(string table, IReadOnlyList<string> columns)
{
    private static readonly SearchValues<byte> Escaped = SearchValues.Create("\\\n\r\t"u8);

    private readonly List<long> _lines = [];
    private byte[] _bytes = [];
    private int _used;
    private int _row;

    /// <summary>The staging table, qualified and quoted.</summary>
    public string Table => table;

    /// <summary>Bytes that wait.</summary>
    public int Waiting => _used;

    /// <summary>Rows ended so far, those sent included.</summary>
    public long Rows { get; private set; }

    /// <summary>Adds a field's text, whatever it holds.</summary>
    public void Add(ReadOnlySpan<byte> text)
    {
        Span<byte> room = Reserve(2 * text.Length + 1);
        int used = 0;
        int special;
        while ((special = text.IndexOfAny(Escaped)) >= 0)
        {
            text[..special].CopyTo(room[used..]);
            used += special;
            room[used++] = (byte)'\\';
            room[used++] = text[special] switch { (byte)'\n' => (byte)'n', (byte)'\r' => (byte)'r', (byte)'\t' => (byte)'t', _ => (byte)'\\' };
            text = text[(special + 1)..];
        }
        text.CopyTo(room[used..]);
        used += text.Length;
        room[used++] = (byte)'\t';
        _used += used;
    }

    /// <summary>Adds a whole number.</summary>
    public void Add(long number)
    {
        Span<byte> room = Reserve(21);
        _ = Utf8Formatter.TryFormat(number, room, out int length);
        room[length] = (byte)'\t';
        _used += length + 1;
    }

    /// <summary>Adds NULL.</summary>
    public void AddNull()
    {
        "\\N\t"u8.CopyTo(Reserve(3));
        _used += 3;
    }

    /// <summary>Ends the row, which came from this line of the file.</summary>
    public void EndRow(long line)
    {
        _bytes[_used - 1] = (byte)'\n';
        _row = _used;
        _lines.Add(line);
        Rows++;
    }

    /// <summary>Takes back what was added of the current row.</summary>
    public void DiscardRow() => _used = _row;

    /// <summary>Sends what waits.</summary>
    /// <exception cref="StagingException">PostgreSQL refuses a value.</exception>
    /// <exception cref="DataOpsException">The server or the network failed.</exception>
    public void Flush(Session session, CancellationToken cancellation)
    {
        if (_row == 0)
            return;
        try
        {
            using CopyWriter writer = new(session.Connection, SqlText.Raw(table), columns, cancellation);
            writer.WriteRaw(_bytes.AsSpan(0, _row - 1));
            writer.EndRow();
            writer.Complete();
        }
        catch (PostgresException e) when (e.Where is not null && e.SqlState[..2] is "22" or "23" or "54")
        {
            throw new StagingException(e, LineOf(e.Where));
        }
        catch (Exception e) when (PostgresFailure.Translate(e, session.Settings, cancellation) is { } failure)
        {
            throw failure;
        }
        Clear();
    }

    /// <summary>Forgets what waits.</summary>
    public void Clear()
    {
        (_used, _row) = (0, 0);
        _lines.Clear();
        if (_bytes.Length > 1 << 22)
            _bytes = [];
    }

    // "COPY import_1, line 5, column slug: …": a row is one line of the COPY, as line breaks inside values are escaped.
    private long? LineOf(string where)
    {
        int at = where.IndexOf(", line ", StringComparison.Ordinal);
        if (at < 0)
            return null;
        string digits = string.Concat(where[(at + 7)..].TakeWhile(char.IsAsciiDigit));
        return int.TryParse(digits, out int row) && row >= 1 && row <= _lines.Count ? _lines[row - 1] : null;
    }

    private Span<byte> Reserve(int length)
    {
        if (length > _bytes.Length - _used)
            Array.Resize(ref _bytes, (int)Math.Min(Math.Max(Math.Max(1 << 12, 2L * _bytes.Length), (long)_used + length), Array.MaxLength));
        return _bytes.AsSpan(_used);
    }
}

/// <summary>PostgreSQL refused a value that the decoders let pass.</summary>
internal sealed class StagingException(PostgresException cause, long? line) : Exception(cause.Message, cause)
{
    /// <summary>What PostgreSQL said.</summary>
    public PostgresException Cause => cause;

    /// <summary>The file's line; null when PostgreSQL did not say which row it was.</summary>
    public long? Line => line;
}
