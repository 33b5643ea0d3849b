using System.Diagnostics.CodeAnalysis;
using Npgsql;

namespace DataOps.Core.Postgres.Connections;

/// <summary>
/// Queries that are sent together and answered one after the other, without a wait between them; for catalogue queries
/// and small sets.
/// </summary>
internal sealed class QueryBatch(Session session)
{
    private readonly List<SqlText> _queries = [];
    private readonly List<Func<NpgsqlDataReader, CancellationToken, Task>> _readers = [];

    /// <summary>
    /// Adds a query of which each row makes an object, as <see cref="RowShape{T}"/> has it; they are in the list when
    /// the batch has run.
    /// </summary>
    public IReadOnlyList<T> Add<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>(SqlText sql)
    {
        List<T> rows = [];
        _queries.Add(sql);
        _readers.Add((reader, cancellation) => Read(reader, rows, cancellation));
        return rows;
    }

    /// <summary>Asks the server.</summary>
    /// <exception cref="DataOpsException">The server refused one of them.</exception>
    public void Run(CancellationToken cancellation = default)
    {
        using NpgsqlBatch batch = SqlText.ToBatch(_queries, session.Connection);
        session.Timed(() => Run(batch, cancellation).GetAwaiter().GetResult(), cancellation);
    }

    private async Task<int> Run(NpgsqlBatch batch, CancellationToken cancellation)
    {
        NpgsqlDataReader reader = await batch.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
            foreach (Func<NpgsqlDataReader, CancellationToken, Task> read in _readers)
            {
                await read(reader, cancellation).ConfigureAwait(false);
                await reader.NextResultAsync(cancellation).ConfigureAwait(false);
            }
        return _readers.Count;
    }

    private static async Task Read<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>(
        NpgsqlDataReader reader, List<T> rows, CancellationToken cancellation)
    {
        RowShape<T> shape = new(reader);
        while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
            rows.Add(shape.Read());
    }
}
