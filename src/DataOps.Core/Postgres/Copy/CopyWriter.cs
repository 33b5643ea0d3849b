using System.Buffers;
using System.Buffers.Text;
using Npgsql;

namespace DataOps.Core.Postgres.Copy;

/// <summary>Rows in the text form of COPY, which wait in memory until they are sent.</summary>
/// <remarks>A connection runs one COPY at a time, so that rows for several tables wait side by side.</remarks>
/// <param name="table">The table.</param>
/// <param name="columns">Names of the columns in the order of a row's fields; not quoted.</param>
internal class CopyWriter(SqlText table, IReadOnlyList<string> columns)
{
    private const int FirstBuffer = 1 << 12;
    private const int LargestKept = 1 << 22;

    private static readonly SearchValues<byte> Escaped = SearchValues.Create("\\\n\r\t"u8);

    private byte[] _bytes = [];
    private int _used;
    private int _row;

    /// <summary>The table.</summary>
    public SqlText Table => table;

    /// <summary>Bytes that wait.</summary>
    public int Waiting => _used;

    /// <summary>Rows ended so far, those sent included.</summary>
    public long Rows { get; private set; }

    /// <summary>Adds a field's text, whatever it holds.</summary>
    public void Add(ReadOnlySpan<byte> text)
    {
        Span<byte> room = Reserve(text.Length + (text.Length < LargestKept ? text.Length : EscapesIn(text)) + 1);
        int used = 0;
        int special;
        while ((special = text.IndexOfAny(Escaped)) >= 0)
        {
            text[..special].CopyTo(room[used..]);
            used += special;
            room[used++] = (byte)'\\';
            room[used++] = text[special] switch
            {
                (byte)'\n' => (byte)'n',
                (byte)'\r' => (byte)'r',
                (byte)'\t' => (byte)'t',
                _ => (byte)'\\',
            };
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

    /// <summary>Ends the row.</summary>
    public void EndRow()
    {
        _bytes[_used - 1] = (byte)'\n';
        _row = _used;
        Rows++;
    }

    /// <summary>Discards what was added of the current row.</summary>
    public void DiscardRow() => _used = _row;

    /// <summary>Discards the rows that wait.</summary>
    public virtual void Clear()
    {
        (_used, _row) = (0, 0);
        if (_bytes.Length > LargestKept)
            _bytes = [];
    }

    /// <summary>
    /// Sends the rows that wait, and returns when the server has taken all of them; none is kept when it refuses one.
    /// </summary>
    /// <param name="connection">An open connection, in a transaction or not.</param>
    /// <param name="cancellation">Stops before the rows are sent.</param>
    /// <exception cref="OperationCanceledException">The caller has cancelled.</exception>
    /// <exception cref="PostgresException">The server refused a row.</exception>
    /// <exception cref="NpgsqlException">The connection broke.</exception>
    public void Send(NpgsqlConnection connection, CancellationToken cancellation)
    {
        if (_row == 0)
            return;
        // A COPY that is cancelled while it begins may take the connection with it.
        cancellation.ThrowIfCancellationRequested();
        SqlText copy = $"copy {table} ({SqlText.Identifiers(columns)}) from stdin";
        NpgsqlRawCopyStream stream = connection.BeginCopy(copy, cancellation);
        try
        {
            cancellation.ThrowIfCancellationRequested();
            stream.Write(_bytes.AsSpan(0, _row));
        }
        catch
        {
            stream.Abandon();
            throw;
        }
        stream.Dispose();
        Clear();
    }

    // Of a large text no more room is taken than it needs.
    private static int EscapesIn(ReadOnlySpan<byte> text)
    {
        int count = 0;
        for (int at; (at = text.IndexOfAny(Escaped)) >= 0; text = text[(at + 1)..])
            count++;
        return count;
    }

    private Span<byte> Reserve(int length)
    {
        if (length > _bytes.Length - _used)
            Array.Resize(
                ref _bytes,
                (int)Math.Min(
                    Math.Max(Math.Max(FirstBuffer, 2L * _bytes.Length), (long)_used + length), Array.MaxLength));
        return _bytes.AsSpan(_used);
    }
}
