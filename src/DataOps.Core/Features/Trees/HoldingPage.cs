using DataOps.Core.Django.Pages;
using DataOps.Core.Django.Trees;

namespace DataOps.Core.Features.Trees;

/// <summary>
/// A plain page that a repair makes: below the root for pages of which no ancestor is left, or the root itself where
/// that is missing.
/// </summary>
/// <remarks>
/// It is a copy of a page that needs it, so that every column has a value, without what is that page's own.
/// </remarks>
internal sealed class HoldingPage(Session session, PageTables tables, TablePlan rows, CancellationToken cancellation)
    : IRepair
{
    /// <summary>Where pages are held, below the root.</summary>
    public const string UrlPath = "/recovered-pages/";

    private static readonly SqlText s_name = $"pg_temp.dataops_held";
    private readonly SqlText _key = tables.Key;
    private readonly Column[] _columns = [.. tables.Pages.Columns.Where(c => c.IsWritable)];
    private bool _isMade;

    /// <summary>Puts one into the working copy of the tree.</summary>
    /// <param name="nodes">The working copy.</param>
    /// <param name="path">Its path.</param>
    /// <param name="like">The key of the page that needs it.</param>
    /// <param name="isRoot">Whether it is the root page.</param>
    /// <returns>Its id.</returns>
    public string Make(NodeRows nodes, string path, string like, bool isRoot)
    {
        if (!_isMade)
            Run($"create temp table {s_name} on commit drop as select {_columns} from {tables.Pages} with no data");
        _isMade = true;
        // Beyond every page, and every row that a page has left behind.
        IEnumerable<SqlText> taken = tables.TakenKeys(tables.Specific.Prepend(tables.Pages));
        string id = session.Query<string>(
            $"select (greatest((select max({_key}) from {s_name}), {taken}) + 1)::text", cancellation)[0];
        string title = isRoot ? "Root" : "Recovered pages";
        Dictionary<string, SqlText> own = new()
        {
            ["id"] = SqlText.Value(id),
            ["path"] = SqlText.Value(path),
            ["depth"] = $"{PathScheme.Wagtail.Depth(path)}",
            ["numchild"] = $"0",
            ["title"] = SqlText.Value(title),
            ["draft_title"] = SqlText.Value(title),
            ["slug"] = SqlText.Value(isRoot ? "root" : UrlPath.Trim('/')),
            ["url_path"] = SqlText.Value(isRoot ? "/" : UrlPath),
            ["content_type_id"] = $"{tables.ContentType}",
            ["live"] = $"{isRoot}",
            ["translation_key"] = $"gen_random_uuid()",
            ["seo_title"] = $"''",
            ["search_description"] = $"''",
        };
        foreach (string no in new[] { "has_unpublished_changes", "show_in_menus", "expired", "locked" })
            own[no] = $"false";
        IEnumerable<SqlText> values = _columns.Select(c =>
            own.TryGetValue(c.Name, out SqlText? value) ? (SqlText)$"({value})::{c.TypeSql}"
                // The locale, and what a site has added, is the page's that needs it.
                : c.NotNull || c.Name == "locale_id" ? c.In("p") : (SqlText)$"null::{c.TypeSql}");
        Run($"insert into {s_name} select {values} from {tables.Pages} p where p.{_key}::text = {SqlText.Value(like)}");
        Run($"""
            insert into {nodes.Name} ({rows.Identity.Sql}, path, depth, numchild, slug, url_path, _key, _moved)
            select {rows.Identity.Of("h")}, h.path, h.depth, h.numchild, h.slug, h.url_path, h.{_key}::text, true
            from {s_name} h
            where h.{_key}::text = {SqlText.Value(id)}
            """);
        return id;
    }

    /// <inheritdoc/>
    public void Plan()
    {
        if (_isMade)
            rows.PlanInsert($"select {rows.Identity.Of("h")} from {s_name} h");
    }

    /// <inheritdoc/>
    public void Apply()
    {
        if (!_isMade)
            return;
        // Its place may still be another's: all places are written together afterwards.
        Run($"update {s_name} set path = '~' || {_key}");
        session.RunAsApplication(
            $"insert into {tables.Pages} ({_columns}) overriding system value select {_columns} from {s_name}",
            cancellation);
        if (Sequence.Raise(tables.Pages) is { } raise)
            Run(raise);
    }

    /// <inheritdoc/>
    public IEnumerable<RowChange> Describe(RowChanges changed) =>
        _isMade ? changed.Inserted(
            rows, tables.Catalog.LabelOf(tables.Pages), $"from {s_name} s", _columns.Select(c => c.Name)) : [];

    private void Run(SqlText sql) => session.Run(sql, cancellation);
}
