using DataOps.Core.Changes.Batches;
using DataOps.Core.Changes.UndoFiles;
using Npgsql;

namespace DataOps.Core.Changes;

/// <summary>
/// How a change treats its transaction: at once, as one of several batches, or only to find out what would happen.
/// </summary>
internal abstract class ChangeWay
{
    /// <summary>Whether everything is taken back in the end.</summary>
    public virtual bool IsWhatIf => false;

    /// <summary>The most rows that may be deleted; null without a limit.</summary>
    public int? MaxDelete { get; init; }

    /// <summary>Whether rows are written at all.</summary>
    public virtual bool Applies => true;

    /// <summary>The way that options ask for.</summary>
    /// <exception cref="DataOpsException">The undo file cannot be where it is to be.</exception>
    public static ChangeWay For(Session session, string operation, ChangeOptions options)
    {
        int? most = (options as DeletingOptions)?.MaxDelete is { } text ? Rows(text) : null;
        if (options.Whole is { } whole)
            return new Part(whole) { MaxDelete = most };
        UndoPlace? undo = UndoPlace.Of(options, session, operation);
        if (options.WhatIf)
            return new WhatIf { MaxDelete = most };
        undo?.Prepare();
        return new AtOnce(undo) { MaxDelete = most };
    }

    private static int Rows(string text)
    {
        int rows = OptionText.Parse<int>(nameof(DeletingOptions.MaxDelete), text);
        OptionCheck.InRange(nameof(DeletingOptions.MaxDelete), rows, 0, int.MaxValue);
        return rows;
    }

    /// <summary>Begins the transaction; null where it is another's.</summary>
    public virtual NpgsqlTransaction? Begin(Session session, CancellationToken cancellation) =>
        session.Connection.BeginTransaction(System.Data.IsolationLevel.ReadCommitted);

    /// <summary>
    /// Ends it, when all rows are written and checked: the undo file is whole on the disk before the commit.
    /// </summary>
    /// <param name="changes">The rows.</param>
    /// <param name="transaction">The transaction that <see cref="Begin"/> began.</param>
    /// <param name="last">Does what no rollback takes back, and says whether anything is changed.</param>
    /// <returns>Whether the database was changed, and the undo file.</returns>
    /// <exception cref="DataOpsException">The undo file cannot be written, or the commit fails: nothing is
    /// changed.</exception>
    public virtual (bool Changed, string? UndoPath) End(
        ChangeSet changes, NpgsqlTransaction? transaction, Func<bool> last)
    {
        string? written = WriteUndo(changes);
        bool changed = last();
        changes.Commit(transaction!);
        return (changed, written);
    }

    /// <summary>Writes the undo file.</summary>
    /// <returns>Its path; null when none is written.</returns>
    protected virtual string? WriteUndo(ChangeSet changes) => null;

    /// <summary>All in one transaction.</summary>
    public sealed class AtOnce(UndoPlace? undo) : ChangeWay
    {
        /// <inheritdoc/>
        protected override string? WriteUndo(ChangeSet changes) => undo is null ? null : changes.WriteUndo(undo);
    }

    /// <summary>One of many short transactions, which wait shortly for their locks and share an undo file.</summary>
    public sealed class InBatches(UndoBatches? undo, BatchLimits limits) : ChangeWay
    {
        /// <inheritdoc/>
        public override NpgsqlTransaction? Begin(Session session, CancellationToken cancellation)
        {
            NpgsqlTransaction? transaction = base.Begin(session, cancellation);
            session.LimitLockWait(limits.LockTimeout, cancellation);
            return transaction;
        }

        /// <inheritdoc/>
        protected override string? WriteUndo(ChangeSet changes) =>
            undo is null ? null : changes.WriteUndo(undo.Place, undo);
    }

    /// <summary>Rows are written, so that whatever would refuse them does, and taken back.</summary>
    public sealed class WhatIf : ChangeWay
    {
        /// <inheritdoc/>
        public override bool IsWhatIf => true;

        /// <inheritdoc/>
        public override (bool Changed, string? UndoPath) End(
            ChangeSet changes, NpgsqlTransaction? transaction, Func<bool> last)
        {
            transaction!.Rollback();
            return (false, null);
        }
    }

    /// <summary>One of several changes that are one, in the transaction of all of them.</summary>
    public sealed class Part(WholeChange whole) : ChangeWay
    {
        /// <inheritdoc/>
        public override bool IsWhatIf => whole.IsWhatIf;

        /// <inheritdoc/>
        public override NpgsqlTransaction? Begin(Session session, CancellationToken cancellation) => null;

        /// <inheritdoc/>
        public override (bool Changed, string? UndoPath) End(
            ChangeSet changes, NpgsqlTransaction? transaction, Func<bool> last)
        {
            if (whole.IsWhatIf)
                return (false, null);
            string? written = whole.Undo is { } undo ? changes.WriteUndo(undo.Place, undo) : null;
            bool changed = last();
            changes.Keep();
            return (changed, written);
        }
    }

    /// <summary>
    /// Rows are only planned: of a run in batches, one transaction that wrote all of them would hold up the site for
    /// long.
    /// </summary>
    public sealed class WhatIfInBatches : ChangeWay
    {
        /// <inheritdoc/>
        public override bool IsWhatIf => true;

        /// <inheritdoc/>
        public override bool Applies => false;
    }
}
