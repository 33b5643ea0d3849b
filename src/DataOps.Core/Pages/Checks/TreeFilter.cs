using DataOps.Core.Catalog;
using DataOps.Core.Trees;

namespace DataOps.Core.Pages;

/// <summary>The trees that a user asked for.</summary>
internal static class TreeFilter
{
    /// <summary>The trees whose table and model have one of these names; all without names.</summary>
    /// <exception cref="DataOpsException">A name matches no tree.</exception>
    public static IReadOnlyList<Tree> Select(ReferenceCatalog catalog, IReadOnlyList<string> table, IReadOnlyList<string> model)
    {
        NameFilter tables = new(table);
        NameFilter models = new(model);
        Tree[] trees = [.. new TreeReader(catalog).Read()];
        Require(tables.Unmatched(trees.Select(t => ReferenceFilter.TableNames(t.Table))), "table");
        Require(models.Unmatched(trees.Select(t => catalog.LabelOf(t.Table)).OfType<string>().Select(ReferenceFilter.ModelNames)), "model");
        return [.. trees.Where(t =>
            tables.Matches(ReferenceFilter.TableNames(t.Table))
            && (models.IsEmpty || (catalog.LabelOf(t.Table) is { } label && models.Matches(ReferenceFilter.ModelNames(label)))))];
    }

    private static void Require(IEnumerable<string> unmatched, string what)
    {
        if (unmatched.ToArray() is { Length: > 0 } unknown)
            throw new DataOpsException(
                "UnknownTree", FailureKind.NotFound, $"There is no tree in a {what} {string.Join(", ", unknown.Select(n => $"\"{n}\""))}.",
                "Test-Tree without names tests all that there are; * stands for any characters.", unknown[0]);
    }
}
