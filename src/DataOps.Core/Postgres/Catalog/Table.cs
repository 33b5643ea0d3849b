namespace DataOps.Core.Postgres.Catalog;

/// <summary>What pg_class.relkind says.</summary>
internal enum TableKind
{
    /// <summary>An ordinary table.</summary>
    Table,

    /// <summary>The root of a partitioned table; its partitions are read through it.</summary>
    PartitionedTable,

    /// <summary>A view: named, and not read.</summary>
    View,

    /// <summary>A materialized view: named, and not read.</summary>
    MaterializedView,

    /// <summary>A foreign table: named, and not read.</summary>
    ForeignTable,
}

/// <summary>A table of the database.</summary>
/// <param name="Oid">pg_class.oid.</param>
/// <param name="Schema">Its schema.</param>
/// <param name="Name">Its name, unquoted.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Columns">Its columns in their order.</param>
/// <param name="PrimaryKey">The columns of its primary key; empty without one.</param>
/// <param name="UniqueKeys">Columns of each unique constraint and unique index without predicate or expression, the
/// primary key not included.</param>
/// <param name="Indexes">Its valid indexes: name, and columns where all are plain columns.</param>
/// <param name="ForeignKeys">Its declared foreign keys.</param>
/// <param name="EstimatedRows">Rows as of the last ANALYZE; null when it never ran.</param>
/// <param name="Bytes">Size of the table's main data as of the last ANALYZE, in bytes.</param>
internal sealed record Table(
    uint Oid,
    string Schema,
    string Name,
    TableKind Kind,
    IReadOnlyList<Column> Columns,
    IReadOnlyList<string> PrimaryKey,
    IReadOnlyList<IReadOnlyList<string>> UniqueKeys,
    IReadOnlyList<TableIndex> Indexes,
    IReadOnlyList<ForeignKey> ForeignKeys,
    long? EstimatedRows,
    long Bytes)
{
    private const int Small = 10_000;

    private readonly Dictionary<string, Column> _byName = Columns.ToDictionary(c => c.Name);

    /// <summary>The role that owns it.</summary>
    public required string Role { get; init; }

    /// <summary>Where the parts that few operations need are read on first use.</summary>
    internal CatalogParts Parts
    {
        private get => field ?? throw new InvalidOperationException($"{Name} was not read from a database.");
        init;
    }

    /// <summary>
    /// Its indexes with all that PostgreSQL knows of them, invalid ones included, the primary key's first.
    /// </summary>
    internal IEnumerable<IndexDefinition> IndexDefinitions => Parts.Indexes[Oid];

    /// <summary>The unique indexes that keep rows apart, the primary key's first.</summary>
    internal IEnumerable<IndexDefinition> UniqueIndexes => Parts.UniqueIndexes[Oid];

    /// <summary>Its constraints, by name.</summary>
    internal IEnumerable<TableConstraint> Constraints => Parts.Constraints[Oid];

    /// <summary>
    /// Its triggers, by name; of those that enforce foreign keys, only the ones that are not enabled.
    /// </summary>
    internal IEnumerable<TableTrigger> Triggers => Parts.Triggers[Oid];

    /// <summary>The query of a view, as SQL; null for a table.</summary>
    internal string? ViewQuery => Kind is TableKind.View or TableKind.MaterializedView ? Parts.ViewQueries[Oid] : null;

    /// <summary>
    /// Whether it has so few rows, as far as they were counted, that each can be looked at by itself.
    /// </summary>
    public bool IsSmall => EstimatedRows is not > Small;

    /// <summary>The quoted, qualified name.</summary>
    internal SqlText Sql => SqlText.Identifier(Schema, Name);

    /// <summary>The name as a person writes it: qualified only outside public.</summary>
    public string DisplayName => Schema == "public" ? Name : $"{Schema}.{Name}";

    /// <summary>Whether rows can be read from it as from a table.</summary>
    public bool IsReadable => Kind is TableKind.Table or TableKind.PartitionedTable;

    /// <summary>The primary key's column where it has just one.</summary>
    public Column? SingleKey => PrimaryKey.Count == 1 ? _byName[PrimaryKey[0]] : null;

    /// <summary>The column of that name; null when there is none.</summary>
    public Column? Find(string column) => _byName.GetValueOrDefault(column);

    /// <summary>Whether an index starts with these columns, in this order.</summary>
    public bool HasIndexOn(params string[] columns) =>
        Indexes.Any(i => i.Columns.Take(columns.Length).SequenceEqual(columns));

    /// <inheritdoc/>
    public override string ToString() => DisplayName;
}

/// <summary>An index.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Columns">Its columns; empty when one of them is an expression, or when it has a predicate.</param>
internal sealed record TableIndex(string Name, IReadOnlyList<string> Columns);

/// <summary>A declared foreign key.</summary>
/// <param name="Name">The constraint's name.</param>
/// <param name="Columns">The referring columns.</param>
/// <param name="Target">pg_class.oid of the referenced table.</param>
/// <param name="TargetColumns">The referenced columns, in the same order.</param>
/// <param name="Equalities">The operator by which PostgreSQL compares each pair, qualified: citext's is not
/// text's.</param>
/// <param name="OnDelete">ON DELETE as SQL says it: NO ACTION, RESTRICT, CASCADE, SET NULL, SET DEFAULT.</param>
/// <param name="IsDeferrable">Whether its check can wait for the end of a transaction.</param>
/// <param name="IsDeferred">Whether it does so by default, as Django's do.</param>
/// <param name="IsValidated">Whether PostgreSQL has checked the rows that were there when it was made.</param>
/// <param name="IsEnforced">False when NOT ENFORCED (PostgreSQL 18) or when one of its triggers is disabled.</param>
internal sealed record ForeignKey(
    string Name,
    IReadOnlyList<string> Columns,
    uint Target,
    IReadOnlyList<string> TargetColumns,
    IReadOnlyList<string> Equalities,
    string OnDelete,
    bool IsDeferrable,
    bool IsDeferred,
    bool IsValidated,
    bool IsEnforced)
{
    /// <summary>
    /// The condition that a row refers to anything; with a NULL in the key it does not (MATCH SIMPLE).
    /// </summary>
    internal SqlText IsSet(Alias alias) =>
        SqlText.Join(" and ", Columns.Select(c => (SqlText)$"{alias.Column(c)} is not null"));

    /// <summary>The condition that one row is what another refers to.</summary>
    internal SqlText IsTarget(Alias alias, Alias target) => IsTarget([.. Columns.Select(c => alias.Column(c))], target);

    /// <summary>The condition that a row has the key of these values, as SQL.</summary>
    internal SqlText IsTarget(IReadOnlyList<SqlText> values, Alias target) =>
        SqlText.Join(" and ",
            values.Select((v, i) => (SqlText)$"{target.Column(TargetColumns[i])} {SqlText.Raw(Equalities[i])} {v}"));

    /// <summary>
    /// The condition that a row's target is among all keys of a table, for a foreign key of one column.
    /// </summary>
    internal SqlText IsAmongTargets(Alias alias, Table targets) =>
        $"{alias.Column(Columns[0])} {SqlText.Raw(Equalities[0])} any (select " +
            $"p.{SqlText.Identifier(TargetColumns[0])} from {targets} p)";
}
