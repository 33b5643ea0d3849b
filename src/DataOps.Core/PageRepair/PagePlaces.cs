using DataOps.Core.Django.Trees;

namespace DataOps.Core.PageRepair;

/// <summary>Finds places in the page tree for pages that come back, and keeps their parents' counts.</summary>
/// <param name="session">The session, in the transaction of the changes.</param>
/// <param name="catalog">The reference catalogue.</param>
/// <param name="pages">The plan of the pages.</param>
/// <param name="rebuilt">The temporary table of the pages that come back.</param>
/// <param name="cancellation">Cancels the query that runs.</param>
internal sealed class PagePlaces(
    Session session, ReferenceCatalog catalog, TablePlan pages, SqlText rebuilt, CancellationToken cancellation)
{
    private static readonly PathScheme s_paths = PathScheme.Wagtail;

    private readonly SqlText _all =
        $"(select path, url_path, slug from {pages.Table} union all select path, url_path, slug from {rebuilt})";

    /// <summary>
    /// The columns of a page that a revision does not tell, or no longer, as SQL over the revision r and its key k: its
    /// own place where that is free, else the last below the nearest page that is left.
    /// </summary>
    /// <exception cref="DataOpsException"><c>NoPlace</c>: nothing is left of the pages above it.</exception>
    public IReadOnlyDictionary<string, SqlText> Place(PageRevision revision)
    {
        string path = revision.Path is { } old && s_paths.IsPath(old) && !Exists(old)
            && (s_paths.Depth(old) == 1 || Exists(s_paths.Parent(old))) ? old : Last(revision);
        SqlText parent = SqlText.Value(s_paths.Depth(path) > 1 ? s_paths.Parent(path) : null);
        // Two children of one page cannot have one slug.
        SqlText slug = $"""
            (r.content ->> 'slug')::varchar || case
              when exists (select 1 from {_all} s where {s_paths.ParentSql($"s.path")} = {parent}
                  and s.slug = r.content ->> 'slug') then '-' || k.key else '' end
            """;
        Dictionary<string, SqlText> values = new()
        {
            ["path"] = SqlText.Value(path),
            ["depth"] = $"{s_paths.Depth(path)}",
            ["numchild"] = $"(select count(*)::int from {pages.Table} c where {s_paths.ParentSql($"c.path")} = " +
                $"{SqlText.Value(path)})",
            ["slug"] = slug,
            ["url_path"] = s_paths.Depth(path) > 1
                ? (SqlText)$"coalesce((select p.url_path from {_all} p where p.path = {parent}), '') || {slug} || '/'"
                    : (SqlText)$"'/'",
            ["content_type_id"] = $"r.content_type_id",
            ["latest_revision_id"] = $"r.id",
            ["latest_revision_created_at"] = $"r.created_at",
            ["draft_title"] = $"(r.content ->> 'title')",
        };
        return values.Where(v => pages.Table.Find(v.Key) is not null).ToDictionary();
    }

    /// <summary>
    /// Plans the counts of the parents that are there; those that come back themselves have theirs already, or get it.
    /// </summary>
    public void Plan()
    {
        SqlText below = $"from {rebuilt} s where {s_paths.ParentSql($"s.path")} = t.path";
        pages.PlanUpdate($"from {pages.Table} t where exists (select 1 {below})");
        session.Run(
            $"update {rebuilt} t set numchild = t.numchild + (select count(*) {below})", cancellation);
    }

    /// <summary>Writes the counts.</summary>
    public void Apply() =>
        WrittenRows.Update(session, pages, RowWrite.Set(["numchild"]), Counts, cancellation);

    /// <summary>What changes in the parents.</summary>
    public IEnumerable<RowChange> Describe(RowChanges changed) =>
        changed.Updated(pages, catalog.LabelOf(pages.Table), Counts, ["numchild"]);

    // What is there and what comes; a parent's old count may have been wrong.
    private SqlText Counts => $"""
        (select {pages.Identity.Of("c")},
           (select count(*)::int from {rebuilt} s where {s_paths.ParentSql($"s.path")} = c.path)
           + (select count(*)::int from {pages.Table} p where {s_paths.ParentSql($"p.path")} = c.path
                and not exists (select 1 from {rebuilt} s where s.path = p.path)) as numchild
         from {pages.Name} c
         where c._action = 'U' and exists (select 1 from {rebuilt} s where {s_paths.ParentSql($"s.path")} = c.path))
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
        string? last = session.Query<string?>(
            $"""
            select max(s.path collate "C") from {_all} s
            where {s_paths.ParentSql($"s.path")} = {SqlText.Value(parent)} and {s_paths.IsInAlphabet($"s.path")}
            """,
            cancellation)[0];
        return s_paths.Child(parent, last is null ? 1 : s_paths.NumberOf(last) + 1);
    }

    private bool Exists(string path) => 
        session.Query<bool>(
            $"select exists (select 1 from {_all} s where s.path = {SqlText.Value(path)})", cancellation)[0];
}
