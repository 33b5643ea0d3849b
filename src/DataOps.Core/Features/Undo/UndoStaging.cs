using DataOps.Core.Changes.UndoFiles;
using DataOps.Core.Postgres.Copy;
using Npgsql;

namespace DataOps.Core.Features.Undo;

/// <summary>Brings the rows of an undo file into temporary tables of the transaction.</summary>
internal sealed class UndoStaging(
    Session session, DatabaseCatalog catalog, UndoFileReader file, string path, CancellationToken cancellation)
        : IDisposable
{
    private NpgsqlRawCopyStream? _copy;
    private int _copying;

    /// <summary>
    /// Makes and fills the temporary tables; of a row that several batches changed, there is what it was first and is
    /// last.
    /// </summary>
    /// <param name="changes">Where undoing it will be planned.</param>
    /// <param name="uncommitted">Batches to leave out.</param>
    /// <exception cref="DataOpsException">A table is not there, or has other columns than it had.</exception>
    public IReadOnlyList<UndoTableStaging> Fill(ChangeSet changes, IReadOnlySet<int> uncommitted)
    {
        Table[] targets = [.. file.Header.Tables.Select(Target)];
        bool isBatched = file.Batches.Count > 1;
        for (int i = 0; i < targets.Length; i++)
        {
            session.Run($"""
                create temp table {NameOf(i + 1)} on commit drop as
                select null::text as _action, null::text as _fingerprint,
                  {TablePlan.PlainColumns(targets[i], "t")}
                from {targets[i]} t with no data
                """, cancellation);
            if (isBatched)
                session.Run(
                    $"alter table {NameOf(i + 1)} add column _line bigint generated always as identity", cancellation);
        }
        session.Guard(
            () =>
            {
                file.Read(Write, uncommitted);
                End();
            }, cancellation);
        UndoTableStaging[] tables =
            [.. targets.Select((t, i) => new UndoTableStaging(i + 1, NameOf(i + 1), changes.Of(t)))];
        if (isBatched)
            foreach (UndoTableStaging table in tables)
                new UndoMerge(session, table, cancellation).Run();
        foreach (UndoTableStaging table in tables.Where(t => !t.Identity.IsWholeRow))
            session.Run($"analyze {table.Name} ({table.Identity.Sql})", cancellation);
        return tables;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NpgsqlRawCopyStream? broken = _copy;
        _copy = null;
        try
        {
            // Npgsql takes the end of its stream for success.
            broken?.Cancel();
        }
        catch (Exception e) when (e is ObjectDisposedException or PostgresException)
        {
            // The connection broke, or the server had refused a row already: nothing is kept, as wanted.
            _copying = 0;
        }
    }

    private void Write(int table, ReadOnlySpan<byte> bytes)
    {
        if (table != _copying)
        {
            End();
            SqlText columns = SqlText.Identifiers(file.Header.Tables[table - 1].Columns.Select(c => c.Name));
            SqlText copy = $"copy {NameOf(table)} (_action, _fingerprint, {columns}) from stdin";
            _copy = session.Connection.BeginCopy(copy, cancellation);
            _copying = table;
        }
        cancellation.ThrowIfCancellationRequested();
        _copy!.Write(bytes);
    }

    private static SqlText NameOf(int number) => SqlText.Raw($"pg_temp.dataops_undo_{number}");

    private void End()
    {
        NpgsqlRawCopyStream? ended = _copy;
        (_copy, _copying) = (null, 0);
        ended?.Dispose();
    }

    private Table Target(UndoTable was)
    {
        Table? table = catalog.Find(was.Schema, was.Name);
        if (table is not { IsReadable: true })
            throw new DataOpsException(
                ErrorIds.UnknownTable, FailureKind.NotFound,
                $"{path} holds rows of {was.Schema}.{was.Name}, and this database has no such table.",
                "Undo it where it was done.", was.Name);
        string[] differences =
        [
            .. was.Columns.Select(c => (Was: c, Now: table.Find(c.Name)?.TypeText)).Where(c => c.Now != c.Was.Type)
                .Select(c => $"{c.Was.Name} was {c.Was.Type} and is {c.Now ?? "gone"}"),
            .. table.Columns.Where(c => was.Columns.All(w => w.Name != c.Name)).Select(c => $"{c.Name} is new"),
        ];
        return differences.Length == 0 ? table : throw new DataOpsException(
            ErrorIds.SchemaChanged, FailureKind.InvalidOperation,
            $"{table.DisplayName} has other columns than when {path} was written: {string.Join("; ", differences)}.",
            "Undo before the migration, or take the migration back first.", table.DisplayName);
    }
}
