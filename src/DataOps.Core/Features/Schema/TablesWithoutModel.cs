namespace DataOps.Core.Features.Schema;

/// <summary>Tables of no model whose foreign keys keep rows of models from being deleted.</summary>
internal static class TablesWithoutModel
{
    private const int ManyToManyColumns = 3;

    /// <summary>Finds them, a finding for each foreign key.</summary>
    /// <remarks>
    /// Where a content type has no table, the table may be that model's, and one that joins two tables may be a
    /// many-to-many list of another name: Django then knows it.
    /// </remarks>
    public static IEnumerable<Finding> Find(Session session, ReferenceCatalog catalog, Check check)
    {
        bool mayBeKnown = catalog.ContentTypesOfUnknownTable.Any();
        return from table in catalog.Database.Tables
               where table.IsReadable && catalog.LabelOf(table) is null
               from key in table.ForeignKeys
               where key is { IsEnforced: true, OnDelete: "NO ACTION" or "RESTRICT" }
               let target = catalog.Database.Find(key.Target)
               where target is not null && catalog.LabelOf(target) is not null
               let isCertain = !mayBeKnown && !IsManyToMany(table)
               from finding in check.Run(
                   () => [Of(session, catalog, table, key, target, isCertain, check.Context.Cancellation)], [table])
               select finding;
    }

    private static bool IsManyToMany(Table table) =>
        table.Columns.Count == ManyToManyColumns && table.ForeignKeys.Count == 2;

    private static Finding Of(
        Session session, ReferenceCatalog catalog, Table table, ForeignKey key, Table target, bool isCertain,
        CancellationToken cancellation)
    {
        long rows = session.Query<long>($"select count(*) from {table} c where {key.IsSet("c")}", cancellation)[0];
        string columns = string.Join(",", key.Columns);
        string none = isCertain ? "no model" : "no model that is known";
        string refer = rows == 0
            ? $"its rows would refer to {target} by {columns}"
            : $"{rows} of its rows {(rows == 1 ? "refers" : "refer")} to {target} by {columns}";
        return SchemaAudit.Of(session, catalog, table, SchemaProblem.TableWithoutModel) with
        {
            Severity = isCertain && rows > 0 ? Severity.Warning : Severity.Expected,
            Count = Math.Max(1, rows),
            Column = columns,
            References = target.DisplayName,
            Reference = key.Name,
            Problem = $"{table} has {none}, and {refer}: Django cannot delete what they refer to",
            Remedy = isCertain
                ? $"alter table {table.Sql} drop constraint {SqlText.Identifier(key.Name)}"
                : $"Get-Reference -Table {table.DisplayName}",
        };
    }
}
