using System.Collections.Concurrent;
using System.Diagnostics;
using DataOps.Core.Features.Backups.Archives;

namespace DataOps.Core.Features.Backups.Rows;

/// <summary>
/// Reads the rows of all tables over several connections, which share one snapshot, into members of an archive.
/// </summary>
/// <param name="session">The session whose transaction has exported the snapshot.</param>
/// <param name="snapshot">The snapshot.</param>
/// <param name="compression">How members are compressed.</param>
/// <param name="jobs">How many connections.</param>
/// <param name="context">Progress and cancellation.</param>
internal sealed class RowExport(
    Session session, SharedSnapshot snapshot, BackupCompression compression, int jobs, OperationContext context)
{
    /// <summary>The most bytes of rows in one member.</summary>
    public const int MemberSize = 1 << 23;

    // The server ends a transaction in which nothing happens for ten minutes.
    private static readonly TimeSpan s_pause = TimeSpan.FromMinutes(1);

    private readonly ConcurrentBag<(TablePart Part, RowDigest Digest, IReadOnlyList<string> Members)> _done = [];

    /// <summary>Writes the members, and returns the tables with what was written of them.</summary>
    /// <exception cref="DataOpsException">A table cannot be read, or the connection is lost.</exception>
    public IReadOnlyList<BackupTable> Write(IReadOnlyList<SourceTable> tables, ArchiveWriter archive)
    {
        // The largest first: the last ones should not keep one connection busy when the others are done.
        ConcurrentQueue<TablePart> waiting =
            new(tables.SelectMany((t, i) => TablePart.Of(i, t)).OrderByDescending(p => p.Bytes));
        using CancellationTokenSource stop =
            CancellationTokenSource.CreateLinkedTokenSource(context.Cancellation);
        using BlockingCollection<(string Name, PackedMember Content)> members = new(2 * jobs);
        Task all = ParallelWork.Start(
            Math.Min(jobs, waiting.Count), stop, () => Work(waiting, members, stop.Token));
        all.ContinueWith(_ => members.CompleteAdding(), TaskScheduler.Default);
        try
        {
            Take(members, archive, tables.Sum(t => t.Bytes));
        }
        catch
        {
            stop.Cancel();
            throw;
        }
        finally
        {
            ParallelWork.End(all, context.Cancellation);
        }
        ILookup<int, (TablePart Part, RowDigest Digest, IReadOnlyList<string> Members)> done =
            _done.ToLookup(d => d.Part.Table);
        return [.. tables.Select((t, i) => Table(t, done[i]))];
    }

    private static BackupTable Table(
        SourceTable table, IEnumerable<(TablePart Part, RowDigest Digest, IReadOnlyList<string> Members)> parts)
    {
        RowDigest digest = new();
        List<IReadOnlyList<string>> members = [];
        foreach ((_, RowDigest part, IReadOnlyList<string> names) in parts.OrderBy(p => p.Part.Number))
        {
            digest.Add(part);
            if (names.Count > 0)
                members.Add(names);
        }
        return new(table.Schema, table.Name, table.Columns, digest.Rows, digest.ToString(), table.Condition, members);
    }

    private void Take(
        BlockingCollection<(string Name, PackedMember Content)> members, ArchiveWriter archive, long bytes)
    {
        long alive = Stopwatch.GetTimestamp();
        foreach ((string name, PackedMember content) in members.GetConsumingEnumerable())
        {
            archive.Add(name, content.Bytes);
            content.Release();
            context.Report("Reading rows (members)", archive.Members.Count, null);
            if (Stopwatch.GetElapsedTime(alive) < s_pause)
                continue;
            session.Run($"select 1", context.Cancellation);
            alive = Stopwatch.GetTimestamp();
        }
    }

    private void Work(
        ConcurrentQueue<TablePart> waiting, BlockingCollection<(string Name, PackedMember Content)> members,
        CancellationToken cancellation)
    {
        using Session own = snapshot.Fork(cancellation);
        using MemberPacker packer = new(compression);
        byte[] buffer = GC.AllocateUninitializedArray<byte>(MemberSize);
        while (waiting.TryDequeue(out TablePart? part))
        {
            RowDigest digest = new();
            List<string> names = [];
            part.Read(own, buffer, rows =>
            {
                digest.Add(rows);
                string name = $"data/{part.Table:00000}/{part.Number:000}-{names.Count:00000}.copy"
                    + compression.Ending();
                members.Add((name, packer.Pack(rows)), cancellation);
                names.Add(name);
            }, cancellation);
            _done.Add((part, digest, names));
        }
    }
}
