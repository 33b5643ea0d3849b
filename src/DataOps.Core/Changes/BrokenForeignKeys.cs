using DataOps.Core.Changes.UndoFiles;

namespace DataOps.Core.Changes;

/// <summary>
/// Counts the rows of a plan, and those whose targets it makes, that break a foreign key before anything is changed.
/// </summary>
internal sealed class BrokenForeignKeys(Session session, DatabaseCatalog catalog, CancellationToken cancellation)
{
    /// <summary>The broken foreign keys; none where no row breaks any.</summary>
    public IReadOnlyList<UndoOrphans> Of(IReadOnlyList<TablePlan> tables)
    {
        Dictionary<uint, TablePlan> planned = tables.Where(t => t.Planned > 0).ToDictionary(t => t.Table.Oid);
        return
        [
            .. from table in catalog.All
               where table.IsReadable
               from key in table.ForeignKeys
               where key.IsEnforced && (planned.ContainsKey(table.Oid) || planned.ContainsKey(key.Target))
                   && catalog.Find(key.Target) is { IsReadable: true }
               let own = planned.GetValueOrDefault(table.Oid)
               let rows = own is null ? 0 : Broken(own, key)
               let left = planned.TryGetValue(key.Target, out TablePlan? target) && !target.Identity.IsWholeRow
                   ? Left(table, own, key, target)
                   : 0
               where rows + left > 0
               select new UndoOrphans(table.Schema, table.Name, key.Name, rows, left),
        ];
    }

    private long Broken(TablePlan own, ForeignKey key) => Count($"""
        select count(*) from {own.Name} c
        where c._action in ('U', 'D') and {key.IsSet("c")}
          and not exists (select 1 from {catalog.Find(key.Target)!} t where {key.IsTarget("c", "t")})
        """);

    private long Left(Table table, TablePlan? own, ForeignKey key, TablePlan target)
    {
        // Of a planned row there are the key's columns alone.
        if (key.TargetColumns.Any(c => target.Identity.Columns.All(k => k.Name != c)))
            return 0;
        SqlText untouched = own is null
            ? (SqlText)$"true"
            : (SqlText)$"not exists (select 1 from {own.Name} o where {own.Same("o", "r")})";
        return Count(
            $"select count(*) from {table} r join {target.Name} c on c._action = 'I' and " +
                $"{key.IsTarget("r", "c")} where {untouched}");
    }

    private long Count(SqlText sql) => session.Query<long>(sql, cancellation)[0];
}
