using DataOps.Core.Postgres.Copy;
using Npgsql;

namespace DataOps.Core.Features.Backups.Rows;

/// <summary>Rows of a table that one connection reads: all of them, or those of a range of blocks.</summary>
/// <param name="Table">Which table, from 0.</param>
/// <param name="Number">Which part of it, from 0.</param>
/// <param name="Source">The table.</param>
/// <param name="From">The first block.</param>
/// <param name="To">The block after the last; null for all that follow: a table grows while it is read.</param>
internal sealed record TablePart(int Table, int Number, SourceTable Source, long From, long? To)
{
    private const long UsualSize = 1L << 27;

    /// <summary>Its size, about.</summary>
    public long Bytes => Source.Pages == 0
        ? Source.Bytes
        : Source.Bytes * ((To ?? Math.Max(Source.Pages, From)) - From) / Source.Pages;

    /// <summary>
    /// The parts of a table: by its whole size, as long values are most of the bytes of some tables.
    /// </summary>
    /// <param name="number">Which table.</param>
    /// <param name="table">The table.</param>
    /// <param name="size">Bytes of a part, about.</param>
    public static IEnumerable<TablePart> Of(int number, SourceTable table, long size = UsualSize)
    {
        // Which rows an extension has filled in itself is not said by blocks.
        long parts = table.Condition is null ? Math.Max(1, Math.Min(table.Pages, table.Bytes / size)) : 1;
        for (long i = 0; i < parts; i++)
            yield return new(number, (int)i, table, table.Pages * i / parts,
                i == parts - 1 ? null : table.Pages * (i + 1) / parts);
    }

    /// <summary>The statement that sends its rows. No row has the number 0 in a block.</summary>
    public SqlText Copy()
    {
        SqlText which = Source.Condition is { } condition ? SqlText.Raw(condition)
            : To is { } to ? $"where ctid >= {Place(From)} and ctid < {Place(to)}"
            : From > 0 ? (SqlText)$"where ctid >= {Place(From)}"
            : SqlText.Empty;
        return $"copy (select {SqlText.Identifiers(Source.Columns)} from only {Source.Sql} {which}) to stdout";
    }

    /// <summary>Reads its rows, in pieces that end anywhere.</summary>
    /// <param name="session">The session.</param>
    /// <param name="buffer">What is read into; the pieces are as large.</param>
    /// <param name="take">Takes a piece, which the next one overwrites.</param>
    /// <param name="cancellation">Ends the statement.</param>
    public void Read(Session session, byte[] buffer, TakeRows take, CancellationToken cancellation) => session.Guard(
        () =>
        {
            using CopyOutput rows = session.Connection.BeginCopyOut(Copy(), cancellation);
            using CancellationTokenRegistration stop = cancellation.Register(rows.Cancel);
            int used = 0;
            for (int read; (read = rows.Read(buffer.AsSpan(used))) > 0;)
            {
                used += read;
                if (used < buffer.Length)
                    continue;
                take(buffer);
                used = 0;
            }
            if (used > 0)
                take(buffer.AsSpan(0, used));
        }, cancellation);

    private static SqlText Place(long block) => SqlText.Raw($"'({block},0)'::pg_catalog.tid");
}

/// <summary>Takes rows in the text form of COPY.</summary>
internal delegate void TakeRows(ReadOnlySpan<byte> rows);
