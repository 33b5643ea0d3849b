using DataOps.Core.Changes.UndoFiles;

namespace DataOps.Core.Features.ContentTypes;

/// <summary>
/// Deletes stale content types and permissions and applies on_delete to dependent rows, or moves those to another
/// model; in one transaction.
/// </summary>
[Operation("Remove", "StaleContentType", AsksFirst = true)]
public sealed class RemoveStaleContentType : Operation<RemoveStaleContentTypeOptions, IChangeResult>
{
    private const string Name = "Remove-StaleContentType";

    private static readonly DeletionWords s_words = new("would be deleted with it, so nothing was changed.",
        "Delete those rows first", "use -OnDependent Cascade");

    /// <inheritdoc/>
    /// <exception cref="DataOpsException">What is named must not go; rows that nothing is known of need it; or a
    /// constraint is in the way.</exception>
    protected override IEnumerable<IChangeResult> Execute(
        Session session, RemoveStaleContentTypeOptions options, OperationContext context)
    {
        ChangeWay way = ChangeWay.For(session, Name, options);
        ReferenceCatalog catalog = ReferenceCatalog.Read(session, withEmbedded: false);
        Table contentTypes = catalog.TableOf(DjangoTables.ContentType)
            ?? throw new DataOpsException(
                ErrorIds.NoContentTypes, FailureKind.NotFound, $"{session.Database} has no content types.",
                "Connect to the database of a Django site.", session.Database);
        using ChangeRun change = new(session, catalog, Name, way, context);

        context.Report("Finding stale content types", 0, null);
        RemovalSelection choice = new(session, catalog, options, context);
        RemovalPlan plan = new(session, catalog, contentTypes, change, choice, context.Cancellation);
        context.Report("Finding dependent rows", 0, null);
        plan.Make(options.OnDependent, s_words);
        GrantChange[] grants = [.. plan.Grants()];
        foreach (IChangeResult told in
            options.WhatIf || options.Detailed ? plan.Describe(grants, options.Detailed) : [])
            yield return told;
        yield return plan.Result(grants, change.Finish());
    }
}
