using DataOps.Core.Postgres.Catalog;

namespace DataOps.Core.Features.Undo;

/// <summary>The foreign keys between rows that come back, rows that go, and rows that stay, as SQL.</summary>
internal sealed class UndoReferences(DatabaseCatalog catalog, IReadOnlyList<UndoTableStaging> tables)
{
    private readonly Dictionary<uint, UndoTableStaging> _byTable = tables.ToDictionary(t => t.Table.Oid);

    /// <summary>The rows of a table that the file is about; null for another table.</summary>
    public UndoTableStaging? Of(uint table) => _byTable.GetValueOrDefault(table);

    /// <summary>The condition that what a row s of the file referred to is neither there, or will go, nor comes back.</summary>
    public string Missing(ForeignKey key)
    {
        Table target = catalog.Find(key.Target)!;
        UndoTableStaging? also = Of(key.Target);
        string goes = also is { Identity.IsWholeRow: false, Changes: var going }
            ? $" and not exists (select 1 from {going.Name} g where g._action = 'D' and {also.Same("g", "t")})" : "";
        string back = also is null ? "" : $" and not exists (select 1 from {also.Name} b where b._action in ('U', 'D') and {key.IsTarget("s", "b")})";
        return $"""
            {key.IsSet("s")} and not exists (select 1 from {target.Sql} t where {key.IsTarget("s", "t")}{goes}){back}
            """;
    }
}
