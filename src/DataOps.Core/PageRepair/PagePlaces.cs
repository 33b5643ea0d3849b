using System.Globalization;
using DataOps.Core.Changes;
using DataOps.Core.Django.References;
using DataOps.Core.Django.Trees;
using DataOps.Core.Kernel;
using DataOps.Core.Postgres.Connections;
using DataOps.Core.Postgres.Sql;

namespace DataOps.Core.PageRepair;

/// <summary>Finds places in the page tree for pages that come back, and keeps their parents' counts.</summary>
/// <param name="session">The session, in the transaction of the changes.</param>
/// <param name="catalog">The reference catalogue.</param>
/// <param name="pages">The plan of the pages.</param>
/// <param name="rebuilt">The temporary table of the pages that come back.</param>
/// <param name="cancellation">Cancels the query that runs.</param>
internal sealed class PagePlaces(Session session, ReferenceCatalog catalog, TablePlan pages, string rebuilt, CancellationToken cancellation)
{
    private static readonly PathScheme s_paths = PathScheme.Wagtail;

    private readonly string _all = $"(select path, url_path, slug from {pages.Table.Sql} union all select path, url_path, slug from {rebuilt})";

    /// <summary>
    /// The columns of a page that a revision does not tell, or no longer, as SQL over the revision r and its key k: its own place where that is free,
    /// else the last below the nearest page that is left.
    /// </summary>
    /// <exception cref="DataOpsException"><c>NoPlace</c>: nothing is left of the pages above it.</exception>
    public IReadOnlyDictionary<string, string> Place(PageRevision revision)
    {
        string path = revision.Path is { } old && s_paths.IsPath(old) && !Exists(old) && (s_paths.Depth(old) == 1 || Exists(s_paths.Parent(old))) ? old : Last(revision);
        string parent = s_paths.Depth(path) > 1 ? SqlText.Literal(s_paths.Parent(path)) : "null";
        // Two children of one page cannot have one slug.
        string slug = $"""
            (r.content ->> 'slug')::varchar || case
              when exists (select 1 from {_all} s where {s_paths.ParentSql("s.path")} = {parent} and s.slug = r.content ->> 'slug') then '-' || k.key else '' end
            """;
        Dictionary<string, string> values = new()
        {
            ["path"] = SqlText.Literal(path),
            ["depth"] = s_paths.Depth(path).ToString(CultureInfo.InvariantCulture),
            ["numchild"] = $"(select count(*)::int from {pages.Table.Sql} c where {s_paths.ParentSql("c.path")} = {SqlText.Literal(path)})",
            ["slug"] = slug,
            ["url_path"] = $"coalesce((select p.url_path from {_all} p where p.path = {parent}), '') || {(s_paths.Depth(path) > 1 ? $"{slug} || " : "")}'/'",
            ["content_type_id"] = "r.content_type_id",
            ["latest_revision_id"] = "r.id",
            ["latest_revision_created_at"] = "r.created_at",
            ["draft_title"] = "(r.content ->> 'title')",
        };
        return values.Where(v => pages.Table.Find(v.Key) is not null).ToDictionary();
    }

    /// <summary>Plans the counts of the parents that are there; those that come back themselves have theirs already, or get it.</summary>
    public void Plan()
    {
        pages.PlanUpdate($"from {pages.Table.Sql} t where exists (select 1 from {rebuilt} s where {s_paths.ParentSql("s.path")} = t.path)");
        session.Execute($"update {rebuilt} t set numchild = t.numchild + (select count(*) from {rebuilt} s where {s_paths.ParentSql("s.path")} = t.path)",
            cancellation);
    }

    /// <summary>Writes the counts.</summary>
    public void Apply() =>
        session.Execute($"update {pages.Table.Sql} t set numchild = s.numchild from {Counts} s where {pages.Same("s", "t")}", cancellation);

    /// <summary>What changes in the parents.</summary>
    public IEnumerable<RowChange> Describe(RowChanges changed) => changed.Updated(pages, catalog.LabelOf(pages.Table), Counts, ["numchild"]);

    // What is there and what comes; a parent's old count may have been wrong.
    private string Counts => $"""
        (select {pages.Identity.Of("c")}, (select count(*)::int from {rebuilt} s where {s_paths.ParentSql("s.path")} = c.path)
           + (select count(*)::int from {pages.Table.Sql} p
              where {s_paths.ParentSql("p.path")} = c.path and not exists (select 1 from {rebuilt} s where s.path = p.path)) as numchild
         from {pages.Name} c where c._action = 'U' and exists (select 1 from {rebuilt} s where {s_paths.ParentSql("s.path")} = c.path))
        """;

    private string Last(PageRevision revision)
    {
        for (string path = revision.Path ?? ""; s_paths.Depth(path) > 1;)
            if (Exists(path = s_paths.Parent(path)))
                return Next(path);
        throw new DataOpsException(
            ErrorIds.NoPlace, FailureKind.InvalidOperation,
            $"All ancestors of page {revision.Key} are missing, so it has no place in the tree. Nothing was changed.",
            "Use another -Action for this row.", pages.Table.DisplayName);
    }

    private string Next(string parent)
    {
        string? last = session.List<string?>(
            $"select max(s.path collate \"C\") from {_all} s where {s_paths.ParentSql("s.path")} = @parent and {s_paths.IsInAlphabet("s.path")}",
            new { parent }, cancellation)[0];
        return s_paths.Child(parent, last is null ? 1 : s_paths.NumberOf(last) + 1);
    }

    private bool Exists(string path) => session.List<bool>($"select exists (select 1 from {_all} s where s.path = @path)", new { path }, cancellation)[0];
}
