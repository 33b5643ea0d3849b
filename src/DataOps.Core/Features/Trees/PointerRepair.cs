using DataOps.Core.Changes;
using DataOps.Core.Django.Pages;
using DataOps.Core.Django.Trees;
using DataOps.Core.Postgres.Catalog;
using DataOps.Core.Postgres.Connections;
using DataOps.Core.Postgres.Sql;
using Npgsql;

namespace DataOps.Core.Features.Trees;

/// <summary>Points pages at revisions that are theirs, and makes pages of their own of aliases that have no original.</summary>
internal static class PointerRepair
{
    /// <summary>Plans what becomes of the pointers that problems were found with.</summary>
    public static void Plan(
        Session session, PageTables tables, ChangeRun change, IReadOnlyList<Problem> problems, CancellationToken cancellation)
    {
        foreach ((string column, TreeProblem problem) in RevisionCheck.Of(tables))
            if (problems.Any(p => p.Class == problem))
            {
                bool hasTime = column == "latest_revision_id" && tables.Pages.Find("latest_revision_created_at") is not null;
                NodeRows rows = Rows(session, tables, change, hasTime ? [column, "latest_revision_created_at"] : [column], cancellation);
                rows.Fill($"c.{tables.Key}::text as _key", only: RevisionCheck.IsWrong(tables, column, "c"));
                string created = hasTime
                    ? $", latest_revision_created_at = (select r.created_at from {tables.Revisions!.Sql} r where r.id = x.expected)"
                    : "";
                rows.Execute($"""
                    update {rows.Name} w set {SqlText.Identifier(column)} = x.expected{created}
                    from (select p.{tables.Key} as id, {RevisionCheck.Expected(tables, column)} as expected from {tables.Pages.Sql} p
                      join {rows.Name} o on o.{tables.Key} = p.{tables.Key}) x
                    where x.id = w.{tables.Key}
                    """);
                rows.KeepChanged();
                change.PlanLast(rows);
            }
        if (problems.Any(p => p.Class == TreeProblem.Alias))
        {
            NodeRows rows = Rows(session, tables, change, ["alias_of_id"], cancellation);
            rows.Fill($"c.{tables.Key}::text as _key", only: "c.alias_of_id is not null");
            rows.Execute(
                $"update {rows.Name} w set alias_of_id = null where w._key = any($1)",
                new NpgsqlParameter<string[]> { TypedValue = [.. problems.Where(p => p.Class == TreeProblem.Alias).Select(p => p.Key!)] });
            rows.KeepChanged();
            change.PlanLast(rows);
        }
    }

    private static NodeRows Rows(Session session, PageTables tables, ChangeRun change, string[] columns, CancellationToken cancellation) => new(
        session, tables.Catalog.LabelOf(tables.Pages), change.Changes.Of(tables.Pages), $"dataops_{columns[0]}",
        [.. columns.Select(tables.Pages.Find).OfType<Column>()], cancellation);
}
