using DataOps.Core.Django.Pages;
using DataOps.Core.Django.Trees;
using Npgsql;

namespace DataOps.Core.Features.Trees;

/// <summary>
/// Checks that a page's latest and live revision exist and are its own, and that one with revisions has a latest.
/// </summary>
internal sealed class RevisionCheck(Session session, PageTables tables, CancellationToken cancellation)
{
    // The columns that point at a revision, and the problem that each can have.
    private static readonly (string Column, TreeProblem Problem)[] s_pointers =
        [("latest_revision_id", TreeProblem.LatestRevision), ("live_revision_id", TreeProblem.LiveRevision)];

    private readonly SqlText _key = tables.Key;
    private readonly (Column Column, TreeProblem Problem)[] _pointers = [.. Of(tables)];

    /// <summary>The problems, in the order of the pages' keys.</summary>
    public IEnumerable<Problem> Find()
    {
        if (_pointers.Length == 0)
            return [];
        // Both mostly point at the same row, which is then looked at once.
        IEnumerable<SqlText> wrong = _pointers.Select((p, i) => SqlText.Join(" and ", _pointers.Take(i)
            .Select(b => (SqlText)$"p.{p.Column} is distinct from p.{b.Column}")
            .Append(IsWrong(tables, p.Column, "p"))));
        IEnumerable<SqlText> cells = _pointers.Select(p => (SqlText)$"""
            {IsWrong(tables, p.Column, "p")}, p.{p.Column}::text, ({Expected(tables, p.Column)})::text,
              exists (select 1 from {tables.Revisions!} r where r.id = p.{p.Column})
            """);
        return session.Read(
            $"""
            select p.{_key}::text, {cells}
            from {tables.Pages} p where {SqlText.Join(" or ", wrong.Select(w => (SqlText)$"({w})"))} order by p.{_key}
            """,
            r => _pointers.Select((p, i) => Read(r, (4 * i) + 1, p)).OfType<Problem>().ToArray(),
            cancellation).SelectMany(p => p);
    }

    private Problem? Read(NpgsqlDataReader row, int at, (Column Column, TreeProblem Problem) pointer)
    {
        if (!row.GetBoolean(at))
            return null;
        string? value = row.IsDBNull(at + 1) ? null : row.GetString(at + 1);
        string? expected = row.IsDBNull(at + 2) ? null : row.GetString(at + 2);
        // Without it the site is as it was published, and its editors do not see what was saved since.
        return value is null
            ? new Problem(
                pointer.Problem, Severity.Warning, tables.Pages, row.GetString(0), pointer.Column.Name, null, expected,
                "the editor shows the page as it is live, and no draft")
            : new Problem(
                pointer.Problem, Severity.Error, tables.Pages, row.GetString(0), pointer.Column.Name, value, expected,
                row.GetBoolean(at + 3) ? "it is another object's" : $"no row of {tables.Revisions} has this key");
    }

    /// <summary>The pointers that this site's pages have.</summary>
    public static IEnumerable<(Column Column, TreeProblem Problem)> Of(PageTables tables)
    {
        if (tables.Revisions is not null)
            foreach ((string name, TreeProblem problem) in s_pointers)
                if (tables.Pages.Find(name) is { } column)
                    yield return (column, problem);
    }

    /// <summary>The condition that a page's pointer is wrong, or that it lacks its latest revision.</summary>
    /// <remarks>
    /// One look at the revision by its key: a join would read all revisions with their content. An alias has no draft.
    /// </remarks>
    public static SqlText IsWrong(PageTables tables, Column column, Alias page)
    {
        SqlText isOwn = IsOwn(tables, page);
        SqlText isAlias = tables.Pages.Find("alias_of_id") is { } alias ? alias.In(page) : (SqlText)$"null";
        // A revision with a wrong base type is the page's all the same: that type is repaired, and the page keeps it.
        SqlText isPages = tables.Revisions!.Find("object_id") is null ? isOwn : (SqlText)$"""
            {isOwn} or (r.object_id = {page}.{tables.Key}::text and r.content_type_id = {page}.content_type_id)
            """;
        SqlText isMissing = column.Name == "latest_revision_id"
            ? (SqlText)$"{isAlias} is null and exists (select 1 from {tables.Revisions!} r where {isOwn})"
            : (SqlText)$"false";
        return $"""
            case when {column.In(page)} is null then {isMissing}
              else (select {isPages} from {tables.Revisions!} r where r.id = {column.In(page)}) is not true end
            """;
    }

    /// <summary>What the pointer of a page p should be.</summary>
    /// <remarks>
    /// The latest is the newest that is left; the live one too where nothing waits to be published, else nobody knows
    /// it.
    /// </remarks>
    public static SqlText Expected(PageTables tables, Column column)
    {
        SqlText isOwn = IsOwn(tables, "p");
        SqlText newest =
            $"(select r.id from {tables.Revisions!} r where {isOwn} order by r.created_at desc, r.id desc limit 1)";
        return column.Name == "latest_revision_id"
            ? newest
            : (SqlText)$"case when p.live and not p.has_unpublished_changes then {newest} end";
    }

    // With a wrong base type another model's revision of the same key looks like the page's.
    private static SqlText IsOwn(PageTables tables, Alias page)
    {
        if (tables.Revisions!.Find("content_type_id") is not { } type)
            return tables.IsOwnRevision(page);
        int[] others = [.. tables.Catalog.ContentTypes
            .Where(c => c.Table is { } table && tables.Chain(table).Count == 0).Select(c => c.Id)];
        return $"{tables.IsOwnRevision(page)} and {type.In("r")} <> all({others})";
    }
}
