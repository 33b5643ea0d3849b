using DataOps.Core.Changes.Batches;
using DataOps.Core.Changes.UndoFiles;

namespace DataOps.Core.Features.Sequences;

/// <summary>
/// Sets sequences, each in a short transaction with its table locked against writers; what was before is in the undo
/// file before anything is set.
/// </summary>
/// <remarks>
/// PostgreSQL takes setval back with no transaction: from then on the file is needed, whatever fails.
/// </remarks>
/// <param name="session">The session, in no transaction.</param>
/// <param name="reader">Reads a sequence again.</param>
/// <param name="operation">The operation.</param>
/// <param name="undo">Where the undo file goes; null for none.</param>
/// <param name="context">Ends it.</param>
internal sealed class SequenceWork(
    Session session, SequenceReader reader, string operation, UndoPlace? undo, OperationContext context)
{
    private readonly ShortTransaction _transaction = new(session, BatchLimits.Of(1), context);
    private readonly UndoBatches? _undo = undo is null ? null : new(undo, operation);

    // Whether the file tells of what is not done yet.
    private bool _isAhead;

    /// <summary>Attempts that failed because another session held a lock.</summary>
    public int Retries => _transaction.Retries;

    /// <summary>The undo file; null where nothing was done, or none is written.</summary>
    public string? UndoPath => _undo is { Count: > 0 } ? _undo.Place.Path : null;

    /// <summary>Does what a finding asks for, where that is still due.</summary>
    /// <exception cref="DataOpsException">A table stays locked, the server refused it, or the undo file cannot be
    /// written: this sequence is as it was.</exception>
    public SequenceFinding Do(SequenceState state, SequenceFinding finding)
    {
        SequenceFinding told = finding;
        try
        {
            _transaction.Run(() =>
            {
                TakeBack();
                told = finding.Class is SequenceProblem.OwnershipLost ? Own(state, finding) : Set(state, finding);
            });
            _isAhead = false;
            return told;
        }
        catch (Exception e) when (e is DataOpsException or OperationCanceledException)
        {
            // Where the connection broke nobody knows: what is as it was, undoing leaves alone.
            if (e is not DataOpsException { Kind: FailureKind.Connection })
                TakeBack();
            throw WithUndo(e);
        }
    }

    private SequenceFinding Own(SequenceState state, SequenceFinding finding)
    {
        // Another column that draws from it may have got it by now.
        SequenceState now = reader.Read(state);
        if (now.IsOwned)
            return finding with { Changed = false };
        Write(now, null);
        session.Run(SequenceAudit.Own(state), context.Cancellation);
        return finding with { Changed = true };
    }

    private SequenceFinding Set(SequenceState state, SequenceFinding finding)
    {
        // Nobody inserts now, and who has inserted is done: the table holds all the keys that there are.
        session.Run($"lock table {state.Table} in share row exclusive mode", context.Cancellation);
        SequenceState now = reader.Read(state);
        long? value = now.IsBehind ? now.NewValue : null;
        SqlText? statement = value is { } set ? SequenceAudit.SetValue(now, set) : null;
        if (statement is not null)
        {
            Write(now, value);
            session.Run(statement, context.Cancellation);
            _isAhead = false;
        }
        return finding with
        {
            LastValue = now.Last,
            Used = now.Used,
            NewValue = value ?? now.Last,
            Changed = value is not null,
            Sql = statement?.ToString(),
        };
    }

    private void Write(SequenceState now, long? value)
    {
        if (_undo is null)
            return;
        SetSequence set = new(
            now.Sequence.Schema, now.Sequence.Name, now.Last, now.IsCalled, value,
            value is null ? now.Table.Name : null, value is null ? now.Column.Name : null);
        try
        {
            UndoHeader header = UndoHeader.Of(session, operation, [], context.Cancellation, sequences: [set]);
            using UndoFileWriter file = new(_undo.Place, _undo.Continue(header));
            file.Complete(_undo);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw UndoPlace.WriteFailed(_undo.Place.Path, $"{set} is as it was", e);
        }
        _isAhead = true;
    }

    private void TakeBack()
    {
        if (_isAhead)
            _undo!.TakeBack();
        _isAhead = false;
    }

    private Exception WithUndo(Exception e)
    {
        if (UndoPath is not { } path)
            return e;
        if (e is DataOpsException failure)
            return new DataOpsException(
                failure.Id, failure.Kind, $"{failure.Message} What was set before it is set, and in {path}.",
                failure.Advice, failure.Target, failure);
        context.Warning?.Invoke($"What was set is set, and Undo-Change {path} sets it back.");
        return e;
    }
}
