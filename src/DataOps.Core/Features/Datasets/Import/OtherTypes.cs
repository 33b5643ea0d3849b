namespace DataOps.Core.Features.Datasets.Import;

/// <summary>
/// Rows of the file that would give a row of the database a second specific row: it is of another type here, as a page
/// that was converted after the file had been written.
/// </summary>
internal sealed class OtherTypes(
    Session session, ReferenceCatalog catalog, KeyedRows rows, PlannedDeletion deletion, OnConflict choice,
    ImportProblems problems, CancellationToken cancellation)
{
    /// <summary>Leaves such rows out where rows that are there are kept, and refuses them otherwise.</summary>
    /// <returns>The rows that are left.</returns>
    /// <exception cref="DataOpsException"><c>OtherType</c>: the rows, and what they are here.</exception>
    public KeyedRows Settle()
    {
        KnownIds ids = rows.Ids;
        foreach (StagingTable table in rows.Tables)
        {
            if (Root(table.Model.Table) is not { } root)
                continue;
            SqlText found = $"""
                from {table.Name} s
                join {root} t on {ColumnEquality.Of(root.SingleKey!, "t", table.Keys[0].Column, "s")}
                where t.content_type_id = any({Others(root, table.Model.Table)})
                  and {ImportStatements.IsNew(table, "own")}{deletion.Stays(root, "t")}
                """;
            if (choice == OnConflict.Skip)
                ids = ids.LeaveOut(session, table, $"select s._row {found}", cancellation);
            else
                problems.AddRows(
                    $"s._place", [ImportStatements.KeyOf(table), $"t.content_type_id::text"], found, r => new(
                        ErrorIds.OtherType,
                        new("row", "is of another type in the database", "are of another type in the database"),
                        "Convert-Page changes the type of a page; or leave the rows out (-Exclude, -OnConflict Skip).",
                        table.Model.Label, r[0], "pk", $"is a {TypeName(int.Parse(r[1]))} here"));
        }
        problems.ThrowIfAny();
        return rows.With(session, ids, cancellation);
    }

    // The table whose rows say by a content type which specific row they have; null for a table that is none's.
    private Table? Root(Table table) => catalog.ParentLink(table)?.Target is not { } parent ? null
        : SpecificRowReference.HasTypePointer(parent) ? parent
        : Root(parent);

    // A type above this one has its row already, and a row of the root's own type has none; but the type is written
    // only with the root's row, which is kept where rows that are there are.
    private int[] Others(Table root, Table table)
    {
        IEnumerable<Table> others = catalog.WithHeirs(root).Except(catalog.WithHeirs(table));
        if (choice != OnConflict.Skip)
            others = others.Where(t => t != root && !catalog.WithHeirs(t).Contains(table));
        return [.. others.Select(t => catalog.ModelOf(t)?.ContentType).OfType<int>()];
    }

    private string TypeName(int type) => catalog.ContentTypeOf(type)?.Label.ToString() ?? $"row of content type {type}";
}
