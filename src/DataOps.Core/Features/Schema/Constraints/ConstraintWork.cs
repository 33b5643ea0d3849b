using DataOps.Core.Changes.Batches;
using DataOps.Core.Changes.UndoFiles;
using DataOps.Core.Postgres.Schemas;
using Npgsql;

namespace DataOps.Core.Features.Schema.Constraints;

/// <summary>
/// Carries steps out: each statement in a short transaction, or in none where PostgreSQL works beside the site. What is
/// made is in the undo file before its transaction commits.
/// </summary>
/// <param name="session">The session, in no transaction.</param>
/// <param name="own">The schema of the site's own tables, whose names are bare in expressions.</param>
/// <param name="operation">The operation.</param>
/// <param name="undo">Where the undo file goes; null for none.</param>
/// <param name="context">Ends it.</param>
internal sealed class ConstraintWork(
    Session session, string own, string operation, UndoPlace? undo, OperationContext context)
{
    private readonly ShortTransaction _transaction = new(session, BatchLimits.Of(1), context);
    private readonly UndoBatches? _undo = undo is null ? null : new(undo, operation);

    /// <summary>Attempts that failed because another session held a lock.</summary>
    public int Retries => _transaction.Retries;

    /// <summary>The undo file; null where nothing was made, or none is written.</summary>
    public string? UndoPath => _undo is { Count: > 0 } ? _undo.Place.Path : null;

    /// <summary>Does a step.</summary>
    /// <returns>Whether anything was changed, and why it did not come to its end; null where it did.</returns>
    /// <exception cref="DataOpsException">A table stays locked, or the server refused it for another reason than its
    /// rows: what the step had made is dropped again.</exception>
    public (bool Changed, string? Failure) Do(ConstraintStep step)
    {
        bool isKept = false;
        int done = 0;
        session.Run($"set search_path = pg_catalog, {SqlText.Identifier(own)}, pg_temp", context.Cancellation);
        try
        {
            foreach (SqlText statement in step.Statements)
            {
                context.Report($"{step.Action} {step.Name} of {step.Table}", done, step.Statements.Count);
                bool isBeside = SchemaSql.IsConcurrent(statement);
                if (isBeside)
                    Beside(statement, context.Cancellation);
                else
                    isKept |= Shortly(() => session.Run(statement, context.Cancellation), isKept ? null : step);
                done++;
                // From here on it is there, and goes again where the undo file cannot be written.
                if (isBeside && step.Makes == MadeKind.Index)
                    isKept |= Shortly(() => { }, step);
            }
            return (true, null);
        }
        catch (Exception e) when (e is DataOpsException or OperationCanceledException)
        {
            if (!isKept && Forget(step, done) is { } still && e is DataOpsException failed)
                throw new DataOpsException(
                    failed.Id, failed.Kind, $"{failed.Message} What was made before it is still there: {still}",
                    "Repair-Constraint drops it when it is run again.", failed.Target, failed);
            if (e is DataOpsException { InnerException: PostgresException violation }
                && Failure(step, violation) is { } why)
                return (isKept, why);
            throw WithUndo(e);
        }
        finally
        {
            if (IsOpen)
                session.Run($"set search_path = pg_catalog");
        }
    }

    private bool IsOpen => session.Connection.FullState.HasFlag(System.Data.ConnectionState.Open);

    // It waits for transactions that are older than it, and nobody waits for it.
    private void Beside(SqlText statement, CancellationToken cancellation)
    {
        session.Run($"set lock_timeout = 0", cancellation);
        try
        {
            session.Run(statement, cancellation);
        }
        finally
        {
            if (IsOpen)
                session.Run(
                    $"set lock_timeout = {SessionSettings.Milliseconds(session.Settings.LockTimeout)}",
                    CancellationToken.None);
        }
    }

    // Whether what the step makes is there now, and in the undo file.
    private bool Shortly(Action work, ConstraintStep? step)
    {
        bool isMade = false;
        bool isWritten = false;
        try
        {
            _transaction.Run(() =>
            {
                if (isWritten)
                    _undo!.TakeBack();
                isWritten = false;
                work();
                // A definition is compared with what undoing reads under the same path.
                session.Run($"set local search_path = pg_catalog", context.Cancellation);
                if (step is not { Makes: { } kind } || MadeConstraint.Read(
                    session, step.Table.Schema, step.Table.Name, kind, step.MadeName, context.Cancellation)
                    is not { } made)
                    return;
                isMade = true;
                if (_undo is not null)
                    Write(_undo, made);
                isWritten = _undo is not null;
            });
        }
        // Where the connection broke nobody knows: what is not there, undoing leaves alone.
        catch (Exception e) when (isWritten && e is not DataOpsException { Kind: FailureKind.Connection })
        {
            _undo!.TakeBack();
            throw;
        }
        return isMade;
    }

    private void Write(UndoBatches batches, MadeConstraint made)
    {
        try
        {
            UndoHeader header = UndoHeader.Of(session, operation, [], context.Cancellation, [made]);
            using UndoFileWriter file = new(batches.Place, batches.Continue(header));
            file.Complete(batches);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw UndoPlace.WriteFailed(batches.Place.Path, $"{made} was not made", e);
        }
    }

    // What a step has made before it failed, and what nobody uses by itself; why it is still there, else null.
    private string? Forget(ConstraintStep step, int done)
    {
        if (!IsOpen)
            return null;
        try
        {
            Drop(step, done);
            return null;
        }
        catch (DataOpsException e)
        {
            return e.Message;
        }
    }

    private void Drop(ConstraintStep step, int done)
    {
        // An index of the name that somebody else has made is not ours to drop: it is valid.
        HashSet<string> left = [.. InvalidIndexes.Read(session, default)
            .Where(i => i.Schema == step.Table.Schema).Select(i => i.Index)];
        bool isBuilt = step.Action == ConstraintAction.Add && step.Statements.Take(done).Any(SchemaSql.IsConcurrent);
        string name = step.Action == ConstraintAction.Rebuild ? $"{step.Name}_ccnew" : step.Name;
        if (isBuilt || (left.Contains(name) && step.Action is ConstraintAction.Add or ConstraintAction.Rebuild))
            Beside($"drop index concurrently if exists {SqlText.Identifier(step.Table.Schema, name)}", default);
        // Under the lock limit of everything else: whoever waits for this lock keeps readers waiting behind it.
        if (step.Makes == MadeKind.NotNull && done > 0)
            new ShortTransaction(session, BatchLimits.Of(1), context with { Cancellation = default }).Run(
                () => session.Run($"alter table {step.Table} drop constraint if exists "
                    + $"{SqlText.Identifier(SchemaSql.NotNullCheck)}"));
    }

    private static string? Failure(ConstraintStep step, PostgresException e)
    {
        string? what = e.SqlState switch
        {
            PostgresErrorCodes.ForeignKeyViolation => "a row without a target was inserted meanwhile, so the "
                + "constraint is still NOT VALID",
            PostgresErrorCodes.UniqueViolation => "rows share its values",
            PostgresErrorCodes.CheckViolation => step.Kind == SchemaObjectKind.Column
                ? "a row without a value was inserted meanwhile"
                : "a row that does not pass was inserted meanwhile, so the constraint is still NOT VALID",
            PostgresErrorCodes.NotNullViolation => "a row has no value",
            PostgresErrorCodes.ExclusionViolation => "rows exclude each other",
            _ => null,
        };
        return what is null ? null : $"{what}: {e.Detail ?? e.MessageText}";
    }

    private Exception WithUndo(Exception e) => e is not DataOpsException failure || UndoPath is not { } path ? e : new
        DataOpsException(
            failure.Id, failure.Kind, $"{failure.Message} What was made before it is there, and in {path}.",
            failure.Advice, failure.Target, failure);
}
