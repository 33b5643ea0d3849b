using DataOps.Core.Changes.UndoFiles;
using DataOps.Core.Django.Pages;

namespace DataOps.Core.Features.Pages;

/// <summary>
/// Converts pages to another page type in place: id, path, URL, history, permissions and children are kept.
/// </summary>
/// <remarks>With AsNewPage, new pages replace them, and references to the old pages are repointed.</remarks>
[Operation("Convert", "Page")]
public sealed class ConvertPage : Operation<ConvertPageOptions, IChangeResult>
{
    private const string Name = "Convert-Page";

    /// <inheritdoc/>
    /// <exception cref="DataOpsException">A page, type or field that is not there, or values and rows without a place
    /// in the new type: all of them.</exception>
    protected override IEnumerable<IChangeResult> Execute(
        Session session, ConvertPageOptions options, OperationContext context)
    {
        ChangeWay way = ChangeWay.For(session, Name, options);
        if (options.Id.Count + options.UrlPath.Count + options.Type.Count == 0)
            throw new DataOpsException(
                ErrorIds.MissingOption, FailureKind.InvalidArgument, "No page is named.",
                "Name pages with -Id, -UrlPath or -Type, or pipe them from Get-Page.");
        ReferenceCatalog catalog = ReferenceCatalog.Read(session, withEmbedded: false);
        PageTables tables = PageTables.Require(session, catalog);
        PageType target = tables.RequireType(options.To);
        using ChangeRun change = new(session, catalog, Name, way, context);
        change.LockTable(tables.Pages);
        PagesToConvert pages = new(session, tables, target, options, context);
        Conversion? conversion = pages.Type is { } old
            ? new(session, tables, change, tables.RequireType(old), target, options, context)
            : null;
        conversion?.Plan();
        change.Count();
        foreach (IChangeResult told in change.Report(
            options, [.. conversion?.Replaced ?? [], .. conversion?.Fields ?? []]))
            yield return told;
        yield return change.Finish().With(new ConvertPageResult
        {
            Id = pages.OnlyId,
            Pages = pages.Count,
            Aliases = pages.Aliases,
            Type = target.Label,
            OldType = conversion?.Old.Label,
            Revisions = conversion?.Revisions ?? 0,
        });
    }
}
