using DataOps.Core.Changes.Batches;
using DataOps.Core.Changes.UndoFiles;

namespace DataOps.Core.Features.Undo;

/// <summary>A constraint, an index or a NOT NULL that an operation made, and that undoing drops.</summary>
/// <param name="Server">The server.</param>
/// <param name="Database">The database.</param>
/// <param name="Table">Its table.</param>
/// <param name="Constraint">Its name; of NOT NULL the column's.</param>
/// <param name="Sql">The statement.</param>
public sealed record UndoneConstraint(string Server, string Database, string Table, string Constraint, string Sql)
    : IChangeResult;

/// <summary>
/// What an undo file says that its operation made of the schema: dropped again, the newest first, where it is still as
/// it was made; what is gone already is left alone.
/// </summary>
internal sealed class UndoneConstraints(
    Session session, UndoFileReader file, IReadOnlySet<int> uncommitted, OperationContext context)
{
    private readonly List<MadeConstraint> _there = [];

    /// <summary>How many there are to drop.</summary>
    public long Count => _there.Count;

    /// <summary>Finds them.</summary>
    /// <exception cref="DataOpsException"><c>ChangedSince</c>: one of the name is another one by now.</exception>
    public IReadOnlyList<UndoneConstraint> Plan(string path)
    {
        foreach (MadeConstraint made in file.Batches.Where((_, i) => !uncommitted.Contains(i))
            .SelectMany(b => b.Constraints ?? []).Reverse())
            if (MadeConstraint.Read(
                session, made.Schema, made.Table, made.Kind, made.Name, context.Cancellation) is not { } there)
                continue;
            else if (there == made)
                _there.Add(made);
            else
                throw new DataOpsException(
                    ErrorIds.ChangedSince, FailureKind.InvalidOperation,
                    $"{made} of {made.Table} is another one than {file.Header.Operation} made, so nothing was undone: "
                        + $"{there.Definition} in place of {made.Definition}.",
                    "Drop it by hand, if it is to go, and undo the rest then.", path);
        return [.. _there.Select(m => new UndoneConstraint(
            session.Server, session.Database, m.Schema == "public" ? m.Table : $"{m.Schema}.{m.Table}", $"{m}",
            m.Drop.ToString()))];
    }

    /// <summary>Drops them, in the transaction at hand; it waits no longer than the limit for the tables.</summary>
    public bool Drop()
    {
        session.LimitLockWait(BatchLimits.Of(1).LockTimeout, context.Cancellation);
        foreach (MadeConstraint made in _there)
            session.Run(made.Drop, context.Cancellation);
        return true;
    }
}
