using DataOps.Core.Django.Pages;
using DataOps.Core.Django.Trees;
using Npgsql;

namespace DataOps.Core.Features.Pages;

/// <summary>Reads pages in the order of the tree, one query for all, in constant memory.</summary>
internal sealed class PageQuery
{
    private const int ProgressEvery = 5000;
    private static readonly PathScheme s_paths = PathScheme.Wagtail;

    private readonly Session _session;
    private readonly PageTables _tables;
    private readonly GetPageOptions _options;
    private readonly OperationContext _context;
    private readonly IReadOnlyList<SiteAddress> _sites;
    private readonly NameFilter _urlPaths;
    private readonly HashSet<long> _ids;
    private readonly List<(string Path, NameFilter Filter)> _unseenPaths;
    private readonly List<SqlText> _conditions = [];

    /// <summary>Resolves the parent, the types and the site.</summary>
    /// <exception cref="DataOpsException">The parent is not found; or a type or the site is not, and the operation
    /// needs all names.</exception>
    public PageQuery(Session session, PageTables tables, GetPageOptions options, OperationContext context)
    {
        (_session, _tables, _options, _context) = (session, tables, options, context);
        _sites = SiteAddress.Read(session, tables, context.Cancellation);
        _ids = [.. options.Id];
        string[] paths = [.. options.UrlPath.Select(PageTables.UrlPath)];
        _unseenPaths = [.. paths.Select(p => (p, new NameFilter([p])))];
        _urlPaths = new NameFilter(paths);
        AddIds();
        AddTypes();
        AddSite();
        AddParent();
    }

    /// <summary>The depth of the parent that was named; 0 without.</summary>
    public int Top { get; private set; }

    /// <summary>The pages, in the order of the tree.</summary>
    public IEnumerable<PageInfo> Read()
    {
        long done = 0;
        IEnumerable<PageInfo> pages = _session.Read(Text(), ReadPage, _context.Cancellation);
        foreach (PageInfo page in pages.Where(p => _urlPaths.Matches(p.UrlPath)))
        {
            _ids.Remove(page.Id);
            _unseenPaths.RemoveAll(p => p.Filter.Matches(page.UrlPath));
            if (++done % ProgressEvery == 0)
                _context.Report("Reading pages", done, _tables.Pages.EstimatedRows);
            yield return page;
        }
    }

    /// <summary>Reports pages that were named and are not found; after <see cref="Read"/>.</summary>
    /// <exception cref="DataOpsException"><c>UnknownPage</c>, where the operation needs all names.</exception>
    public void ReportUnmatched() => _context.ReportUnmatched(
        _ids.Select(id => id.ToString(System.Globalization.CultureInfo.InvariantCulture))
            .Concat(_unseenPaths.Select(p => p.Path)),
        missing => PageTables.UnknownPage(_session, string.Join(", ", missing)));

    private void AddIds()
    {
        if (_ids.Count > 0)
            _conditions.Add($"t.id = any({_ids.ToArray()})");
        // Without wildcards the server looks for them.
        if (_unseenPaths.Count > 0 && !_unseenPaths.Any(p => NameFilter.HasWildcards(p.Path)))
        {
            string[] paths = [.. _unseenPaths.Select(p => p.Path)];
            _conditions.Add($"t.url_path = any({paths})");
        }
    }

    private void AddTypes()
    {
        if (_options.Type.Count == 0)
            return;
        NameFilter types = new(_options.Type);
        ContentType[] all = [.. _tables.Catalog.ContentTypes];
        IEnumerable<string?[]> labels = all.Select(c => ReferenceFilter.ModelNames(c.Label));
        _context.ReportUnmatched(types, labels, ErrorIds.UnknownModel, "model");
        int[] chosen = [.. all.Where(c => types.Matches(ReferenceFilter.ModelNames(c.Label))).Select(c => c.Id)];
        _conditions.Add($"t.content_type_id = any({chosen})");
    }

    private void AddSite()
    {
        if (_options.Site is not { } name)
            return;
        NameFilter filter = new([name]);
        SqlText[] roots = [.. _sites.Where(s => s.IsNamed(filter) && s.Path is not null).Select(s => Below(s.Path!))];
        if (roots.Length == 0)
            _context.ReportUnmatched([name], _ => new DataOpsException(
                ErrorIds.UnknownSite, FailureKind.NotFound, $"There is no site {name}.",
                $"There are: {string.Join(", ", _sites.Select(s => s.Name))}.", name));
        _conditions.Add(roots.Length == 0 ? (SqlText)$"false" : $"({SqlText.Join(" or ", roots)})");
    }

    private void AddParent()
    {
        if (_options.Parent is { } parent)
        {
            long id = _tables.RequirePage(_session, parent, _context.Cancellation);
            string path = _session.Query<string>(
                $"select p.path from {_tables.Pages} p where p.id = {id}", _context.Cancellation)[0];
            Top = s_paths.Depth(path);
            _conditions.Add($"{Below(path)} and length(t.path) > {path.Length}");
        }
        if (_options.Depth is { } depth)
            _conditions.Add($"length(t.path) <= {(Top + depth) * s_paths.StepLength}");
    }

    // A range that the index on the path answers, whatever the collation of the database.
    private static SqlText Below(string path) =>
        $"""(t.path collate "C" >= {SqlText.Value(path)} and t.path collate "C" < {SqlText.Value(path + "~")})""";

    private SqlText Text()
    {
        Table? revisions = _tables.Find(WagtailTables.Revision);
        SqlText scheduled = revisions?.Find("approved_go_live_at") is null ? (SqlText)$"false" : (SqlText)$"""
            exists (select 1 from {revisions} r where r.object_id = t.id::text and r.approved_go_live_at is not null
                    and r.base_content_type_id = {_tables.ContentType})
            """;
        SqlText locale = _tables.Find(WagtailTables.Locale) is { } locales
            ? (SqlText)$"(select l.language_code from {locales} l where l.id = t.locale_id)"
            : (SqlText)$"null";
        SqlText Id(string column) => $"{_tables.Pages.Find(column)?.In("t") ?? $"null"}::int8";
        SqlText where = _conditions.Count == 0 ? SqlText.Empty : (SqlText)$"where {SqlText.Join(" and ", _conditions)}";
        return $"""
            select t.id::int8,
                   (select p.id::int8 from {_tables.Pages} p where p.path = {s_paths.ParentSql($"t.path")}),
                   t.depth::int4, t.title,
                   t.content_type_id::int4,
                   case when t.live then 'Live' when t.expired then 'Expired' when {scheduled} then 'Scheduled'
                       else 'Draft' end, t.has_unpublished_changes,
                   t.slug, t.url_path, {locale}, t.numchild::int4,
                   {Id("alias_of_id")}, {Id("owner_id")}, t.go_live_at, t.expire_at, t.first_published_at,
                   t.last_published_at, t.path
            from {_tables.Pages} t {where} order by t.path collate "C"
            """;
    }

    private PageInfo ReadPage(NpgsqlDataReader row)
    {
        string path = row.GetString(17);
        string urlPath = row.GetString(8);
        SiteAddress? site = _sites.FirstOrDefault(s => s.Holds(path));
        return new PageInfo(
            _session.Server, _session.Database, row.GetInt64(0), Number(row, 1), row.GetInt32(2), row.GetString(3),
            _tables.Catalog.ContentTypeOf(row.GetInt32(4))?.Label, row.GetString(5), row.GetBoolean(6),
            row.GetString(7), urlPath,
            site?.UrlOf(urlPath), site?.Name, row.IsDBNull(9) ? null : row.GetString(9), row.GetInt32(10),
            Number(row, 11), Number(row, 12),
            Time(row, 13), Time(row, 14), Time(row, 15), Time(row, 16), path);
    }

    private static long? Number(NpgsqlDataReader row, int i) => row.IsDBNull(i) ? null : row.GetInt64(i);

    private static DateTime? Time(NpgsqlDataReader row, int i) => row.IsDBNull(i) ? null : row.GetDateTime(i);
}
