namespace DataOps.Core.Features.Undo;

/// <summary>The foreign keys between rows that come back, rows that go, and rows that stay, as SQL.</summary>
internal sealed class UndoReferences(DatabaseCatalog catalog, IReadOnlyList<UndoTableStaging> tables)
{
    private readonly Dictionary<uint, UndoTableStaging> _byTable = tables.ToDictionary(t => t.Table.Oid);

    /// <summary>The rows of a table that the file is about; null for another table.</summary>
    public UndoTableStaging? Of(uint table) => _byTable.GetValueOrDefault(table);

    /// <summary>
    /// The condition that what a row s of the file referred to is neither there, or will go, nor comes back.
    /// </summary>
    public SqlText Missing(ForeignKey key)
    {
        Table target = catalog.Find(key.Target)!;
        UndoTableStaging? also = Of(key.Target);
        SqlText IsTarget(Alias alias) => key.IsTarget("s", alias.Name);
        SqlText NoneIn(SqlText rows) => $" and not exists (select 1 from {rows})";
        SqlText goes = also is { Identity.IsWholeRow: false }
            ? NoneIn($"{also.Planned} g where g._action = 'D' and {also.Same("g", "t")}")
            : SqlText.Empty;
        SqlText back = also is null
            ? SqlText.Empty
            : NoneIn($"{also.Name} b where b._action in ('U', 'D') and {IsTarget("b")}");
        return $"{key.IsSet("s")}{NoneIn($"{target} t where {IsTarget("t")}{goes}")}{back}";
    }
}
