namespace DataOps.Core.Features.Datasets.Import;

/// <summary>
/// A file's rows under the keys that they have in this database: each staged table and list has them under its name.
/// </summary>
internal sealed record KeyedRows
{
    private KeyedRows(KnownIds ids) => Ids = ids;

    /// <summary>What the views are made of.</summary>
    public KnownIds Ids { get; private init; }

    /// <summary>The staged tables.</summary>
    public IReadOnlyList<StagingTable> Tables => Ids.Tables;

    /// <summary>The staging table of a table; null when the file has no rows of it.</summary>
    public StagingTable? StagedOf(Table table) => Ids.StagedOf(table);

    /// <summary>Makes the views.</summary>
    /// <param name="session">The session, in the load's transaction.</param>
    /// <param name="ids">What is known: the key of each row at least.</param>
    /// <param name="cancellation">Cancels it.</param>
    public static KeyedRows Of(Session session, KnownIds ids, CancellationToken cancellation)
    {
        foreach (StagingTable table in ids.Tables)
        {
            if (!ids.AreAsStaged(table))
                table.View(session, ids.Rows(table), cancellation);
            foreach (StagingList list in table.Lists)
                session.Run(
                    $"create or replace temporary view {list.Name} as {ids.Entries(table, list)}", cancellation);
        }
        return new KeyedRows(ids);
    }

    /// <summary>
    /// The rows with more rows left out, or more ids changed; the views are made anew where they have to look at
    /// another table for it.
    /// </summary>
    public KeyedRows With(Session session, KnownIds ids, CancellationToken cancellation) =>
        ids.WithSkips == Ids.WithSkips && ids.WithMap == Ids.WithMap
            ? this with { Ids = ids }
            : Of(session, ids, cancellation);

    /// <summary>
    /// The condition that a row t is not among those of a staging table, or not among those that meet a condition;
    /// begins with " and".
    /// </summary>
    public static SqlText NotIn(StagingTable staged, SqlText? condition = null) => $"""
         and not exists (
          select 1 from {staged.Name} s where {ImportStatements.SameKey(staged)}{condition ?? SqlText.Empty})
        """;

    /// <summary>
    /// The condition that a row t is not in the file, or not with the column by which it depends; begins with " and",
    /// or is empty.
    /// </summary>
    /// <remarks>A field that the file lacks keeps its value, and so its row depends on it like any other.</remarks>
    public SqlText Except(Table table, Column? column)
    {
        if (StagedOf(table) is { } staged)
        {
            bool isField = column is not null && staged.Keys.All(k => k.Column != column);
            int[] shapes =
                [.. Enumerable.Range(0, staged.Shapes.Count).Where(
                    i => !isField || staged.Shapes[i].Any(c => c.Column == column))];
            return NotIn(staged, $" and s._shape = any({shapes})");
        }
        // Lists of the file's objects are made equal to the file's.
        if (!Ids.Catalog.Owners.TryGetValue(table.Oid, out (Model Model, ManyToManyList List) owner)
            || StagedOf(owner.Model.Table)?.Lists.FirstOrDefault(l => l.List.Table == table)
                is not { Buffer.Rows: > 0 } list)
            return SqlText.Empty;
        SqlText isOwner = $"s.owner = t.{list.List.OwnerColumn} and s._position = 0";
        return $" and not exists (select 1 from {list.Name} s where {isOwner})";
    }
}
