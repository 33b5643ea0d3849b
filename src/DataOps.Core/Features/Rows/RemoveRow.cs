using DataOps.Core.Changes.Batches;
using DataOps.Core.Changes.UndoFiles;
using Npgsql;

namespace DataOps.Core.Features.Rows;

/// <summary>
/// Deletes chosen rows of a model, by key or by filter, and applies Django's on_delete to dependent rows; in one
/// transaction, or in batches.
/// </summary>
[Operation("Remove", "Row", AsksFirst = true)]
public sealed class RemoveRow : Operation<RemoveRowOptions, IChangeResult>
{
    private const string Name = "Remove-Row";

    /// <inheritdoc/>
    /// <exception cref="DataOpsException">Nothing says which rows, a name is not found, rows are protected or are below
    /// a deleted row in a tree, or others were there meanwhile: nothing is changed.</exception>
    protected override IEnumerable<IChangeResult> Execute(
        Session session, RemoveRowOptions options, OperationContext context)
    {
        Check(options);
        ChangeWay way = ChangeWay.For(session, Name, options);
        ReferenceCatalog catalog = ReferenceCatalog.Read(session);
        if (options.BatchSize is not { } size)
            return AtOnce(session, catalog, options, way, context);
        IEnumerable<IChangeResult> plan = AtOnce(session, catalog, options with { WhatIf = true },
            new ChangeWay.WhatIfInBatches { MaxDelete = way.MaxDelete }, context);
        if (options.WhatIf)
            return plan;
        // What is refused is refused before the first batch.
        RemoveRowResult planned = plan.OfType<RemoveRowResult>().Single();
        return InBatches(session, catalog, options, planned, BatchLimits.Of(size), context);
    }

    // No row goes because nothing was said.
    private static void Check(RemoveRowOptions options)
    {
        if (options is { BatchSize: not null, Detailed: true, WhatIf: false })
            throw new DataOpsException(
                ErrorIds.ContradictingOptions, FailureKind.InvalidArgument,
                "-Detailed with -BatchSize needs -WhatIf, as each batch is planned only when its turn comes.",
                "Leave one of them out.", nameof(options.Detailed));
        if (options.Model.Count > 1)
            throw new DataOpsException(
                ErrorIds.ContradictingOptions, FailureKind.InvalidArgument,
                $"-Model names {options.Model.Count} models, and rows are chosen of one.", "Name one of them.",
                nameof(options.Model));
        if (options.InputObject is not null)
            return;
        OptionCheck.Given(
            nameof(options.Model), options.Model.Count > 0, "Name the model of the rows, as app.model.");
        OptionCheck.Given(nameof(options.Key), options.Key.Count > 0 || options.Filter.Length > 0,
            "Name the rows by their keys, or select them with -Filter.");
    }

    private static IEnumerable<IChangeResult> AtOnce(
        Session session, ReferenceCatalog catalog, RemoveRowOptions options, ChangeWay way, OperationContext context)
    {
        using ChangeRun change = new(session, catalog, Name, way, context);
        RowSelection selection = new(session, catalog, options, outlives: false, context);
        IReadOnlyList<ChosenRows> chosen = selection.Choose(change.Changes);
        RowRemoval removal = new(session, catalog, options, change, chosen, context);
        removal.Plan();
        LeftReferences left = new(session, catalog, change.Changes, context.Cancellation);
        left.Find();
        left.Warn(context);
        RowToRemove[] rows = [.. removal.Describe()];
        foreach (IChangeResult told in change.Report(options, rows))
            yield return told;
        ChangeResult done = change.Finish(stale: TableChangeSummary.Stale(catalog, change.Tables, leavesTrees: true));
        yield return done.With(RowRemoval.Result(chosen, rows, selection.Skipped) with
        {
            LeftBehind = left.Count, Batches = done.Changed ? 1 : 0,
        });
    }

    private static IEnumerable<IChangeResult> InBatches(
        Session session, ReferenceCatalog catalog, RemoveRowOptions options, RemoveRowResult planned,
        BatchLimits limits, OperationContext context)
    {
        BatchedChange batches = new(session, catalog, Name, limits, UndoPlace.Of(options, session, Name), context);
        RowSelection selection = new(session, catalog, options, outlives: true, context);
        IReadOnlyList<ChosenRows> chosen;
        using (NpgsqlTransaction transaction = session.Connection.BeginTransaction(
            System.Data.IsolationLevel.ReadCommitted))
        {
            using ChangeSet changes = new(session, Name, context.Cancellation);
            chosen = selection.Choose(changes);
            transaction.Commit();
        }
        RowBatches rows = new(session, catalog, options, selection, batches, context);
        try
        {
            rows.Run(chosen);
        }
        finally
        {
            selection.Forget();
        }
        yield return batches.Finish().With(planned with { Rows = rows.Deleted, Batches = batches.Batches });
        batches.ThrowIfStopped();
    }
}
