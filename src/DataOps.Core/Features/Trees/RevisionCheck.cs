using DataOps.Core.Django.Pages;
using DataOps.Core.Django.Trees;
using DataOps.Core.Kernel;
using DataOps.Core.Postgres.Connections;
using DataOps.Core.Postgres.Sql;

namespace DataOps.Core.Features.Trees;

/// <summary>Checks that a page's latest and live revision exist and are its own.</summary>
internal sealed class RevisionCheck(Session session, PageTables tables, CancellationToken cancellation)
{
    /// <summary>The columns that point at a revision, and the problem that each can have.</summary>
    public static readonly IReadOnlyList<(string Column, TreeProblem Problem)> Pointers =
        [("latest_revision_id", TreeProblem.LatestRevision), ("live_revision_id", TreeProblem.LiveRevision)];

    private readonly (string Column, TreeProblem Problem)[] _pointers = [.. Of(tables)];

    /// <summary>The problems, in the order of the pages' keys.</summary>
    public IEnumerable<Problem> Find()
    {
        if (_pointers.Length == 0)
            return [];
        // Both mostly point at the same row, which is then looked at once.
        IEnumerable<string> wrong = _pointers.Select((p, i) => string.Join(" and ", _pointers.Take(i)
            .Select(b => $"{Pointer(p.Column)} is distinct from {Pointer(b.Column)}").Append(IsWrong(tables, p.Column))));
        IEnumerable<string> cells = _pointers.Select(p => $"""
            case when {IsWrong(tables, p.Column)} then {Pointer(p.Column)}::text end, ({Expected(tables, p.Column)})::text, {Exists(p.Column)}
            """);
        return session.Stream(
            $"""
            select p.{tables.Key}::text, {string.Join(", ", cells)}
            from {tables.Pages.Sql} p where {string.Join(" or ", wrong.Select(w => $"({w})"))} order by p.{tables.Key}
            """,
            r => _pointers.Select((p, i) => r.IsDBNull((3 * i) + 1) ? null : new Problem(
                p.Problem, Severity.Error, tables.Pages, r.GetString(0), p.Column, r.GetString((3 * i) + 1),
                r.IsDBNull((3 * i) + 2) ? null : r.GetString((3 * i) + 2),
                r.GetBoolean((3 * i) + 3) ? "it is another object's" : $"no row of {tables.Revisions} has this key")).ToArray(),
            cancellation).SelectMany(p => p.OfType<Problem>());
    }

    /// <summary>The pointers that this site's pages have.</summary>
    public static IEnumerable<(string Column, TreeProblem Problem)> Of(PageTables tables) =>
        tables.Revisions is null ? [] : Pointers.Where(p => tables.Pages.Find(p.Column) is not null);

    /// <summary>The condition that a page's pointer is wrong.</summary>
    /// <remarks>One look at the revision by its key: a join would read all revisions with their content.</remarks>
    public static string IsWrong(PageTables tables, string column, string page = "p")
    {
        string pointer = $"{page}.{SqlText.Identifier(column)}";
        return $"{pointer} is not null and (select {tables.IsOwnRevision(page)} from {tables.Revisions!.Sql} r where r.id = {pointer}) is not true";
    }

    /// <summary>What the pointer of a page p should be.</summary>
    /// <remarks>The latest is the newest that is left; the live one too where nothing waits to be published, else nobody knows it.</remarks>
    public static string Expected(PageTables tables, string column)
    {
        string newest = $"(select r.id from {tables.Revisions!.Sql} r where {tables.IsOwnRevision("p")} order by r.created_at desc, r.id desc limit 1)";
        return column == "latest_revision_id" ? newest : $"case when p.live and not p.has_unpublished_changes then {newest} end";
    }

    private string Exists(string column) => $"exists (select 1 from {tables.Revisions!.Sql} r where r.id = {Pointer(column)})";

    private static string Pointer(string column) => $"p.{SqlText.Identifier(column)}";
}
