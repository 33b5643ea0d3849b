using System.Buffers;
using DataOps.Core.Postgres.Sql;
using Npgsql;

namespace DataOps.Core.Postgres.Copy;

/// <summary>Writes rows into a table by text COPY, in constant memory.</summary>
/// <remarks>
/// Nothing is kept unless <see cref="Complete"/> is called: Npgsql takes the end of its stream for success, so disposing this cancels instead.
/// A row goes out whole, so it can be taken back until <see cref="EndRow"/>.
/// </remarks>
internal sealed class CopyWriter : IDisposable
{
    private const int SendAt = 1 << 17;
    private const int LargestKept = 1 << 24;

    private static readonly SearchValues<byte> Escaped = SearchValues.Create("\\\n\r\t"u8);

    private readonly NpgsqlRawCopyStream _stream;
    private readonly CancellationToken _cancellation;
    private byte[] _buffer = GC.AllocateUninitializedArray<byte>(SendAt * 2);
    private int _used;
    private int _row;
    private bool _inRow;
    private long _rows;
    private bool _ended;

    /// <summary>Starts writing.</summary>
    /// <param name="connection">An open connection, in a transaction or not; nothing else can use it until this is disposed.</param>
    /// <param name="table">The table's name.</param>
    /// <param name="columns">Names of the columns in the order in which their fields will come; not quoted.</param>
    /// <param name="cancellation">Stops before the next row.</param>
    /// <exception cref="NpgsqlException">The server refused it, or the connection broke.</exception>
    public CopyWriter(NpgsqlConnection connection, SqlText table, IEnumerable<string> columns, CancellationToken cancellation)
    {
        SqlText copy = $"copy {table} ({SqlText.Identifiers(columns)}) from stdin";
        _cancellation = cancellation;
        _stream = (NpgsqlRawCopyStream)((StreamWriter)connection.BeginTextImportAsync(copy.ToString(), cancellation).GetAwaiter().GetResult()).BaseStream;
    }

    /// <summary>Rows ended so far.</summary>
    public long Rows => _rows;

    /// <summary>Writes a field's text, whatever it holds.</summary>
    public void WriteField(ReadOnlySpan<byte> utf8)
    {
        StartField();
        int special;
        while ((special = utf8.IndexOfAny(Escaped)) >= 0)
        {
            Append(utf8[..special]);
            Append(utf8[special] switch { (byte)'\n' => "\\n"u8, (byte)'\r' => "\\r"u8, (byte)'\t' => "\\t"u8, _ => "\\\\"u8 });
            utf8 = utf8[(special + 1)..];
        }
        Append(utf8);
    }

    /// <summary>Writes a field whose text holds no backslash, tab or line end, or is escaped for COPY already.</summary>
    public void WriteRaw(ReadOnlySpan<byte> escaped)
    {
        StartField();
        Append(escaped);
    }

    /// <summary>Writes NULL.</summary>
    public void WriteNull() => WriteRaw("\\N"u8);

    /// <summary>Ends the row.</summary>
    /// <exception cref="OperationCanceledException">The caller has cancelled.</exception>
    /// <exception cref="NpgsqlException">The connection broke.</exception>
    public void EndRow()
    {
        Append("\n"u8);
        _rows++;
        (_row, _inRow) = (_used, false);
        if (_used >= SendAt)
            Send();
    }

    /// <summary>Takes back what was written of the current row.</summary>
    public void DiscardRow() => (_used, _inRow) = (_row, false);

    /// <summary>Sends the rest, waits until the server has taken all rows, and returns their number.</summary>
    /// <exception cref="OperationCanceledException">The caller has cancelled.</exception>
    /// <exception cref="PostgresException">The server refused a row; none was written.</exception>
    public long Complete()
    {
        if (_inRow)
            throw new InvalidOperationException("The last row was not ended.");
        Send();
        _ended = true;
        _stream.Dispose();
        return _rows;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_ended)
            return;
        _ended = true;
        try
        {
            _stream.Cancel();
        }
        catch (Exception e) when (e is ObjectDisposedException or PostgresException)
        {
            // The connection broke or the server had refused a row already: nothing is kept, as wanted.
            _used = 0;
        }
    }

    private void StartField()
    {
        if (_inRow)
            Append("\t"u8);
        _inRow = true;
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > _buffer.Length - _used)
            Array.Resize(ref _buffer, (int)Math.Min(Math.Max(2L * _buffer.Length, (long)_used + bytes.Length), Array.MaxLength));
        bytes.CopyTo(_buffer.AsSpan(_used));
        _used += bytes.Length;
    }

    private void Send()
    {
        _cancellation.ThrowIfCancellationRequested();
        _stream.Write(_buffer.AsSpan(0, _used));
        (_used, _row) = (0, 0);
        if (_buffer.Length > LargestKept)
            _buffer = GC.AllocateUninitializedArray<byte>(SendAt * 2);
    }
}
