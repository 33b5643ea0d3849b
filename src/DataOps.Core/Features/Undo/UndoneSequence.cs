using DataOps.Core.Changes.Batches;
using DataOps.Core.Changes.UndoFiles;

namespace DataOps.Core.Features.Undo;

/// <summary>A sequence that an operation set, and that undoing sets back; or that loses its owner again.</summary>
/// <param name="Server">The server.</param>
/// <param name="Database">The database.</param>
/// <param name="Sequence">Its name.</param>
/// <param name="Table">The table that draws from it.</param>
/// <param name="Sql">The statement.</param>
public sealed record UndoneSequence(string Server, string Database, string Sequence, string Table, string Sql)
    : IChangeResult;

/// <summary>
/// What an undo file says that its operation did to sequences: taken back where they are still as it left them, and no
/// row has a key that would come again; what is as it was before already, or gone, is left alone.
/// </summary>
internal sealed class UndoneSequences(
    Session session, DatabaseCatalog database, UndoFileReader file, IReadOnlySet<int> uncommitted, string path,
    OperationContext context)
{
    // What was set is set, whatever became of the transaction.
    private readonly SetSequence[] _recorded =
    [
        .. file.Batches.SelectMany((b, i) =>
            (b.Sequences ?? []).Where(s => s.Value is not null || !uncommitted.Contains(i))).Reverse(),
    ];

    private List<(SetSequence Set, SequenceState Now)> _there = [];

    /// <summary>How many there are to take back.</summary>
    public long Count => _there.Count;

    /// <summary>Finds them.</summary>
    /// <exception cref="DataOpsException"><c>ChangedSince</c>: one is not as the operation left it; or
    /// <c>KeysInUse</c>, all of them.</exception>
    public IReadOnlyList<UndoneSequence> Plan()
    {
        _there = Find();
        return [.. _there.Select(t => new UndoneSequence(
            session.Server, session.Database, $"{t.Set}", t.Now.Table.DisplayName, t.Set.Undo.ToString()))];
    }

    /// <summary>
    /// Takes them back, in the transaction at hand, with their tables locked against writers: no rollback takes a
    /// value back, so that all of them are looked at before the first is set.
    /// </summary>
    public bool Restore()
    {
        session.LimitLockWait(BatchLimits.Of(1).LockTimeout, context.Cancellation);
        foreach (Table table in _there.Select(t => t.Now.Table).Distinct())
            session.Run($"lock table {table} in share row exclusive mode", context.Cancellation);
        foreach ((SetSequence set, _) in Find())
            session.Run(set.Undo, context.Cancellation);
        return true;
    }

    private List<(SetSequence Set, SequenceState Now)> Find()
    {
        if (_recorded.Length == 0)
            return [];
        ILookup<(string, string), SequenceState> states =
            new SequenceReader(session, database, context.Cancellation)
                .Read((s, _) => _recorded.Any(r => (r.Schema, r.Name) == (s.Schema, s.Name)))
                .ToLookup(s => (s.Sequence.Schema, s.Sequence.Name));
        List<(SetSequence, SequenceState)> found = [];
        List<string> inUse = [];
        foreach (SetSequence set in _recorded)
            foreach (SequenceState now in states[(set.Schema, set.Name)].Where(s => IsToUndo(set, s)))
            {
                SequenceState before = now with { Last = set.Last, IsCalled = set.IsCalled };
                if (set.Value is not null && before.IsBehind)
                    inUse.Add($"\n  {set} to {set.Last}: {now.Table.DisplayName}.{now.Column.Name} is at {now.Used}");
                // Of several columns that draw from it one stands for all: what is furthest is known of each.
                if (found.All(f => f.Item1 != set))
                    found.Add((set, now));
            }
        return inUse.Count == 0 ? found : throw new DataOpsException(
            ErrorIds.KeysInUse, FailureKind.InvalidOperation,
            $"Rows have keys that {Counted.Of(inUse.Count, "sequence")} would hand out again, so nothing was undone."
                + string.Concat(inUse),
            "Undo the change that inserted those rows first, by the name of its file; or leave the sequences as they "
                + "are: one that is ahead does no harm.", path);
    }

    private bool IsToUndo(SetSequence set, SequenceState now)
    {
        if (set.Value is not { } value)
            return (now.Table.Name, now.Column.Name) == (set.Table, set.Column) && now.IsOwned && IsOwner(set, now);
        if ((now.Last, now.IsCalled) == (set.Last, set.IsCalled))
            return false;
        return (now.Last, now.IsCalled) == (value, true)
            ? true
            : throw Changed($"{set} is at {now.Last} by now, and {file.Header.Operation} had set it to {value}");
    }

    private bool IsOwner(SetSequence set, SequenceState now) =>
        now.Sequence.OwnedBy == new ColumnPlace(now.Table.Oid, now.Column.Number)
            ? true
            : throw Changed($"{set} is owned by another column than {set.Table}.{set.Column} by now");

    private DataOpsException Changed(string what) => new(
        ErrorIds.ChangedSince, FailureKind.InvalidOperation, $"{what}, so nothing was undone.",
        "It has been used since, or set again: leave it as it is.", path);
}
