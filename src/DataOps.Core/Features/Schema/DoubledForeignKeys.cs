namespace DataOps.Core.Features.Schema;

/// <summary>Columns with more than one foreign key, of which Django makes one.</summary>
internal static class DoubledForeignKeys
{
    /// <summary>Finds them, by table: a finding for each foreign key that is too many.</summary>
    public static IEnumerable<Finding> Find(Session session, ReferenceCatalog catalog) =>
        from table in catalog.Database.Tables
        from keys in table.ForeignKeys.GroupBy(k => string.Join(",", k.Columns)).Where(g => g.Skip(1).Any())
        let kept = keys.OrderByDescending(k => k.IsEnforced && k.IsValidated)
            .ThenByDescending(k => k.Name.Contains("_fk_", StringComparison.Ordinal))
            .ThenBy(k => k.Name, StringComparer.Ordinal).First()
        from key in keys
        where key != kept
        select SchemaAudit.Of(session, catalog, table, SchemaProblem.DoubledForeignKey) with
        {
            Column = keys.Key,
            References = catalog.Database.Find(key.Target)?.DisplayName,
            Reference = key.Name,
            Problem = $"{keys.Key} has the foreign key {key.Name} beside {kept.Name}: {Broken(catalog, key, kept)}",
            Remedy = IsSame(key, kept)
                ? $"alter table {table.Sql} drop constraint {SqlText.Identifier(key.Name)}"
                : $"Get-Reference -Table {table.DisplayName}",
        };

    private static bool IsSame(ForeignKey key, ForeignKey other) =>
        key.Target == other.Target && key.TargetColumns.SequenceEqual(other.TargetColumns);

    private static string Broken(ReferenceCatalog catalog, ForeignKey key, ForeignKey kept) => !IsSame(key, kept)
        ? $"a row needs a target in both {Name(catalog, key)} and {Name(catalog, kept)}"
        : key.OnDelete != kept.OnDelete
        ? $"one says {key.OnDelete} on delete, the other {kept.OnDelete}"
        : "each row is checked twice, and a migration that drops one keeps the other";

    private static string? Name(ReferenceCatalog catalog, ForeignKey key) =>
        catalog.Database.Find(key.Target)?.DisplayName;
}
