using DataOps.Core.Postgres.Catalog;
using DataOps.Core.Postgres.Connections;

namespace DataOps.Core.Features.Datasets.Import;

/// <summary>A file's rows under the keys that they have in this database: each staged table and list has a view of them, under its name.</summary>
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
            session.Execute($"create or replace temporary view {table.Name} as {ids.Rows(table)}", cancellation);
            foreach (StagingList list in table.Lists)
                session.Execute($"create or replace temporary view {list.Name} as {ids.Entries(table, list)}", cancellation);
        }
        return new KeyedRows(ids);
    }

    /// <summary>The rows with more rows left out, or more ids changed; the views are made anew where they have to look at another table for it.</summary>
    public KeyedRows With(Session session, KnownIds ids, CancellationToken cancellation) =>
        ids.WithSkips == Ids.WithSkips && ids.WithMap == Ids.WithMap ? this with { Ids = ids } : Of(session, ids, cancellation);
}
