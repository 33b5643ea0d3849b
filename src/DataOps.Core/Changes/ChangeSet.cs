using DataOps.Core.Changes.Batches;
using DataOps.Core.Changes.UndoFiles;
using Npgsql;

namespace DataOps.Core.Changes;

/// <summary>
/// The rows that one operation changes, inside one transaction: what they were, under lock, and what they are
/// afterwards.
/// </summary>
/// <remarks>
/// <see cref="ChangeRun"/> has the order of its steps. The transaction is READ COMMITTED and the caller's. Disposing
/// without a commit removes the undo file again.
/// </remarks>
/// <param name="session">The session, in a transaction.</param>
/// <param name="operation">The operation, as <c>Import-Dataset</c>.</param>
/// <param name="cancellation">Cancels the query that runs.</param>
internal sealed class ChangeSet(Session session, string operation, CancellationToken cancellation) : IDisposable
{
    private readonly List<TablePlan> _tables = [];
    private readonly Dictionary<uint, TablePlan> _byTable = [];
    private readonly Dictionary<uint, TablePlan> _prepared = [];
    private readonly List<SqlText> _lasting = [];
    private int _made;
    private string? _written;
    private Action? _takeBack;
    private bool _locked;
    private IReadOnlyList<UndoOrphans>? _orphans;

    /// <summary>The operation.</summary>
    public string Operation => operation;

    /// <summary>The tables, in order of first use.</summary>
    public IReadOnlyList<TablePlan> Tables => _tables;

    /// <summary>Whether everything is taken back in the end, so that nothing may be drawn from a sequence.</summary>
    public bool IsTakenBack { get; init; }

    /// <summary>Of an undoing: the digest of the undo file that is undone.</summary>
    public string? Undoes { get; set; }

    /// <summary>Rows planned so far.</summary>
    public long Planned => _tables.Sum(t => t.Planned);

    /// <summary>The rows of a table; their temporary table is made on first use, before the lock.</summary>
    public TablePlan Of(Table table)
    {
        if (_byTable.TryGetValue(table.Oid, out TablePlan? known))
            return known;
        if (_locked)
            throw new InvalidOperationException($"{table} was not planned before the lock.");
        if (!_prepared.Remove(table.Oid, out TablePlan? changed))
            changed = new(session, table, ++_made, IsTakenBack, outlives: false, cancellation);
        _tables.Add(changed);
        return _byTable[table.Oid] = changed;
    }

    /// <summary>
    /// Makes the temporary tables of tables that may change, before the transaction; they last until
    /// <see cref="DropPrepared"/>.
    /// </summary>
    public void Prepare(IEnumerable<Table> tables)
    {
        Table[] ahead = [.. tables.DistinctBy(t => t.Oid)];
        if (ahead.Length > 0)
            TemporaryTable.Ahead(session, () => Array.ForEach(ahead, Prepare));
    }

    /// <summary>Drops them again, after the transaction.</summary>
    public void DropPrepared() => TemporaryTable.Drop(session, _lasting);

    /// <summary>Locks every planned row, and makes sure that it is still as planned.</summary>
    /// <exception cref="DataOpsException"><c>ChangedMeanwhile</c>: rows that another writer has changed, removed or
    /// inserted since.</exception>
    public void Lock()
    {
        new RowLocks(session, cancellation).Take(_tables);
        _locked = true;
    }

    /// <summary>
    /// Notes which foreign keys planned rows break, so that undoing can bring that back; after the lock and before
    /// anything is changed.
    /// </summary>
    public void NoteOrphans(DatabaseCatalog catalog)
    {
        IReadOnlyList<UndoOrphans> orphans = new BrokenForeignKeys(session, catalog, cancellation).Of(_tables);
        _orphans = orphans.Count == 0 ? null : orphans;
    }

    /// <summary>
    /// Deletes the rows that are planned to be, in one statement, so that keys that cannot be deferred see none of them
    /// alone.
    /// </summary>
    public void Delete()
    {
        TablePlan[] tables = [.. _tables.Where(t => t.Deletes)];
        if (tables.Length == 0)
            return;
        IEnumerable<SqlText> deletes = tables.Select((t, i) => (SqlText)$"{new Alias($"d{i}")} as ({t.DeletePlanned})");
        session.RunAsApplication($"with {deletes} select", cancellation);
    }

    /// <summary>
    /// Writes the undo file, when everything is applied and before the commit; it is whole and on the disk afterwards.
    /// </summary>
    /// <param name="place">Where.</param>
    /// <param name="batches">The batches of a run, behind which it is written; what is not committed is cut off
    /// again.</param>
    /// <returns>
    /// The path; null when no row is other than it was: no file either, but for the record that a file was undone.
    /// </returns>
    /// <exception cref="DataOpsException">It cannot be written.</exception>
    public string? WriteUndo(UndoPlace place, UndoBatches? batches = null)
    {
        if (!_locked)
            throw new InvalidOperationException("Rows are locked before they are changed.");
        TablePlan[] tables = [.. _tables.Where(t => t.Planned > 0)];
        if (tables.Length == 0 && Undoes is null)
            return null;
        RowImages.Pin(session, cancellation);
        try
        {
            UndoHeader header = Header(tables);
            using UndoFileWriter file = new(place, batches?.Continue(header) ?? header);
            for (int i = 0; i < tables.Length; i++)
                foreach (SqlText query in RowImages.Changes(tables[i], i + 1))
                    file.Copy(session, query, cancellation);
            if (file.Rows > 0 || Undoes is not null)
            {
                file.Complete(batches);
                (_written, _takeBack) =
                    (place.Path, batches is null ? () => File.Delete(place.Path) : batches.TakeBack);
            }
            return file.Rows > 0 ? _written : null;
        }
        catch (Exception e) when (PostgresFailure.Translate(e, session.Settings, cancellation) is { } failure)
        {
            throw failure;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw UndoPlace.WriteFailed(place.Path, "nothing was changed", e);
        }
    }

    /// <summary>
    /// Commits, and keeps the undo file if that succeeds; where the connection breaks meanwhile, the server is asked
    /// what became of it.
    /// </summary>
    /// <exception cref="DataOpsException">It was rolled back; or <c>CommitUnknown</c>: the server could not be asked,
    /// and the undo file is kept.</exception>
    public void Commit(NpgsqlTransaction transaction)
    {
        cancellation.ThrowIfCancellationRequested();
        CommitOutcome.Commit(session, transaction, _written, Keep);
        Keep();
    }

    /// <summary>Leaves the undo file to whoever ends the transaction.</summary>
    public void Keep() => _takeBack = null;

    /// <inheritdoc/>
    public void Dispose()
    {
        _takeBack?.Invoke();
        _takeBack = null;
    }

    private void Prepare(Table table)
    {
        TablePlan plan = new(session, table, ++_made, IsTakenBack, outlives: true, cancellation);
        _lasting.Add(plan.Name);
        _prepared.Add(table.Oid, plan);
    }

    private UndoHeader Header(IReadOnlyList<TablePlan> tables) => UndoHeader.Of(
        session, operation,
        [.. tables.Select(t => new UndoTable(
            t.Table.Schema, t.Table.Name, [.. t.Table.Columns.Select(c => new UndoColumn(c.Name, c.TypeText))]))],
        cancellation) with
    {
        Orphans = _orphans,
        Undoes = Undoes,
    };
}
