namespace DataOps.Core.Postgres.Sql;

/// <summary>
/// The columns that identify a row: the primary key, else a unique key of NOT NULL columns, else all columns.
/// </summary>
/// <param name="Columns">The columns.</param>
/// <param name="Equalities">The operator that compares each.</param>
/// <param name="IsWholeRow">Whether there is no key, so that rows can be equal.</param>
internal sealed record RowKey(IReadOnlyList<Column> Columns, IReadOnlyList<SqlText> Equalities, bool IsWholeRow)
{
    /// <summary>The columns' names, joined by commas.</summary>
    public SqlText Sql => $"{Columns}";

    /// <summary>The key of a table's rows.</summary>
    public static RowKey Of(Table table)
    {
        IndexDefinition? key = table.UniqueIndexes
            .FirstOrDefault(i => i.Predicate is null
                && i.Keys.All(k => k.Column is { } name && table.Find(name) is { NotNull: true }));
        return key is null
            ? new RowKey(table.Columns, [], IsWholeRow: true)
            : new RowKey([.. key.Keys.Select(k => table.Find(k.Column!)!)], [.. key.Keys.Select(k => k.Equality)],
                IsWholeRow: false);
    }

    /// <summary>The condition that two relations' rows are one.</summary>
    public SqlText Same(Alias left, Alias right) =>
        SqlText.Join(" and ", Columns.Zip(Equalities, (c, same) => (SqlText)$"{c.In(left)} {same} {c.In(right)}"));

    /// <summary>The columns of a relation, joined by commas.</summary>
    public SqlText Of(Alias alias) => $"{Columns.Select(c => c.In(alias))}";

    /// <summary>What a person calls a row of a relation: its key's values joined by commas, or the whole row.</summary>
    public SqlText Text(Alias alias) => IsWholeRow ? (SqlText)$"row({Of(alias)})::text" : KeyText.Of(Columns, alias);
}
