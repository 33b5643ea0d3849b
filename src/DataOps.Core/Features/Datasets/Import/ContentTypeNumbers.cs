namespace DataOps.Core.Features.Datasets.Import;

/// <summary>
/// References to content types and permissions by numbers of which the file holds no row: what they mean is known in
/// the database that wrote the file alone.
/// </summary>
/// <remarks>A row or a list that is here already as the file has it may have them: nothing is written.</remarks>
internal sealed class ContentTypeNumbers(
    ReferenceCatalog catalog, KeyedRows rows, OnConflict choice, ImportProblems problems)
{
    /// <summary>Refuses them.</summary>
    /// <exception cref="DataOpsException">The references, with their lines and what the numbers mean here.</exception>
    public void Refuse()
    {
        if (catalog.TableOf(DjangoTables.ContentType) is { } types)
        {
            Refuse(types, $"t.app_label || '.' || t.model");
            if (catalog.TableOf(DjangoTables.Permission) is { } permissions)
                Refuse(permissions, $"""
                    (select c.app_label || '.' || t.codename from {types} c where c.id = t.content_type_id)
                    """);
        }
        problems.ThrowIfAny();
    }

    private void Refuse(Table target, SqlText name)
    {
        foreach (StagingTable table in rows.Tables)
        {
            SqlText key = ImportStatements.KeyOf(table);
            SqlText isUnchanged = ImportStatements.IsUnchanged(table, choice == OnConflict.Skip);
            foreach (StagingColumn column in table.Columns.Where(c => c.Reference?.Target == target))
                Add(table, column.Field, target, column, [key, name], $"""
                    from {table.Buffer.Table} r join {table.Name} s on s._row = r._row
                    """, isUnchanged);
            foreach (StagingList list in table.Lists.Where(l => l.Target.Reference?.Target == target))
                Add(table, list.List.Name, target, list.Target, [key, name], $"""
                    from {list.Buffer.Table} r join {table.Name} s on s._row = r._row
                    """, choice == OnConflict.Skip ? isUnchanged : ImportStatements.IsUnchanged(table, list));
        }
    }

    private void Add(
        StagingTable table, string field, Table target, StagingColumn column, SqlText[] keyAndName, SqlText from,
        SqlText isUnchanged)
    {
        Column id = column.Reference!.TargetColumns[0];
        SqlText isInFile = rows.StagedOf(target) is { } staged
            ? (SqlText)$" and not exists (select 1 from {staged.Buffer.Table} f where f.{id} = {column.In("r")})"
            : SqlText.Empty;
        ModelLabel label = catalog.LabelOf(target)!;
        problems.AddRows($"r._place", [.. keyAndName, $"{column.In("r")}"], $"""
            {from} left join {target} t on t.{id} = {column.In("r")} where {column.In("r")} is not null{isInFile}
              and not {isUnchanged}
            """, r => new(
            ErrorIds.UnnamedContentType,
            new(
                "reference", "is to a content type or permission by a number that the file does not explain",
                "are to content types or permissions by numbers that the file does not explain"),
            "Export them by natural key (dumpdata --natural-foreign), or with contenttypes and auth.permission; "
                + "or load with -TrustContentTypes, if the file comes from this database or a copy of it.",
            table.Model.Label, r[0], field,
            $"-> {label} {r[2]}{(r[1].Length == 0 ? "" : $", which is {r[1]} here")}"));
    }
}
