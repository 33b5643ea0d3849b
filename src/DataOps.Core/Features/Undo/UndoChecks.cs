using DataOps.Core.Changes;
using DataOps.Core.Kernel;
using DataOps.Core.Postgres.Catalog;
using DataOps.Core.Postgres.Connections;
using DataOps.Core.Postgres.Sql;

namespace DataOps.Core.Features.Undo;

/// <summary>Finds what would keep rows from coming back, or going, before anything is changed: references and unique values, each row named.</summary>
internal sealed class UndoChecks(
    Session session, DatabaseCatalog catalog, IReadOnlyList<UndoTableStaging> tables, UndoReferences references, RestoredOrphans orphans,
        CancellationToken cancellation)
{
    /// <summary>Checks all of it.</summary>
    /// <exception cref="DataOpsException"><c>StillReferenced</c>, <c>MissingReferences</c> or <c>NotUnique</c>: the rows.</exception>
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
        foreach (Table table in catalog.Tables.Where(t => t.IsReadable))
            foreach (ForeignKey key in table.ForeignKeys.Where(k => k.IsEnforced))
            {
                if (references.Of(key.Target) is not { Changes.Deletes: true } target)
                    continue;
                UndoTableStaging? own = references.Of(table.Oid);
                RowKey identity = own?.Identity ?? RowKey.Of(table);
                string planned = own is null ? "false"
                    : identity.IsWholeRow ? $"exists (select 1 from {own.Changes.Name} p where p._xmin = {own.Changes.VersionOf("r")})"
                    : $"exists (select 1 from {own.Changes.Name} p where {identity.Same("p", "r")})";
                string from = $"""
                    from {table.Sql} r join {target.Changes.Name} c on c._action = 'D' and {key.IsTarget("r", "c")} where not {planned}
                    """;
                if (!orphans.AllowsToLose(table, key, Count(from)))
                    rows.AddAll(session, $"""
                        select concat('refers to {Escaped(target.Table.DisplayName)} ', {target.Identity.Text("c")}, ' ({Escaped(key.Name)})'),
                               {identity.Text("r")}, count(*) over ()
                        {from} limit {RowList.Most}
                        """, table.DisplayName, cancellation);
            }
        rows.ThrowIfAny(
            ErrorIds.StillReferenced, FailureKind.InvalidOperation, "{0} a reference to rows that undoing deletes, so nothing was undone.",
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
                string from = $"from {table.Name} s where s._action in ('U', 'D') and {references.Missing(key)}";
                string value = string.Join(", ", key.Columns.Select(c => $"s.{SqlText.Identifier(c)}::text"));
                if (!orphans.Allows(table.Table, key, Count(from)))
                    rows.AddAll(session, $"""
                        select concat('{Escaped(string.Join(",", key.Columns))} -> {Escaped(target.DisplayName)} ', concat_ws(',', {value}),
                                 ' is not there ({Escaped(key.Name)})'),
                               {table.Identity.Text("s")}, count(*) over ()
                        {from} limit {RowList.Most}
                        """, table.Table.DisplayName, cancellation);
            }
        rows.ThrowIfAny(
            ErrorIds.MissingReferences, FailureKind.InvalidOperation, "{0} a reference without a target, which a foreign key forbids, so nothing was undone.",
            "Insert the targets first; or, where the foreign key is newer than the change (Repair-Constraint adds and validates them), drop it, undo, and add it again.");
    }

    private void RequireUnique()
    {
        RowList rows = new();
        foreach (UndoTableStaging table in tables.Where(t => !t.Identity.IsWholeRow))
            foreach (IndexDefinition index in table.Table.UniqueIndexes.Where(i => !i.IsPrimary))
            {
                string same = string.Join(" and ", index.Keys.Select((k, i) => index.NullsClash
                    ? $"(w.k{i} {k.Equality} p.k{i} or (w.k{i} is null and p.k{i} is null))"
                    : $"w.k{i} {k.Equality} p.k{i}"));
                rows.AddAll(session, $"""
                    select concat('has the same {Escaped(string.Join(",", index.Columns))} as row ', {table.Identity.Text("t")}, ' ({Escaped(index.Name)})'),
                           {table.Identity.Text("s")}, count(*) over ()
                    from {table.Name} s cross join {Keys(index, "s")} w
                    join {table.Table.Sql} t on true cross join {Keys(index, "t")} p
                    where s._action in ('U', 'D') and {same}
                      and not exists (select 1 from {table.Changes.Name} c where c._action <> 'I' and {table.Same("c", "t")})
                    limit {RowList.Most}
                    """, table.Table.DisplayName, cancellation);
            }
        rows.ThrowIfAny(
            ErrorIds.NotUnique, FailureKind.AlreadyExists, "{0} unique values that other rows have taken since, so nothing was undone.", "Change those rows first.");
    }

    private static string Keys(IndexDefinition index, string alias) => $"""
        lateral (select {string.Join(", ", index.Keys.Select((k, i) => $"{k.Expression} as k{i}"))}
                 from (select {string.Join(", ", index.Columns.Select(c => $"{alias}.{SqlText.Identifier(c)}"))}) cells where {index.Predicate ?? "true"})
        """;

    private long Count(string from) => session.List<long>($"select count(*) {from}", null, cancellation)[0];

    // Inside a literal of the query.
    private static string Escaped(string name) => name.Replace("'", "''");
}
