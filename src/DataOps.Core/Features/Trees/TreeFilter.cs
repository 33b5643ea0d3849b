using DataOps.Core.Django.Pages;
using DataOps.Core.Django.Trees;

namespace DataOps.Core.Features.Trees;

/// <summary>The trees that a user asked for.</summary>
internal static class TreeFilter
{
    /// <summary>The trees whose table and model have one of these names; all without names.</summary>
    /// <exception cref="DataOpsException">A name is that of no tree, and the operation needs all of them.</exception>
    public static IReadOnlyList<Tree> Select(
        Session session, ReferenceCatalog catalog, IReadOnlyList<string> table, IReadOnlyList<string> model,
        OperationContext context)
    {
        NameFilter tables = new(table);
        NameFilter models = new(model);
        Tree[] trees = [.. new TreeReader(catalog).Read().Where(
            t => !t.HasOwnNames || MpttShape.Holds(session, t, context.Cancellation))];
        IEnumerable<string> unknownTables = tables.Unmatched(trees.Select(t => Names(catalog, t)));
        IEnumerable<string> unknownModels = models.Unmatched(trees.Select(t => Labels(catalog, t)));
        context.ReportUnmatched(unknownTables, names => Unknown("table", names));
        context.ReportUnmatched(unknownModels, names => Unknown("model", names));
        return [.. trees.Where(
            t => tables.Matches(Names(catalog, t)) && (models.IsEmpty || models.Matches(Labels(catalog, t))))];
    }

    private static string[] Names(ReferenceCatalog catalog, Tree tree) =>
        [.. Tables(catalog, tree).SelectMany(ReferenceFilter.TableNames)];

    private static string[] Labels(ReferenceCatalog catalog, Tree tree) =>
        [.. Tables(catalog, tree).Select(catalog.LabelOf).OfType<ModelLabel>()
            .SelectMany(l => ReferenceFilter.ModelNames(l))];

    // What is found in the table of a page type, of the sites or of the revisions, is found with the pages, and what in
    // a closure table, with its tree.
    private static IEnumerable<Table> Tables(ReferenceCatalog catalog, Tree tree)
    {
        IEnumerable<Table> tables =
            catalog.WithHeirs(tree.Table).Concat(ClosureTable.Of(catalog, tree).Select(c => c.Table));
        return PageTables.Find(catalog) is { } pages && pages.Pages == tree.Table
            ? tables.Concat(new[] { pages.Find(WagtailTables.Site), pages.Revisions }.OfType<Table>())
            : tables;
    }

    private static DataOpsException Unknown(string what, IReadOnlyList<string> names) => new(
        ErrorIds.UnknownTree, FailureKind.NotFound,
        $"There is no tree in a {what} {string.Join(", ", names.Select(n => $"\"{n}\""))}.",
        "Test-Tree without names tests all that there are; * stands for any characters.", names[0]);
}
