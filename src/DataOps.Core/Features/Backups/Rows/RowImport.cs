using System.Collections.Concurrent;
using DataOps.Core.Features.Backups.Archives;
using DataOps.Core.Postgres.Copy;
using Npgsql;

namespace DataOps.Core.Features.Backups.Rows;

/// <summary>
/// Writes the rows of an archive into the tables of a new database, over several connections, and reads them again:
/// they are what the archive says.
/// </summary>
/// <param name="archive">The archive.</param>
/// <param name="database">The new database; each connection is another one.</param>
/// <param name="jobs">How many connections.</param>
/// <param name="context">Progress and cancellation.</param>
internal sealed class RowImport(ArchiveReader archive, Session database, int jobs, OperationContext context)
{
    private const int ReadSize = 1 << 16;

    /// <summary>The tables whose rows are written: all of the archive, unless others are named.</summary>
    public IReadOnlyList<BackupTable> Tables { get; init; } = archive.Manifest.Tables;

    /// <summary>Writes them.</summary>
    /// <exception cref="DataOpsException"><c>InvalidBackup</c>: they are not what the manifest says; or the server
    /// refuses a row.</exception>
    public void Write()
    {
        ConcurrentDictionary<BackupTable, RowDigest> digests = new();
        (BackupTable Table, IReadOnlyList<string> Members)[] parts =
            [.. Tables.SelectMany(t => t.Parts.Select(p => (t, p))).OrderByDescending(p => p.p.Count)];
        InParallel("Writing rows (parts)", parts, (session, part, cancellation) =>
        {
            RowDigest digest = Write(session, part.Table, part.Members, cancellation);
            RowDigest sum = digests.GetOrAdd(part.Table, _ => new());
            lock (sum)
                sum.Add(digest);
        });
        foreach (BackupTable table in Tables)
            Compare(table, digests.GetValueOrDefault(table) ?? new(), "in the archive");
    }

    /// <summary>Reads them again, and compares their digests.</summary>
    /// <exception cref="DataOpsException"><c>InvalidBackup</c>: the database has other rows.</exception>
    public void Compare()
    {
        Dictionary<(string, string), SourceTable> sources = new SiteSource(database, context.Cancellation).Tables()
            .ToDictionary(t => (t.Schema, t.Name));
        // An extension has filled the others, too.
        BackupTable[] tables = [.. Tables.Where(t => t.Condition is null && t.Columns.Count > 0)];
        TablePart[] parts =
        [
            .. tables.SelectMany((t, i) => TablePart.Of(i, sources[(t.Schema, t.Name)] with { Columns = t.Columns }))
                .OrderByDescending(p => p.Bytes),
        ];
        RowDigest[] digests = [.. tables.Select(_ => new RowDigest())];
        InParallel("Comparing rows (parts)", parts, (session, part, cancellation) =>
        {
            RowDigest digest = new();
            part.Read(session, new byte[ReadSize], digest.Add, cancellation);
            lock (digests)
                digests[part.Table].Add(digest);
        });
        foreach ((BackupTable table, RowDigest digest) in tables.Zip(digests))
            Compare(table, digest, "in the new database");
    }

    /// <summary>Reads the rows of a table in an archive, without a database.</summary>
    /// <exception cref="DataOpsException"><c>InvalidBackup</c>: they are not what the manifest says.</exception>
    public static void Test(ArchiveReader archive, BackupTable table)
    {
        RowDigest digest = new();
        using MemberReader reader = new(archive, RowExport.MemberSize);
        foreach (IReadOnlyList<string> part in table.Parts)
        {
            foreach (string member in part)
                digest.Add(reader.Read(member));
            RequireWhole(archive, table, digest);
        }
        Compare(archive, table, digest, "in the archive");
    }

    /// <summary>Copies rows into a table: all that are written, or none.</summary>
    /// <exception cref="DataOpsException">The server refuses one.</exception>
    public static void Copy(
        Session session, BackupTable table, Action<Stream> write, CancellationToken cancellation) =>
        session.Guard(() =>
        {
            using NpgsqlRawCopyStream rows = session.Connection.BeginCopy(
                $"copy {table.WithColumns} from stdin", cancellation);
            try
            {
                write(rows);
            }
            catch
            {
                rows.Abandon();
                throw;
            }
        }, cancellation);

    private void Compare(BackupTable table, RowDigest digest, string where) => Compare(archive, table, digest, where);

    private static void Compare(ArchiveReader archive, BackupTable table, RowDigest digest, string where)
    {
        if (digest.Rows != table.Rows || digest.ToString() != table.Digest)
            throw archive.Invalid(digest.Rows == table.Rows
                ? $"the rows of {table.DisplayName} {where} are not those that were backed up"
                : $"{table.DisplayName} has {digest.Rows} rows {where} and should have {table.Rows}");
    }

    private static void RequireWhole(ArchiveReader archive, BackupTable table, RowDigest digest)
    {
        if (!digest.IsWhole)
            throw archive.Invalid($"the rows of {table.DisplayName} end in the middle of one");
    }

    private RowDigest Write(
        Session session, BackupTable table, IReadOnlyList<string> members, CancellationToken cancellation)
    {
        RowDigest digest = new();
        using MemberReader reader = new(archive, RowExport.MemberSize);
        Copy(session, table, rows =>
        {
            foreach (string member in members)
            {
                cancellation.ThrowIfCancellationRequested();
                ReadOnlySpan<byte> content = reader.Read(member);
                digest.Add(content);
                rows.Write(content);
            }
            RequireWhole(archive, table, digest);
        }, cancellation);
        return digest;
    }

    private void InParallel<T>(string activity, T[] work, Action<Session, T, CancellationToken> run) =>
        ParallelWork.Run(database, jobs, $"set synchronous_commit = off", activity, work, run, context);
}
