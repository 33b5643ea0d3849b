using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using DataOps.Core.Changes.Batches;
using DataOps.Core.Postgres.Copy;
using Npgsql;

namespace DataOps.Core.Changes.UndoFiles;

/// <summary>Writes an undo file: beside its place first, and put there when it is whole and on the disk.</summary>
/// <remarks>Only its owner can read it: it holds what the rows held.</remarks>
internal sealed class UndoFileWriter : IDisposable
{
    private const int BufferSize = 1 << 16;

    private readonly UndoPlace _place;
    private readonly string _unfinished;
    private readonly FileStream _file;
    private readonly GZipStream _gzip;
    private readonly IncrementalHash _digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Starts a file.</summary>
    /// <param name="place">Where it will be; not there yet.</param>
    /// <param name="header">Its first line.</param>
    /// <exception cref="IOException">It cannot be written there.</exception>
    public UndoFileWriter(UndoPlace place, UndoHeader header)
    {
        _place = place;
        _unfinished = place.NewUnfinished();
        _file = PrivateFile.Create(_unfinished);
        _gzip = new GZipStream(_file, CompressionLevel.Fastest, leaveOpen: true);
        try
        {
            Write([.. JsonSerializer.SerializeToUtf8Bytes(header, UndoJson.Default.UndoHeader), (byte)'\n']);
        }
        catch (IOException)
        {
            // Nobody has it yet to dispose it.
            Dispose();
            throw;
        }
    }

    /// <summary>Lines written between the first and the last.</summary>
    public long Rows { get; private set; }

    /// <summary>Writes what a query returns, a line a row, as COPY writes it.</summary>
    /// <exception cref="NpgsqlException">The query failed, or the connection broke.</exception>
    public void Copy(Session session, SqlText query, CancellationToken cancellation)
    {
        using CopyOutput rows =
            session.Connection.BeginCopyOut($"copy ({query}) to stdout", cancellation);
        byte[] buffer = GC.AllocateUninitializedArray<byte>(BufferSize);
        try
        {
            for (int read; (read =
                rows.Read(buffer, 0, buffer.Length)) > 0; cancellation.ThrowIfCancellationRequested())
            {
                // COPY writes a line end inside a value as \n: the byte itself ends a row.
                Rows += buffer.AsSpan(0, read).Count((byte)'\n');
                Write(buffer.AsSpan(0, read));
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // Disposing reads the rest of the result unless the query ends first.
            rows.Cancel();
            throw;
        }
    }

    /// <summary>
    /// Writes the last line, waits until all is on the disk, and puts the file in its place: behind the batches of a
    /// run, if it is one of them.
    /// </summary>
    public void Complete(UndoBatches? batches)
    {
        UndoFooter footer = new(Rows, Convert.ToHexString(_digest.GetHashAndReset()));
        _gzip.Write([.. JsonSerializer.SerializeToUtf8Bytes(footer, UndoJson.Default.UndoFooter), (byte)'\n']);
        _gzip.Dispose();
        _file.Flush(flushToDisk: true);
        _file.Dispose();
        if (batches is null)
            _place.Put(_unfinished);
        else
            batches.Add(_unfinished, footer.Sha256);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _digest.Dispose();
        try
        {
            _gzip.Dispose();
            _file.Dispose();
        }
        catch (IOException)
        {
            // A full disk refuses the compressor's last bytes too; the file goes away all the same.
            _file.Dispose();
        }
        finally
        {
            File.Delete(_unfinished);
        }
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        _digest.AppendData(bytes);
        _gzip.Write(bytes);
    }
}
