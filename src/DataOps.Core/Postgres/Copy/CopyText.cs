using Npgsql;

namespace DataOps.Core.Postgres.Copy;

/// <summary>COPY in its text form.</summary>
internal static class CopyText
{
    /// <summary>Begins a COPY from the client in text; the asynchronous form is the one that can be cancelled while
    /// COPY waits for a lock.</summary>
    internal static NpgsqlRawCopyStream BeginCopy(
        this NpgsqlConnection connection, SqlText copy, CancellationToken cancellation)
    {
        connection.Tell(copy);
        TextWriter writer = connection.BeginTextImportAsync(copy.ToString(), cancellation).GetAwaiter().GetResult();
        return (NpgsqlRawCopyStream)((StreamWriter)writer).BaseStream;
    }

    /// <summary>Ends a COPY from the client so that no row is kept: Npgsql takes the end of its stream for
    /// success.</summary>
    internal static void Abandon(this NpgsqlRawCopyStream stream)
    {
        try
        {
            stream.Cancel();
        }
        catch (Exception e) when (e is ObjectDisposedException or PostgresException)
        {
            // The connection broke or the server had refused a row already: nothing is kept, as wanted.
            stream.Dispose();
        }
    }

    /// <summary>Begins a COPY to the client in text.</summary>
    internal static CopyOutput BeginCopyOut(
        this NpgsqlConnection connection, SqlText copy, CancellationToken cancellation)
    {
        connection.Tell(copy);
        TextReader reader = connection.BeginTextExportAsync(copy.ToString(), cancellation).GetAwaiter().GetResult();
        return new((NpgsqlRawCopyStream)((StreamReader)reader).BaseStream);
    }
}
