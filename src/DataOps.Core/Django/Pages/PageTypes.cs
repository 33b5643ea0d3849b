using DataOps.Core.Django.Models;
using DataOps.Core.Django.References;
using DataOps.Core.Kernel;
using DataOps.Core.Postgres.Catalog;

namespace DataOps.Core.Django.Pages;

/// <summary>A type of pages.</summary>
/// <param name="Label">app.model.</param>
/// <param name="ContentType">django_content_type.id.</param>
/// <param name="Chain">Its tables, from wagtailcore_page to its own.</param>
internal sealed record PageType(string Label, int ContentType, IReadOnlyList<Table> Chain);

/// <summary>The types of pages that a database has tables for.</summary>
internal sealed class PageTypes(ReferenceCatalog catalog, Table pages)
{
    /// <summary>The type of that label.</summary>
    /// <exception cref="DataOpsException"><c>UnknownModel</c>, or <c>NotAPageType</c>.</exception>
    public PageType Require(string label)
    {
        Model? model = catalog.Models.FirstOrDefault(m => m.Label.Equals(label, StringComparison.OrdinalIgnoreCase));
        if (model is null)
            throw new DataOpsException(
                ErrorIds.UnknownModel, FailureKind.NotFound, $"There is no model {label} with a table in this database.",
                Advice(label), label);
        Table[] chain = Chain(model.Table);
        return chain.Length > 0 ? new PageType(model.Label, model.ContentType, chain) : throw new DataOpsException(
            ErrorIds.NotAPageType, FailureKind.InvalidArgument, $"{model.Label} is no type of pages.", $"There are: {string.Join(", ", All())}.", label);
    }

    /// <summary>The type that pages have by their content type.</summary>
    /// <exception cref="DataOpsException"><c>UnknownModel</c>: its table is gone.</exception>
    public PageType Of(int contentType) => Require(catalog.ContentTypeOf(contentType)?.Label ?? $"with content type {contentType}");

    private string Advice(string label)
    {
        string[] same = [.. All().Where(l => l[(l.IndexOf('.', StringComparison.Ordinal) + 1)..].Equals(label, StringComparison.OrdinalIgnoreCase))];
        return same.Length > 0
            ? $"Name it with its application: {string.Join(", ", same)}."
            : "Get-Model lists what there is. A type that is new in the code has to be migrated first.";
    }

    private IEnumerable<string> All() => catalog.Models.Where(m => Chain(m.Table).Length > 0).Select(m => m.Label);

    private Table[] Chain(Table? table)
    {
        List<Table> chain = [];
        for (; table is not null; table = catalog.ParentLink(table)?.Target)
            chain.Insert(0, table);
        return chain.Count > 0 && chain[0].Oid == pages.Oid ? [.. chain] : [];
    }
}
