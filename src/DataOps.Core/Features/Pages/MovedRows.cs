using DataOps.Core.Django.Pages;
using DataOps.Core.Django.Trees;

namespace DataOps.Core.Features.Pages;

/// <summary>
/// Plans the rows that change when pages have moved in the working copy of the tree: pages, revisions, log entries and
/// redirects.
/// </summary>
internal sealed class MovedRows(
    Session session, PageTables tables, ChangeRun change, IReadOnlyList<PageMove> moves, OperationContext context)
{
    private readonly PageMove[] _moved = [.. moves.Where(m => m.IsMoved)];
    private readonly IReadOnlyList<SiteAddress> _sites = SiteAddress.Read(session, tables, context.Cancellation);

    /// <summary>Redirects created or updated.</summary>
    public long Redirects { get; private set; }

    /// <summary>What the application does not know of yet.</summary>
    public Afterwards Stale =>
        _moved.Length == 0
            ? Afterwards.None
            : MovesSite ? Afterwards.SiteRootPaths.And(Afterwards.SearchIndex) : Afterwards.SearchIndex;

    private bool MovesSite =>
        _sites.Any(
            s => _moved.Any(m => s.Path is not null && s.Path.StartsWith(m.Before.Path, StringComparison.Ordinal)));

    /// <summary>Plans them.</summary>
    /// <param name="redirects">Whether redirects are made.</param>
    public void Plan(bool redirects)
    {
        if (_moved.Length == 0)
            return;
        string[] columns = ["path", "depth", "numchild", "slug", "url_path"];
        change.Update(tables.Pages, columns, $"""
            select n.id, n.path::varchar as path, n.depth, n.numchild, n.slug, n.url_path from {PlacedPages.Name} n
                join {tables.Pages.Sql} p on p.id = n.id
            where row(n.path, n.depth, n.numchild, n.slug, n.url_path) is distinct
                from row(p.path::text collate "C", p.depth, p.numchild, p.slug, p.url_path)
            """);
        PlanRevisions();
        PlanLog();
        if (redirects)
            PlanRedirects();
    }

    /// <summary>Says what the moves mean for sites and languages.</summary>
    public void Warn()
    {
        foreach (PageMove move in _moved)
        {
            SiteAddress[] carried =
                [.. _sites.Where(
                    s => s.Path is not null && s.Path.StartsWith(move.Before.Path, StringComparison.Ordinal))];
            foreach (SiteAddress site in carried)
                context.Warning?.Invoke(
                    $"The root page of site {site.Name} moves with page {move.Before.Id}: its addresses stay, and "
                    + $"its cached paths have to be cleared ({Afterwards.SiteRootPaths.Commands}).");
            string? before = _sites.FirstOrDefault(s => s.Holds(move.OldParent.Path))?.Name;
            string? after = _sites.FirstOrDefault(s => s.Holds(move.Parent.Path))?.Name;
            if (before != after && carried.Length == 0)
                context.Warning?.Invoke(
                    $"Page {move.Before.Id} ({move.UrlPath}) moves from "
                    + $"{(before is null ? "no site" : $"site {before}")} to "
                    + $"{(after is null ? "no site: it has no address any more" : $"site {after}")}.");
            if (move.Before.Locale != move.Parent.Locale && move.Parent.Path.Length > PathScheme.Wagtail.StepLength)
                context.Warning?.Invoke(
                    $"Page {move.Before.Id} ({move.UrlPath}) and its new parent are of different locales.");
        }
    }

    // A draft that is published later would bring the old slug back.
    private void PlanRevisions()
    {
        PageMove[] renamed = [.. _moved.Where(m => m.Slug != m.Before.Slug)];
        if (renamed.Length == 0
            || tables.Find(WagtailTables.Revision) is not { } revisions
            || revisions.Find("content")?.Type.Underlying.Name != "jsonb")
            return;
        string[] ids = [.. renamed.Select(m => $"{m.Before.Id}")];
        string[] slugs = [.. renamed.Select(m => m.Before.Slug)];
        change.Update(revisions, ["content"], (SqlText)$"""
            select r.id, jsonb_set(r.content, array['slug'], to_jsonb(m.new)) as content
            from {revisions} r
            join unnest({ids}, {slugs}, {renamed.Select(m => m.Slug).ToArray()}) m (id, old, new) on m.id = r.object_id
            where r.base_content_type_id = {tables.ContentType} and r.content ->> 'slug' = m.old
            """);
    }

    private void PlanLog()
    {
        PageNode parent = _moved[0].Parent;
        PageLog.Plan(
            $"""
            select m.number, m.id, m.title, m.action, jsonb_build_object(
                'source', jsonb_build_object('id', m.source, 'title', m.source_title),
                'destination', jsonb_build_object('id', {parent.Id}, 'title', {SqlText.Value(parent.Title)})) as data,
              p.content_type_id, false as content_changed, false as deleted
            from unnest({_moved.Select(m => m.Before.Id).ToArray()}, {Texts(m => m.Before.Title)},
              {Texts(m => m.LogAction)}, {_moved.Select(m => m.OldParent.Id).ToArray()},
              {Texts(m => m.OldParent.Title)}) with ordinality m (id, title, action, source, source_title, number)
            join {tables.Pages} p on p.id = m.id
            """,
            tables, change, context);

        string[] Texts(Func<PageMove, string> text) => [.. _moved.Select(text)];
    }

    private void PlanRedirects()
    {
        if (tables.Find(WagtailTables.Redirect) is not { } redirects
            || tables.Find(WagtailTables.Site) is not { } sites)
        {
            context.Warning?.Invoke(
                $"{session.Database} has no model {WagtailTables.Redirect}: no redirects are made.");
            return;
        }
        // An address is what is left of the url path below the site's root page; where it stays, no redirect is needed.
        SqlText made = $"pg_temp.dataops_redirects";
        session.Run($"""
            create temp table {made} on commit drop as
            select '/' || rtrim(substr(p.url_path, length(b.url_path) + 1), '/') as old_path, s.id as site_id,
              p.id as page_id
            from {sites} s
            join {tables.Pages} b on b.id = s.root_page_id
            left join {PlacedPages.Name} a on a.id = b.id
            join {tables.Pages} p on starts_with(p.path, b.path) and starts_with(p.url_path, b.url_path)
            join {PlacedPages.Name} n on n.id = p.id
            where p.live and p.url_path <> n.url_path
              and (not starts_with(n.path, coalesce(a.path, b.path))
                or substr(n.url_path, length(coalesce(a.url_path, b.url_path)))
                  <> substr(p.url_path, length(b.url_path)))
            """, context.Cancellation);
        int longest = redirects.Find("old_path")!.Length ?? int.MaxValue;
        long tooLong = session.Run($"delete from {made} where length(old_path) > {longest}", context.Cancellation);
        SqlText isSame = $"r.old_path = d.old_path and r.site_id = d.site_id";
        SqlText isAutomatic = redirects.Find("automatically_created") is null
            ? (SqlText)$"false"
            : (SqlText)$"r.automatically_created and r.redirect_link = ''";
        long kept = session.Query<long>(
            $"select count(*) from {redirects} r join {made} d on {isSame} where not ({isAutomatic})",
            context.Cancellation)[0];
        long changed = change.Update(redirects, ["redirect_page_id"], $"""
            select r.id, d.page_id as redirect_page_id
            from {redirects.Sql} r join {made} d on {isSame} where {isAutomatic}
            """).Count;
        Dictionary<string, SqlText> values = new()
        {
            ["old_path"] = $"d.old_path",
            ["is_permanent"] = $"true",
            ["redirect_link"] = $"''",
            ["redirect_page_id"] = $"d.page_id",
            ["site_id"] = $"d.site_id",
            ["automatically_created"] = $"true",
            ["created_at"] = $"clock_timestamp()",
            ["redirect_page_route_path"] = $"''",
        };
        KeyValuePair<string, SqlText>[] known = [.. values.Where(c => redirects.Find(c.Key) is not null)];
        long added = change.Insert(redirects, [.. known.Select(c => c.Key)], (SqlText)$"""
            select {known.Select(c => c.Value)} from {made} d
            where not exists (select 1 from {redirects} r where {isSame}) order by d.site_id, d.old_path
            """).Count;
        Redirects = changed + added;
        if (kept > 0)
            context.Warning?.Invoke($"{kept} old addresses have a redirect already, which is kept.");
        if (tooLong > 0)
            context.Warning?.Invoke($"{tooLong} old addresses are too long for a redirect.");
    }
}
