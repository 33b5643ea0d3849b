namespace DataOps.Core.Features.Orphans;

/// <summary>
/// Checks, before anything is changed, that orphans can refer to one other row: it is there, and no unique value would
/// be there twice.
/// </summary>
internal sealed class Repointing(Session session, ReferenceCatalog catalog, CancellationToken cancellation)
{
    /// <summary>What the columns become, as SQL.</summary>
    /// <exception cref="DataOpsException"><c>UnknownTarget</c>: no such row. <c>UniqueClash</c>: the rows that would be
    /// there twice.</exception>
    public IReadOnlyDictionary<string, SqlText> Values(RepairStep step, string to)
    {
        foreach (Table target in Targets(step))
            RequireTarget(step, target,
                target == step.Reference.Target ? step.Reference.TargetColumns[0] : target.SingleKey!, to);
        Column column = step.Reference.Column;
        SqlText value = $"{SqlText.Value(to)}::{column.TypeSql}";
        RequireUnique(step, column, value);
        return new Dictionary<string, SqlText> { [column.Name] = value };
    }

    private IEnumerable<Table> Targets(RepairStep step)
    {
        if (step.Reference.Target is { } target)
            return [target];
        SqlText types = $"select distinct t.{step.Reference.ContentTypeColumn!}::int {step.Orphans.From}";
        return session.Query<int>(types, cancellation).Select(id => catalog.ContentTypeOf(id) switch
        {
            { Table: { IsReadable: true, SingleKey: not null } table } => table,
            var gone => throw new DataOpsException(
                ErrorIds.UnknownTarget, FailureKind.NotFound,
                    $"Orphans of {step.Name} are of content type {gone?.Label ?? id.ToString()}, which has no table " +
                        $"to refer to. Nothing was changed.",
                "Use another -Action for them.", step.Reference.Name),
        });
    }

    private void RequireTarget(RepairStep step, Table target, Column key, string to)
    {
        SqlText isThere = $"select exists (select 1 from {target} p where p.{key}::text = {SqlText.Value(to)})";
        if (!session.Query<bool>(isThere, cancellation)[0])
            throw new DataOpsException(
                ErrorIds.UnknownTarget, FailureKind.NotFound,
                $"{target} has no row with {key.Name} {to}, to which {step.Name} could refer. Nothing was changed.",
                    "Name an existing key with -To.", to);
    }

    private void RequireUnique(RepairStep step, Column column, SqlText value)
    {
        TablePlan rows = step.Orphans.Rows;
        RowList clashes = new();
        foreach (IndexDefinition index in rows.Table.UniqueIndexes.Where(i => i.Columns.Contains(column.Name)))
        {
            SqlText present = index.KeysOf(index.Columns.Select(new Alias("x").Column));
            SqlText wanted =
                index.KeysOf(index.Columns.Select(c => c == column.Name ? value : new Alias("t").Column(c)));
            // Against rows that stay as they are, and among themselves.
            SqlText sql = $"""
                with moved as (select {rows.Identity.Text("t")} as key, t.tableoid as o, t.ctid as p, w.*
                    {step.Orphans.From} cross join lateral ({wanted}) w)
                select a.key, {SqlText.Value($"would have the same {index.Name} as row ")} || b.key from moved a
                join (select {rows.Identity.Text("x")} as key, x.tableoid as o, x.ctid as p, w.*, false as moves
                    from {rows.Table} x cross join lateral ({present}) w
                      where not exists (select 1 from moved m where m.o = x.tableoid and m.p = x.ctid)
                      union all select m.*, true from moved m) b
                  on {index.Same("a", "b")} and (a.o, a.p) <> (b.o, b.p) and (not b.moves
                      or (b.key, b.o, b.p) < (a.key, a.o, a.p))
                order by 1
                """;
            foreach ((string key, string what) in session.Read(
                sql, r => (r.GetString(0), r.GetString(1)), cancellation))
                clashes.Add(rows.Table.DisplayName, key, what);
        }
        clashes.ThrowIfAny(
            ErrorIds.NotUnique, FailureKind.AlreadyExists,
            "{0} unique values that another row has already, or would get as well, so nothing was changed.",
            "Delete those orphans instead, or repoint the others alone.");
    }
}
