using System.Buffers.Binary;
using Npgsql;

namespace DataOps.Core.Postgres.Copy;

/// <summary>Reads the rows of a query by binary COPY, in constant memory.</summary>
/// <remarks>
/// Whoever stops early, by disposing or by the token, ends the query on the server at once; the connection stays
/// usable.
/// </remarks>
internal sealed class CopyReader : IDisposable
{
    private const int HeaderLength = 19;
    private const int InitialBuffer = 1 << 16;
    private const int LargestKept = 1 << 24;

    private readonly CopyOutput _stream;
    private readonly CancellationToken _cancellation;
    private readonly CancellationTokenRegistration _stop;
    private byte[] _buffer = GC.AllocateUninitializedArray<byte>(InitialBuffer);
    private int _row;
    private int _next;
    private int _end;
    private int[] _offsets = [];
    private int[] _lengths = [];
    private bool _started;
    private bool _ended;

    /// <summary>Starts the query.</summary>
    /// <param name="connection">An open connection, in a transaction or not; nothing else can use it until this is
    /// disposed.</param>
    /// <param name="query">The query; its values become literals, as COPY takes no parameters.</param>
    /// <param name="cancellation">Cancels the query on the server.</param>
    /// <exception cref="NpgsqlException">The server refused the query, or the connection broke.</exception>
    public CopyReader(NpgsqlConnection connection, SqlText query, CancellationToken cancellation)
    {
        // The asynchronous form is the one that can be cancelled while the query waits for a lock.
        SqlText copy = $"copy ({query}) to stdout (format binary)";
        connection.Tell(copy);
        _stream = new(connection.BeginRawBinaryCopyAsync(copy.ToString(), cancellation).GetAwaiter().GetResult());
        _cancellation = cancellation;
        _stop = cancellation.Register(CancelQuery);
    }

    /// <summary>
    /// The binary value of a field of the current row; valid until the next <see cref="Read"/>, empty when NULL.
    /// </summary>
    public ReadOnlySpan<byte> this[int i] => new(_buffer, _row + _offsets[i], Math.Max(_lengths[i], 0));

    /// <summary>Whether a field of the current row is NULL.</summary>
    public bool IsNull(int i) => _lengths[i] < 0;

    /// <summary>Moves to the next row.</summary>
    /// <exception cref="OperationCanceledException">The caller has cancelled.</exception>
    /// <exception cref="NpgsqlException">The query failed, or the connection broke.</exception>
    public bool Read()
    {
        if (!_started)
            SkipHeader();
        if (_ended)
            return false;
        _row = _next;
        if (_row == _end)
        {
            (_row, _next, _end) = (0, 0, 0);
            if (_buffer.Length > LargestKept)
                _buffer = GC.AllocateUninitializedArray<byte>(LargestKept);
        }
        while (!TryParseRow())
            Fill();
        return !_ended;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Dispose();
        // Disposing the stream reads what is left of the result; cancelled first, that is what is already on its way.
        CancelQuery();
        _stream.Dispose();
    }

    private void CancelQuery()
    {
        if (_ended)
            return;
        try
        {
            _stream.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The query failed while the caller was cancelling, and the stream ended with it.
            _ended = true;
        }
    }

    private void SkipHeader()
    {
        while (_end < HeaderLength)
            Fill();
        // The header's last four bytes say how much of an extension follows; PostgreSQL has none, and may have one day.
        int header = HeaderLength + BinaryPrimitives.ReadInt32BigEndian(_buffer.AsSpan(HeaderLength - 4));
        while (_end < header)
            Fill();
        (_next, _started) = (header, true);
    }

    private bool TryParseRow()
    {
        ReadOnlySpan<byte> data = new(_buffer, _row, _end - _row);
        if (!BinaryPrimitives.TryReadInt16BigEndian(data, out short fields))
            return false;
        if (fields < 0)
        {
            ReadToEnd();
            return true;
        }
        if (fields != _offsets.Length)
            (_offsets, _lengths) = (new int[fields], new int[fields]);
        int position = sizeof(short);
        int[] offsets = _offsets;
        int[] lengths = _lengths;
        for (int i = 0; i < offsets.Length && i < lengths.Length; i++)
        {
            if (!BinaryPrimitives.TryReadInt32BigEndian(data[position..], out int length))
                return false;
            position += sizeof(int);
            (offsets[i], lengths[i]) = (position, length);
            if (length <= 0)
                continue;
            if (length > data.Length - position)
            {
                MakeRoom(position + length);
                return false;
            }
            position += length;
        }
        _next = _row + position;
        return true;
    }

    // The trailer is not the end of the protocol: the server's CopyDone follows, or an error.
    private void ReadToEnd()
    {
        _ended = true;
        while (Receive(_buffer) > 0)
            continue;
    }

    private void Fill()
    {
        if (_end == _buffer.Length)
            MakeRoom(_end - _row + 1);
        int read = Receive(_buffer.AsSpan(_end));
        if (read == 0)
            throw new EndOfStreamException("The server ended COPY in the middle of a row.");
        _end += read;
    }

    private int Receive(Span<byte> space)
    {
        try
        {
            return _stream.Read(space);
        }
        catch (NpgsqlException e)
        {
            _ended = true;
            // Npgsql calls the answer to a cancellation a timeout.
            if (_cancellation.IsCancellationRequested)
                throw new OperationCanceledException("The query was cancelled.", e, _cancellation);
            throw;
        }
    }

    // Makes the buffer hold the current row's first bytes, moving them to its front where that is enough.
    private void MakeRoom(int rowLength)
    {
        if (_buffer.Length - _row >= rowLength)
            return;
        byte[] source = _buffer;
        if (source.Length < rowLength)
            _buffer = GC.AllocateUninitializedArray<byte>(
                (int)Math.Min(Math.Max(2L * source.Length, rowLength), Array.MaxLength));
        source.AsSpan(_row, _end - _row).CopyTo(_buffer);
        (_row, _next, _end) = (0, 0, _end - _row);
    }
}
