namespace DataOps.Core.Django.Trees;

/// <summary>A table that keeps a tree, and in which columns.</summary>
/// <param name="Kind">How.</param>
/// <param name="Table">The table.</param>
internal sealed record Tree(TreeKind Kind, Table Table)
{
    /// <summary>The path of a materialised-path tree or an ltree.</summary>
    public Column? Path { get; init; }

    /// <summary>The number of steps to the root: depth from 1, or mptt's level from 0.</summary>
    public Column? Depth { get; init; }

    /// <summary>The number of children.</summary>
    public Column? NumChild { get; init; }

    /// <summary>Where a nested set begins.</summary>
    public Column? Left { get; init; }

    /// <summary>Where a nested set ends.</summary>
    public Column? Right { get; init; }

    /// <summary>Which tree of the table it is.</summary>
    public Column? TreeId { get; init; }

    /// <summary>The reference to the parent.</summary>
    public Reference? Parent { get; init; }

    /// <summary>The reference to the parent that a table keeps beside its paths, as django CMS does.</summary>
    public Reference? ParentBesidePath { get; init; }

    /// <summary>The place among the siblings.</summary>
    public Column? Order { get; init; }

    /// <summary>
    /// Whether its columns have names that no package gives them, so that their values have to bear it out
    /// (<see cref="MpttShape"/>).
    /// </summary>
    public bool HasOwnNames { get; init; }

    /// <summary>Whether the whole table has one root: Wagtail's pages and collections.</summary>
    public bool HasOneRoot { get; init; }

    /// <summary>The key of row <paramref name="alias"/> as text.</summary>
    public SqlText Key(Alias alias) => KeyText.Of(Table, alias);

    /// <summary>What sorts rows that are otherwise equal.</summary>
    public SqlText KeyOrder(Alias alias) =>
        Table.PrimaryKey.Count == 0
            ? (SqlText)$"{alias}.ctid"
            : SqlText.Join(", ", Table.PrimaryKey.Select(alias.Column));

    /// <summary>The path as text in the order of its bytes, whatever the column's collation.</summary>
    public SqlText PathOf(Alias alias) => $"{Path!.In(alias)}::text collate \"C\"";
}
