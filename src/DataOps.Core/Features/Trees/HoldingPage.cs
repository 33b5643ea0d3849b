using DataOps.Core.Changes;
using DataOps.Core.Django.Pages;
using DataOps.Core.Django.Trees;
using DataOps.Core.Postgres.Connections;
using DataOps.Core.Postgres.Sql;

namespace DataOps.Core.Features.Trees;

/// <summary>A plain page that a repair makes: below the root for pages of which no ancestor is left, or the root itself where that is missing.</summary>
/// <remarks>It is a copy of a page that needs it, so that every column has a value, without what is that page's own.</remarks>
internal sealed class HoldingPage(Session session, PageTables tables, TablePlan rows, CancellationToken cancellation) : IRepair
{
    /// <summary>Where pages are held, below the root.</summary>
    public const string UrlPath = "/recovered-pages/";

    private const string Name = "pg_temp.dataops_held";
    private readonly string[] _columns = [.. tables.Pages.Columns.Where(c => c.IsWritable).Select(c => c.Name)];
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
            Execute($"create temp table {Name[8..]} on commit drop as select {SqlText.Identifiers(_columns)} from {tables.Pages.Sql} with no data");
        _isMade = true;
        string id = session.List<string>($"select ({NextKey})::text", cancellation: cancellation)[0];
        string title = isRoot ? "Root" : "Recovered pages";
        Dictionary<string, string> own = new()
        {
            ["id"] = id,
            ["path"] = SqlText.Literal(path),
            ["depth"] = $"{PathScheme.Wagtail.Depth(path)}",
            ["numchild"] = "0",
            ["title"] = SqlText.Literal(title),
            ["draft_title"] = SqlText.Literal(title),
            ["slug"] = SqlText.Literal(isRoot ? "root" : UrlPath.Trim('/')),
            ["url_path"] = SqlText.Literal(isRoot ? "/" : UrlPath),
            ["content_type_id"] = $"{tables.ContentType}",
            ["live"] = isRoot ? "true" : "false",
            ["translation_key"] = "gen_random_uuid()",
            ["seo_title"] = "''",
            ["search_description"] = "''",
        };
        foreach (string no in new[] { "has_unpublished_changes", "show_in_menus", "expired", "locked" })
            own[no] = "false";
        IEnumerable<string> values = tables.Pages.Columns.Where(c => c.IsWritable).Select(c =>
            own.TryGetValue(c.Name, out string? value) ? $"({value})::{c.TypeText}"
                // The locale, and what a site has added, is the page's that needs it.
                : c.NotNull || c.Name == "locale_id" ? $"p.{SqlText.Identifier(c.Name)}" : $"null::{c.TypeText}");
        Execute($"insert into {Name} select {string.Join(", ", values)} from {tables.Pages.Sql} p where p.{tables.Key}::text = {SqlText.Literal(like)}");
        Execute($"""
            insert into {nodes.Name} ({rows.Identity.Sql}, path, depth, numchild, slug, url_path, _key, _moved)
            select {rows.Identity.Of("h")}, h.path, h.depth, h.numchild, h.slug, h.url_path, h.{tables.Key}::text, true from {Name} h
            where h.{tables.Key}::text = {SqlText.Literal(id)}
            """);
        return id;
    }

    /// <inheritdoc/>
    public void Plan()
    {
        if (_isMade)
            rows.PlanInsert($"select {rows.Identity.Of("h")} from {Name} h");
    }

    /// <inheritdoc/>
    public void Apply()
    {
        if (!_isMade)
            return;
        // Its place may still be another's: all places are written together afterwards.
        Execute($"update {Name} set path = '~' || {tables.Key}");
        string columns = SqlText.Identifiers(_columns);
        Execute($"insert into {tables.Pages.Sql} ({columns}) overriding system value select {columns} from {Name}");
        if (tables.Pages.SingleKey!.Sequence is { } sequence)
            Execute($"select setval({SqlText.Literal(sequence)}, greatest(q.last_value, (select max({tables.Key}) from {tables.Pages.Sql}))) from {sequence} q");
    }

    /// <inheritdoc/>
    public IEnumerable<RowChange> Describe(RowChanges changed) =>
        _isMade ? changed.Inserted(rows, tables.Catalog.LabelOf(tables.Pages), $"from {Name} s", _columns) : [];

    // Beyond every page, and every row that a page has left behind.
    private string NextKey
    {
        get
        {
            IEnumerable<string> most = tables.Specific.Prepend(tables.Pages)
                .Select(t => $"(select max({SqlText.Identifier(t.SingleKey!.Name)}) from {t.Sql})").Append($"(select max({tables.Key}) from {Name})");
            string used = tables.Pages.SingleKey!.Sequence is { } sequence ? $", (select last_value from {sequence})" : "";
            return $"greatest({string.Join(", ", most)}{used}) + 1";
        }
    }

    private void Execute(string sql) => session.Execute(sql, cancellation);
}
