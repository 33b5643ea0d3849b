using DataOps.Core.Changes;
using DataOps.Core.Django.References;
using DataOps.Core.Kernel;
using DataOps.Core.Postgres.Catalog;
using DataOps.Core.Postgres.Connections;
using DataOps.Core.Postgres.Sql;

namespace DataOps.Core.Features.Orphans;

/// <summary>Checks, before anything is changed, that orphans can refer to one other row: it is there, and no unique value would be there twice.</summary>
internal sealed class Repointing(Session session, ReferenceCatalog catalog, CancellationToken cancellation)
{
    /// <summary>What the columns become, as SQL.</summary>
    /// <exception cref="DataOpsException"><c>UnknownTarget</c>: no such row. <c>UniqueClash</c>: the rows that would be there twice.</exception>
    public IReadOnlyDictionary<string, string> Values(RepairStep step, string to)
    {
        foreach (Table target in Targets(step))
            RequireTarget(step, target, target == step.Reference.Target ? step.Reference.TargetColumns[0] : target.SingleKey!, to);
        Column column = step.Reference.Column;
        string value = $"{SqlText.Literal(to)}::{column.TypeText}";
        RequireUnique(step, column, value);
        return new Dictionary<string, string> { [column.Name] = value };
    }

    private IEnumerable<Table> Targets(RepairStep step)
    {
        if (step.Reference.Target is { } target)
            return [target];
        string type = SqlText.Identifier(step.Reference.ContentTypeColumn!.Name);
        return session.List<int>($"select distinct t.{type}::int {step.Orphans.From}", null, cancellation).Select(id => catalog.ContentTypeOf(id) switch
        {
            { Table: { IsReadable: true, SingleKey: not null } table } => table,
            var gone => throw new DataOpsException(
                ErrorIds.UnknownTarget, FailureKind.NotFound,
                    $"Orphans of {step.Name} are of content type {gone?.Label ?? id.ToString()}, which has no table to refer to. Nothing was changed.",
                "Use another -Action for them.", step.Reference.Name),
        });
    }

    private void RequireTarget(RepairStep step, Table target, Column key, string to)
    {
        if (!session.List<bool>($"select exists (select 1 from {target.Sql} p where p.{SqlText.Identifier(key.Name)}::text = @to)", new { to }, cancellation)[0])
            throw new DataOpsException(
                ErrorIds.UnknownTarget, FailureKind.NotFound, $"{target} has no row with {key.Name} {to}, to which {step.Name} could refer. Nothing was changed.",
                    "Name an existing key with -To.", to);
    }

    private void RequireUnique(RepairStep step, Column column, string value)
    {
        TablePlan rows = step.Orphans.Rows;
        RowList clashes = new();
        foreach (IndexDefinition index in rows.Table.UniqueIndexes.Where(i => i.Columns.Contains(column.Name)))
        {
            string present = Keys(index, "x", null, "");
            string wanted = Keys(index, "t", column.Name, value);
            string same = string.Join(" and ", index.Keys.Select((k, i) => index.NullsClash
                ? $"(a.k{i} {k.Equality} b.k{i} or (a.k{i} is null and b.k{i} is null))" : $"a.k{i} {k.Equality} b.k{i}"));
            // Against rows that stay as they are, and among themselves.
            string sql = $"""
                with moved as (select {rows.Identity.Text("t")} as key, t.tableoid as o, t.ctid as p, w.* {step.Orphans.From} cross join {wanted} w)
                select a.key, 'would have the same {index.Name} as row ' || b.key from moved a
                join (select {rows.Identity.Text("x")} as key, x.tableoid as o, x.ctid as p, w.*, false as moves from {rows.Table.Sql} x cross join {present} w
                      where not exists (select 1 from moved m where m.o = x.tableoid and m.p = x.ctid)
                      union all select m.*, true from moved m) b
                  on {same} and (a.o, a.p) <> (b.o, b.p) and (not b.moves or (b.key, b.o, b.p) < (a.key, a.o, a.p))
                order by 1
                """;
            foreach ((string key, string what) in session.Stream(sql, r => (r.GetString(0), r.GetString(1)), cancellation))
                clashes.Add(rows.Table.DisplayName, key, what);
        }
        clashes.ThrowIfAny(
            ErrorIds.NotUnique, FailureKind.AlreadyExists, "{0} unique values that another row has already, or would get as well, so nothing was changed.",
            "Delete those orphans instead, or repoint the others alone.");
    }

    // The index's keys over a row's cells, one of them with its new value.
    private static string Keys(IndexDefinition index, string alias, string? column, string value)
    {
        IEnumerable<string> cells = index.Columns.Select(c => $"{(c == column ? value : $"{alias}.{SqlText.Identifier(c)}")} as {SqlText.Identifier(c)}");
        string keys = string.Join(", ", index.Keys.Select((k, i) => $"{k.Expression} as k{i}"));
        return $"lateral (select {keys} from (select {string.Join(", ", cells)}) cells where {index.Predicate ?? "true"})";
    }
}
