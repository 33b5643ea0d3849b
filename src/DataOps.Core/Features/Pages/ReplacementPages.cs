using DataOps.Core.Django.Pages;
using DataOps.Core.Django.Trees;

namespace DataOps.Core.Features.Pages;

/// <summary>
/// Plans new pages in the places of others, with all that was below those, and what becomes of the old ones.
/// </summary>
internal sealed class ReplacementPages(
    Session session, PageTables tables, ChangeRun change, PageType old, PageType target, ConvertPageOptions options,
    OperationContext context)
{
    private const string Suffix = "-old";
    private static readonly SqlText s_kept = $"pg_temp.dataops_kept";
    private static readonly PathScheme s_paths = PathScheme.Wagtail;
    private static readonly DeletionWords s_words =
        new("would be deleted, so nothing was changed.", "Delete them first",
            "use -OnDependent Cascade, or -OldPage Keep");

    private readonly SqlText _pages = tables.Pages.Sql;
    private readonly List<ReplacedPage> _replaced = [];

    private sealed record Row(
        long Id, long NewId, string Path, string Slug, string UrlPath, string Title, long Children);

    /// <summary>What refers to the old pages.</summary>
    public InboundReferences Following { get; } = new(session, tables, change, context.Cancellation);

    /// <summary>Which page gets which successor.</summary>
    public IReadOnlyList<ReplacedPage> Replaced => _replaced;

    /// <summary>Whether the old pages stay.</summary>
    public bool Keeps => options.OldPage == OldPage.Keep;

    /// <summary>Names what is in the way.</summary>
    public void FindProblems(ConversionProblems problems)
    {
        SqlText pages = PagesToConvert.RowsOf(tables.Pages);
        problems.Find(
            $"""
            {pages} where length(t.path) > {s_paths.StepLength}
              and not exists (select 1 from {_pages} p where p.path = {s_paths.ParentSql($"t.path")})
            """,
            "no parent: Repair-Tree reattaches them");
        if (!Keeps && !options.Force)
            problems.Find(
                $"{pages} where t.has_unpublished_changes", "an unpublished draft that would be deleted with the old " +
                    "page: publish it, use -OldPage Keep, or -Force");
        Following.FindProblems(problems);
    }

    /// <summary>Plans the pages' own rows; before those of their types.</summary>
    public void PlanPages()
    {
        PlanOld(Read());
        InsertNew();
        if (Sequence.Raise(tables.Pages) is { } raise)
            change.Last(raise);
        PlanLog();
    }

    /// <summary>Plans what refers to the pages, and, last of all, what goes with the old ones.</summary>
    /// <exception cref="DataOpsException">Rows that stay need the old pages.</exception>
    public void PlanRest()
    {
        WarnOfTexts();
        Following.Plan([.. old.Chain.Select(tables.Catalog.ModelOf).OfType<Model>().Select(m => m.ContentType)],
            target.ContentType);
        if (Keeps)
            return;
        change.Changes.Of(tables.Pages).PlanDelete(PagesToConvert.RowsOf(tables.Pages));
        change.Follow(options.OnDependent, s_words, Following.Except);
    }

    private IReadOnlyList<Row> Read() => session.Query<Row>(
        $"""
        select d.id::int8 as id, d.new_id::int8 as newid, p.path, p.slug, p.url_path as urlpath, p.title,
          coalesce(k.children, 0) as children
        from {PagesToConvert.Name} d join {_pages} p on p.id = d.id
        left join (select {s_paths.ParentSql($"path")} as path, count(*) as children
          from {_pages} where length(path) > {s_paths.StepLength} group by 1) k on k.path = p.path
        order by p.path collate "C"
        """,
        context.Cancellation);

    // An old page that stays goes behind its siblings: they keep their places, and so does everything below it.
    private void PlanOld(IReadOnlyList<Row> rows)
    {
        string[] columns =
            ["path", "numchild", "slug", "url_path", "live", "has_unpublished_changes", "live_revision_id",
                "translation_key"];
        string[] known = [.. columns.Where(c => tables.Pages.Find(c) is not null)];
        session.Run(
            $"create temp table {s_kept} (id int8, path text, slug text, url_path text) on commit drop",
            context.Cancellation);
        if (!Keeps)
        {
            // The new page takes what only one page can have before the old one is gone.
            SqlText key = known.Contains("translation_key")
                ? (SqlText)$", translation_key = pg_catalog.gen_random_uuid()"
                : SqlText.Empty;
            change.First($"""
                update {_pages} t set path = pg_catalog.concat('~', t.id), url_path = pg_catalog.concat('~', t.id){key}
                from {PagesToConvert.Name} d where d.id operator(pg_catalog.=) t.id
                """);
            _replaced.AddRange(rows.Select(r => Describe(r, null)));
            return;
        }
        Place(rows);
        Dictionary<string, SqlText> own = new()
        {
            ["path"] = $"k.path", ["numchild"] = $"0", ["slug"] = $"k.slug", ["url_path"] = $"k.url_path",
            ["live"] = $"false",
            ["has_unpublished_changes"] = $"t.has_unpublished_changes or t.live",
            ["live_revision_id"] = tables.Pages.Find("live_revision_id") is { } live
                ? (SqlText)$"null::{live.TypeSql}"
                : $"null",
            ["translation_key"] = $"gen_random_uuid()",
        };
        SqlText Kept(string column) =>
            column == "numchild" ? (SqlText)$"(t.numchild + n.kept)::int" : $"t.{SqlText.Identifier(column)}";
        change.Update(tables.Pages, known, (SqlText)$"""
            select t.id, {known.Select(c => (SqlText)$"{own[c]} as {SqlText.Identifier(c)}")}
            from {_pages} t join {s_kept} k on k.id = t.id
            union all
            select t.id, {known.Select(Kept)}
            from {_pages} t join ({KeptBelow}) n on n.path = t.path
            where not exists (select 1 from {s_kept} k where k.id = t.id)
            """);
        PlanRevisions();
    }

    private static SqlText KeptBelow =>
        $"select {s_paths.ParentSql($"path")} as path, count(*) as kept from {s_kept} group by 1";

    private void Place(IReadOnlyList<Row> rows)
    {
        string[] parents = [.. rows.Select(r => s_paths.Parent(r.Path)).Distinct()];
        Dictionary<string, long> last = [];
        HashSet<(string, string)> slugs = [];
        foreach ((string path, string slug) in session.Query<(string, string)>(
            $"""
            select path, slug from {_pages}
            where length(path) > {s_paths.StepLength} and {s_paths.ParentSql($"path")} = any({parents})
            """,
            context.Cancellation))
        {
            string parent = s_paths.Parent(path);
            last[parent] = Math.Max(last.GetValueOrDefault(parent), s_paths.NumberOf(path));
            slugs.Add((parent, slug));
        }
        List<(long Id, string Path, string Slug, string Url)> kept = [];
        foreach (Row row in rows)
        {
            string parent = s_paths.Parent(row.Path);
            string slug = PageSlug.Free(row.Slug, s => slugs.Add((parent, s)), Suffix);
            string url = row.UrlPath[..(row.UrlPath.TrimEnd('/').LastIndexOf('/') + 1)] + slug + "/";
            kept.Add((row.Id, s_paths.Child(parent, ++last[parent]), slug, url));
            _replaced.Add(Describe(row, url));
        }
        long[] ids = [.. kept.Select(k => k.Id)];
        string[] Texts(Func<(long Id, string Path, string Slug, string Url), string> text) => [.. kept.Select(text)];
        session.Run($"""
            insert into {s_kept}
            select * from unnest({ids}, {Texts(k => k.Path)}, {Texts(k => k.Slug)}, {Texts(k => k.Url)})
            """, context.Cancellation);
    }

    // A draft that is published later, or by its schedule, would bring the old slug back.
    private void PlanRevisions()
    {
        if (tables.Find(WagtailTables.Revision) is not { } revisions || revisions.Find("base_content_type_id") is null)
            return;
        change.Update(revisions, ["content", "approved_go_live_at"], $"""
            select r.id, jsonb_set(r.content, array['slug'], to_jsonb(k.slug)) as content,
              null::timestamptz as approved_go_live_at
            from {revisions.Sql} r join {s_kept} k on k.id::text = r.object_id
            where r.base_content_type_id = {tables.ContentType}
            """);
    }

    private void InsertNew()
    {
        Dictionary<string, SqlText> other = new()
        {
            ["id"] = $"d.new_id",
            ["content_type_id"] = $"{target.ContentType}",
            ["numchild"] = $"p.numchild + coalesce(n.kept, 0)",
            ["draft_title"] = $"p.title",
            ["has_unpublished_changes"] = $"false",
            ["latest_revision_id"] = $"null",
            ["latest_revision_created_at"] = $"null",
            ["live_revision_id"] = $"null",
            ["alias_of_id"] = $"(select a.new_id from {PagesToConvert.Name} a where a.id = p.alias_of_id)",
        };
        Column[] columns = [.. tables.Pages.Columns.Where(c => c.IsWritable)];
        IEnumerable<SqlText> values = columns.Select(
            c => other.TryGetValue(c.Name, out SqlText? value) ? (SqlText)$"({value})::{c.TypeSql}" : c.In("p"));
        change.Insert(tables.Pages, [.. columns.Select(c => c.Name)], (SqlText)$"""
            select {values} from {PagesToConvert.Name} d join {_pages} p on p.id = d.id
                left join ({KeptBelow}) n on n.path = p.path
            """);
    }

    // As if somebody had done it in the administration: a page made, its children moved, the old page unpublished or
    // deleted.
    private void PlanLog()
    {
        SqlText page = $"from {PagesToConvert.Name} d join {_pages} p on p.id = d.id";
        PageLog.Plan(
            $$"""
            select row_number() over (order by e.place, e.path) as number, e.id, e.title, e.action, e.data,
                e.content_type_id, e.content_changed, e.deleted
            from (
              select 1 as place, p.path, d.new_id as id, p.title::text, 'wagtail.create' as action, '{}'::jsonb as data,
                     {{target.ContentType}} as content_type_id, true as content_changed, false as deleted {{page}}
              union all
              select 2, c.path, c.id, coalesce(nullif(c.draft_title, ''), c.title)::text, 'wagtail.move',
                     jsonb_build_object('source', jsonb_build_object('id', d.id, 'title', p.title),
                       'destination', jsonb_build_object('id', d.new_id, 'title', p.title)),
                     c.content_type_id, false, false
              {{page}} join {{_pages}} c on {{s_paths.ParentSql($"c.path")}} = p.path
                and length(c.path) > {{s_paths.StepLength}}
              where not exists (select 1 from {{PagesToConvert.Name}} x where x.id = c.id)
              union all
              select 3, p.path, p.id, p.title::text, {{SqlText.Value(Keeps ? "wagtail.unpublish" : "wagtail.delete")}},
                     '{}'::jsonb, p.content_type_id, false, {{!Keeps}} {{page}} where p.live or {{!Keeps}}) e
            """,
            tables, change, context);
    }

    // A link in a text names the page by its id, and stands in fields whose form is known to the application alone.
    private void WarnOfTexts()
    {
        if (tables.Find(WagtailTables.ReferenceIndex) is not { } index || index.Find("to_object_id") is null)
            return;
        HashSet<(int, string)> fields = [.. tables.Catalog.To(tables.Pages).Where(r => r.IsField).SelectMany(r =>
            tables.Catalog.WithHeirs(r.Table).Select(tables.Catalog.ModelOf).OfType<Model>().SelectMany(m =>
                (tables.Catalog.ModelOf(r.Table)?.Fields.Where(f => f.Column == r.Column) ?? []).Select(
                    f => (m.ContentType, f.Name))))];
        long texts = session.Read(
            $"""
            select t.content_type_id::int4, t.model_path, count(*)
            from {index} t join {PagesToConvert.Name} d on d.id::text = t.to_object_id
            where t.to_content_type_id = {tables.ContentType} group by 1, 2
            """,
            r => (Field: (r.GetInt32(0), r.GetString(1)), Rows: r.GetInt64(2)), context.Cancellation).Where(
                r => !fields.Contains(r.Field)).Sum(r => r.Rows);
        if (texts > 0)
            context.Warning?.Invoke(
                $"Links in texts name old pages by id ({texts} of them), and "
                    + $"{(Keeps ? "still lead to those" : "will be broken")}: the usage view of the page in Wagtail's "
                    + "admin lists them. Without -AsNewPage links are kept.");
    }

    private ReplacedPage Describe(Row row, string? url) => new(
        session.Server, session.Database, row.NewId, row.Id, row.Title, options.OldPage.ToString(), row.Children,
        row.UrlPath, url);

}
