using DataOps.Core.Postgres.Copy;
using Npgsql;

namespace DataOps.Core.Features.Datasets.Import;

/// <summary>
/// Rows on their way into a staging table, each with its place in the file, which may change its model with every
/// object.
/// </summary>
internal sealed class StagingBuffer(SqlText table, IReadOnlyList<string> columns) : CopyWriter(table, columns)
{
    private readonly List<long> _places = [];

    /// <summary>Ends the row, which came from this place in the file.</summary>
    public void EndRow(long place)
    {
        EndRow();
        _places.Add(place);
    }

    /// <inheritdoc/>
    public override void Clear()
    {
        base.Clear();
        _places.Clear();
    }

    /// <summary>Sends what waits.</summary>
    /// <exception cref="StagingException">PostgreSQL refuses a value.</exception>
    /// <exception cref="DataOpsException">The server or the network failed.</exception>
    public void Flush(Session session, CancellationToken cancellation)
    {
        try
        {
            Send(session.Connection, cancellation);
        }
        // 42601 is what the input of tsvector and ltree calls a text that is none of theirs.
        catch (PostgresException e) when (e.Where is not null
            && (e.SqlState[..2] is "22" or "23" or "54" || e.SqlState == PostgresErrorCodes.SyntaxError))
        {
            throw new StagingException(e, PlaceOf(e.Where));
        }
        catch (Exception e) when (PostgresFailure.Translate(e, session.Settings, cancellation) is { } failure)
        {
            throw failure;
        }
    }

    // "COPY import_1, line 5, column slug: …": a row is one line of the COPY, as line breaks inside values are escaped.
    private long? PlaceOf(string where)
    {
        int at = where.IndexOf(", line ", StringComparison.Ordinal);
        if (at < 0)
            return null;
        string digits = string.Concat(where[(at + 7)..].TakeWhile(char.IsAsciiDigit));
        return int.TryParse(digits, out int row) && row >= 1 && row <= _places.Count ? _places[row - 1] : null;
    }
}

/// <summary>PostgreSQL refused a value that the decoders let pass.</summary>
internal sealed class StagingException(PostgresException cause, long? place) : Exception(cause.Message, cause)
{
    /// <summary>What PostgreSQL said.</summary>
    public PostgresException Cause => cause;

    /// <summary>The place in the file; null when PostgreSQL did not say which row it was.</summary>
    public long? Place => place;
}
