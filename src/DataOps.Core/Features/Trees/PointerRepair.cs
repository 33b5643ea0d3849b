using DataOps.Core.Django.Pages;
using DataOps.Core.Django.Trees;

namespace DataOps.Core.Features.Trees;

/// <summary>
/// Points pages at revisions that are theirs, and makes pages of their own of aliases that have no original.
/// </summary>
internal static class PointerRepair
{
    /// <summary>Plans what becomes of the pointers that problems were found with.</summary>
    public static void Plan(
        Session session, PageTables tables, ChangeRun change, IReadOnlyList<Problem> problems,
        CancellationToken cancellation)
    {
        SqlText key = tables.Key;
        foreach ((Column column, TreeProblem problem) in RevisionCheck.Of(tables))
            if (problems.Any(p => p.Class == problem))
            {
                Column? time =
                    column.Name == "latest_revision_id" ? tables.Pages.Find("latest_revision_created_at") : null;
                NodeRows rows = Rows(session, tables, change, time is null ? [column] : [column, time], cancellation);
                rows.Fill($"c.{key}::text as _key", only: RevisionCheck.IsWrong(tables, column, "c"));
                SqlText created = time is null
                    ? SqlText.Empty
                    : (SqlText)$", {time} = (select r.created_at from {tables.Revisions!} r where r.id = x.expected)";
                rows.Run($"""
                    update {rows.Name} w set {column} = x.expected{created}
                    from (select p.{key} as id, {RevisionCheck.Expected(tables, column)} as expected
                      from {tables.Pages} p join {rows.Name} o on o.{key} = p.{key}) x
                    where x.id = w.{key}
                    """);
                rows.KeepChanged();
                change.PlanLast(rows);
            }
        if (problems.Any(p => p.Class == TreeProblem.RevisionType))
            new RevisionRowCheck(session, tables, cancellation).Repair(change);
        if (problems.Any(p => p.Class == TreeProblem.Alias))
        {
            NodeRows rows = Rows(session, tables, change, [tables.Pages.Find("alias_of_id")!], cancellation);
            rows.Fill($"c.{key}::text as _key", only: $"c.alias_of_id is not null");
            string[] keys = [.. problems.Where(p => p.Class == TreeProblem.Alias).Select(p => p.Key!)];
            rows.Run($"update {rows.Name} w set alias_of_id = null where w._key = any({keys})");
            rows.KeepChanged();
            change.PlanLast(rows);
        }
    }

    private static NodeRows Rows(
        Session session, PageTables tables, ChangeRun change, Column[] columns, CancellationToken cancellation) => new(
        session, tables.Catalog.LabelOf(tables.Pages), change.Changes.Of(tables.Pages), $"dataops_{columns[0].Name}",
        columns, cancellation);
}
