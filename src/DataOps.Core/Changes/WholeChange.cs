using DataOps.Core.Changes.Batches;
using DataOps.Core.Changes.UndoFiles;
using Npgsql;

namespace DataOps.Core.Changes;

/// <summary>
/// Several changes as one: in one transaction, with one undo file, all of them or none.
/// </summary>
/// <remarks>
/// Each part is a <see cref="ChangeRun"/> that sees what those before it have written, and is a batch of the undo file.
/// Disposing without <see cref="Commit"/> takes everything back, the file too.
/// </remarks>
internal sealed class WholeChange : IDisposable
{
    private readonly Session _session;
    private readonly CancellationToken _cancellation;
    private readonly NpgsqlTransaction _transaction;
    private bool _isOver;

    /// <summary>Begins the transaction.</summary>
    /// <param name="session">The session, in no transaction.</param>
    /// <param name="operation">The operation, as <c>Repair-Database</c>.</param>
    /// <param name="options">Whether it is to happen, and where its undo file goes.</param>
    /// <param name="cancellation">Cancels the query that runs.</param>
    /// <exception cref="DataOpsException">The undo file cannot be where it is to be.</exception>
    public WholeChange(Session session, string operation, ChangeOptions options, CancellationToken cancellation)
    {
        (_session, _cancellation, IsWhatIf) = (session, cancellation, options.WhatIf);
        UndoPlace? place = UndoPlace.Of(options, session, operation);
        if (!IsWhatIf && place is not null)
        {
            place.Prepare();
            Undo = new UndoBatches(place, operation);
        }
        _transaction = session.Connection.BeginTransaction(System.Data.IsolationLevel.ReadCommitted);
    }

    /// <summary>Whether everything is taken back in the end.</summary>
    public bool IsWhatIf { get; }

    /// <summary>The undo file of all parts; null where none is written.</summary>
    public UndoBatches? Undo { get; }

    /// <summary>Where the undo file is; null when no row was changed, or none is written.</summary>
    public string? UndoPath => Undo is { Count: > 0 } ? Undo.Place.Path : null;

    /// <summary>Makes room for the next part: its temporary tables have the same names.</summary>
    public void EndPart() => _session.Run($"discard temp", _cancellation);

    /// <summary>
    /// Commits all parts; where the connection breaks meanwhile, the server is asked what became of it.
    /// </summary>
    /// <exception cref="DataOpsException">It was rolled back; or <c>CommitUnknown</c>: the server could not be asked,
    /// and the undo file is kept.</exception>
    public void Commit()
    {
        _cancellation.ThrowIfCancellationRequested();
        CommitOutcome.Commit(_session, _transaction, UndoPath, () => _isOver = true);
        _isOver = true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _transaction.Dispose();
        if (!_isOver && UndoPath is { } file)
            File.Delete(file);
    }
}
