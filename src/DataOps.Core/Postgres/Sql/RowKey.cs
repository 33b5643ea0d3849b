using DataOps.Core.Postgres.Catalog;
using DataOps.Core.Postgres.Connections;

namespace DataOps.Core.Postgres.Sql;

/// <summary>By what a row of a table is known again: the primary key, else a unique key without NULL, else the whole row.</summary>
/// <param name="Columns">The columns.</param>
/// <param name="Equalities">The operator that compares each.</param>
/// <param name="IsWholeRow">Whether there is no key, so that rows can be equal.</param>
internal sealed record RowKey(IReadOnlyList<Column> Columns, IReadOnlyList<string> Equalities, bool IsWholeRow)
{
    /// <summary>The columns, quoted, joined by commas.</summary>
    public string Sql => SqlText.Identifiers(Columns.Select(c => c.Name));

    /// <summary>Finds it.</summary>
    public static RowKey Of(Session session, Table table, CancellationToken cancellation)
    {
        UniqueIndex? key = UniqueIndex.Read(session, table, cancellation)
            .FirstOrDefault(i => i.Predicate is null && i.Keys.All(k => k.Column is { } name && table.Find(name) is { NotNull: true }));
        return key is null
            ? new RowKey(table.Columns, [], IsWholeRow: true)
            : new RowKey([.. key.Keys.Select(k => table.Find(k.Column!)!)], [.. key.Keys.Select(k => k.Equality)], IsWholeRow: false);
    }

    /// <summary>The condition that two relations' rows are one.</summary>
    public string Same(string left, string right) =>
        string.Join(" and ", Columns.Select(c => SqlText.Identifier(c.Name)).Zip(Equalities, (c, same) => $"{left}.{c} {same} {right}.{c}"));

    /// <summary>The columns of a relation, joined by commas.</summary>
    public string Of(string alias) => string.Join(", ", Columns.Select(c => $"{alias}.{SqlText.Identifier(c.Name)}"));

    /// <summary>What a person calls a row of a relation: its key's values joined by commas, or the whole row.</summary>
    public string Text(string alias) => IsWholeRow
        ? $"row({Of(alias)})::text"
        : KeyText.Of(Columns, alias);
}
