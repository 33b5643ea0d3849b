using DataOps.Core.Django.Pages;
using DataOps.Core.Django.Trees;

namespace DataOps.Core.Features.Trees;

/// <summary>Checks that a page's latest and live revision exist and are its own.</summary>
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
            case when {IsWrong(tables, p.Column, "p")} then p.{p.Column}::text end,
              ({Expected(tables, p.Column)})::text,
              exists (select 1 from {tables.Revisions!} r where r.id = p.{p.Column})
            """);
        return session.Read(
            $"""
            select p.{_key}::text, {cells}
            from {tables.Pages} p where {SqlText.Join(" or ", wrong.Select(w => (SqlText)$"({w})"))} order by p.{_key}
            """,
            r => _pointers.Select((p, i) => r.IsDBNull((3 * i) + 1) ? null : new Problem(
                p.Problem, Severity.Error, tables.Pages, r.GetString(0), p.Column.Name, r.GetString((3 * i) + 1),
                r.IsDBNull((3 * i) + 2) ? null : r.GetString((3 * i) + 2),
                r.GetBoolean((3 * i) + 3) ? "it is another object's" : $"no row of {tables.Revisions} has this key"))
                    .ToArray(),
            cancellation).SelectMany(p => p.OfType<Problem>());
    }

    /// <summary>The pointers that this site's pages have.</summary>
    public static IEnumerable<(Column Column, TreeProblem Problem)> Of(PageTables tables)
    {
        if (tables.Revisions is not null)
            foreach ((string name, TreeProblem problem) in s_pointers)
                if (tables.Pages.Find(name) is { } column)
                    yield return (column, problem);
    }

    /// <summary>The condition that a page's pointer is wrong.</summary>
    /// <remarks>One look at the revision by its key: a join would read all revisions with their content.</remarks>
    public static SqlText IsWrong(PageTables tables, Column column, Alias page) => $"""
        {column.In(page)} is not null
        and (select {tables.IsOwnRevision(page.Name)} from {tables.Revisions!} r
          where r.id = {column.In(page)}) is not true
        """;

    /// <summary>What the pointer of a page p should be.</summary>
    /// <remarks>
    /// The latest is the newest that is left; the live one too where nothing waits to be published, else nobody knows
    /// it.
    /// </remarks>
    public static SqlText Expected(PageTables tables, Column column)
    {
        SqlText isOwn = tables.IsOwnRevision("p");
        SqlText newest =
            $"(select r.id from {tables.Revisions!} r where {isOwn} order by r.created_at desc, r.id desc limit 1)";
        return column.Name == "latest_revision_id"
            ? newest
            : (SqlText)$"case when p.live and not p.has_unpublished_changes then {newest} end";
    }
}
