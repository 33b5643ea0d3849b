namespace DataOps.Core.Features.Undo;

/// <summary>
/// Finds what would keep rows from coming back, or going, before anything is changed: references and unique values,
/// each row named.
/// </summary>
internal sealed class UndoChecks(
    Session session, DatabaseCatalog catalog, IReadOnlyList<UndoTableStaging> tables, UndoReferences references,
    RestoredOrphans orphans, CancellationToken cancellation)
{
    /// <summary>Checks all of it.</summary>
    /// <exception cref="DataOpsException"><c>StillReferenced</c>, <c>MissingReferences</c> or <c>NotUnique</c>: the
    /// rows.</exception>
    public void Require()
    {
        RequireUnreferenced();
        RequireTargets();
        RequireUnique();
    }

    // Rows of others that refer to one that will go; an ON DELETE action would take them along, or change them, unseen.
    private void RequireUnreferenced()
    {
        RowList rows = new();
        foreach (Table table in catalog.All.Where(t => t.IsReadable))
            foreach (ForeignKey key in table.ForeignKeys.Where(k => k.IsEnforced))
            {
                if (references.Of(key.Target) is not { Changes.Deletes: true } target)
                    continue;
                UndoTableStaging? own = references.Of(table.Oid);
                RowKey identity = own?.Identity ?? RowKey.Of(table);
                SqlText isPlanned = own is null
                    ? (SqlText)$"false"
                    : (SqlText)$"exists (select 1 from {own.Planned} p where {own.IsPlanned("p", "r")})";
                SqlText from = $"""
                    from {table} r join {target.Planned} c on c._action = 'D' and {key.IsTarget("r", "c")}
                    where not {isPlanned}
                    """;
                SqlText what = $"""
                    concat({SqlText.Literal($"refers to {target.Table.DisplayName} ")}, {target.Identity.Text("c")},
                      {SqlText.Literal($" ({key.Name})")})
                    """;
                if (!orphans.AllowsToLose(table, key, Count(from)))
                    AddAll(rows, table, what, identity.Text("r"), from);
            }
        rows.ThrowIfAny(
            ErrorIds.StillReferenced, FailureKind.InvalidOperation,
            "{0} a reference to rows that undoing deletes, so nothing was undone.",
            "Delete those rows first, or change their references.");
    }

    private void RequireTargets()
    {
        RowList rows = new();
        foreach (UndoTableStaging table in tables)
            foreach (ForeignKey key in table.Table.ForeignKeys.Where(k => k.IsEnforced))
            {
                if (catalog.Find(key.Target) is not { IsReadable: true } target)
                    continue;
                SqlText from = $"from {table.Name} s where s._action in ('U', 'D') and {references.Missing(key)}";
                IEnumerable<SqlText> value = key.Columns.Select(c => (SqlText)$"s.{SqlText.Identifier(c)}::text");
                SqlText what = $"""
                    concat({SqlText.Literal($"{string.Join(",", key.Columns)} -> {target.DisplayName} ")},
                      concat_ws(',', {value}), {SqlText.Literal($" is not there ({key.Name})")})
                    """;
                if (!orphans.Allows(table.Table, key, Count(from)))
                    AddAll(rows, table.Table, what, table.Identity.Text("s"), from);
            }
        rows.ThrowIfAny(
            ErrorIds.MissingReferences, FailureKind.InvalidOperation,
            "{0} a reference without a target, which a foreign key forbids, so nothing was undone.",
            "Insert the targets first; or, where the foreign key is newer than the change (Repair-Constraint adds " +
                "and validates them), drop it, undo, and add it again.");
    }

    private void RequireUnique()
    {
        RowList rows = new();
        foreach (UndoTableStaging table in tables.Where(t => !t.Identity.IsWholeRow))
            foreach (IndexDefinition index in table.Table.UniqueIndexes.Where(i => !i.IsPrimary))
            {
                SqlText what = $"""
                    concat({SqlText.Literal($"has the same {string.Join(",", index.Columns)} as row ")},
                      {table.Identity.Text("t")}, {SqlText.Literal($" ({index.Name})")})
                    """;
                AddAll(rows, table.Table, what, table.Identity.Text("s"), $"""
                    from {table.Name} s cross join lateral ({Keys(index, "s")}) w
                    join {table.Table} t on true cross join lateral ({Keys(index, "t")}) p
                    where s._action in ('U', 'D') and {index.Same("w", "p")}
                      and not exists (select 1 from {table.Planned} c where c._action <> 'I' and {table.Same("c", "t")})
                    """);
            }
        rows.ThrowIfAny(
            ErrorIds.NotUnique, FailureKind.AlreadyExists,
            "{0} unique values that other rows have taken since, so nothing was undone.",
            "Change those rows first; or, where the unique constraint is newer than the change (Repair-Constraint adds "
                + "them), drop it, undo, and add it again.");
    }

    private static SqlText Keys(IndexDefinition index, Alias row) => index.KeysOf(index.Columns.Select(row.Column));

    private long Count(SqlText from) => session.Query<long>($"select count(*) {from}", cancellation)[0];

    private void AddAll(RowList rows, Table table, SqlText what, SqlText key, SqlText from)
    {
        SqlText sql = $"select {what}, {key}, count(*) over () {from} limit {SqlText.Literal(RowList.Most)}";
        rows.AddAll(session, sql, table.DisplayName, cancellation);
    }
}
