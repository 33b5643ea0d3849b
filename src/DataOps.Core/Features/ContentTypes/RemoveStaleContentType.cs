using System.Diagnostics;
using DataOps.Core.Changes;
using DataOps.Core.Changes.UndoFiles;
using DataOps.Core.Django.Knowledge;
using DataOps.Core.Django.References;
using DataOps.Core.Kernel;
using DataOps.Core.Operations;
using DataOps.Core.Postgres.Catalog;
using DataOps.Core.Postgres.Connections;
using Npgsql;

namespace DataOps.Core.Features.ContentTypes;

/// <summary>
/// Removes stale content types and permissions with what depends on them, as Django's on_delete says, or lets another model take over; in one transaction.
/// </summary>
[Operation("Remove", "StaleContentType", AsksFirst = true)]
public sealed class RemoveStaleContentType : Operation<RemoveStaleContentTypeOptions, IChangeResult>
{
    private const string Name = "Remove-StaleContentType";

    private static readonly DeletionWords s_words = new("would go with it, so nothing was changed.", "Delete those rows first", "use -OnDependent Cascade");

    /// <inheritdoc/>
    /// <exception cref="DataOpsException">What is named must not go; rows that nothing is known of need it; or a constraint is in the way.</exception>
    protected override IEnumerable<IChangeResult> Execute(Session session, RemoveStaleContentTypeOptions options, OperationContext context)
    {
        Stopwatch watch = Stopwatch.StartNew();
        string? undo = UndoPlace.Of(options, session.Database, Name);
        ReferenceCatalog catalog = ReferenceCatalog.Read(session);
        Table contentTypes = catalog.TableOf(DjangoTables.ContentType)
            ?? throw new DataOpsException(
                ErrorIds.NoContentTypes, FailureKind.NotFound, $"{session.Database} has no content types.", "Name a database of Django's.", session.Database);
        using NpgsqlTransaction transaction = session.Connection.BeginTransaction(System.Data.IsolationLevel.ReadCommitted);
        using ChangeSet changes = new(session, Name, context.Cancellation);

        context.Report("Looking for what is stale", 0, null);
        RemovalSelection choice = RemovalSelection.Make(session, catalog, options, context);
        RemovalPlan plan = new(session, catalog, contentTypes, changes, choice, options.OnDependent, s_words, context.Cancellation);
        context.Report("Following what depends on it", 0, null);
        plan.Make();
        GrantChange[] grants = [.. plan.Grants()];
        foreach (IChangeResult told in options.WhatIf || options.Detailed ? plan.Describe(grants, options.Detailed) : [])
            yield return told;
        string? undoPath = null;
        if (!options.WhatIf && changes.Planned > 0)
        {
            context.Report("Locking", 0, changes.Planned);
            changes.Lock();
            context.Report("Removing", 0, changes.Planned);
            plan.Apply();
            undoPath = undo is null ? null : changes.WriteUndo(undo);
            changes.Commit(transaction);
        }
        yield return plan.Result(Name, grants, undoPath, isDone: !options.WhatIf, Math.Round(watch.Elapsed.TotalSeconds, 3));
    }
}
