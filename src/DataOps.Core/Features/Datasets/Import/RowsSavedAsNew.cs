using DataOps.Core.Files;

namespace DataOps.Core.Features.Datasets.Import;

/// <summary>
/// Gives new keys to the objects of models that are saved as new rows; what refers to them in the file, in whatever
/// way, then refers to the copies.
/// </summary>
internal sealed class RowsSavedAsNew(
    Session session, ReferenceCatalog catalog, KnownIds ids, OnMissingReference choice, ImportProblems problems,
    OperationContext context)
{
    /// <summary>Gives them, and leaves out what is to go with a reference that leads out of the file.</summary>
    /// <param name="specs">The file's specs.</param>
    /// <param name="reserve">Whether the keys are taken from their sequences.</param>
    /// <returns>What is known with that.</returns>
    /// <exception cref="DataOpsException">
    /// A key occurs twice; or a reference leads out of the file, and is not to be kept or cleared: all of them, with
    /// their lines.
    /// </exception>
    public KnownIds Give(FileSpecs specs, bool reserve)
    {
        ModelSpec[] copied = [.. specs.All.Where(s => s.Spec.SaveAsNew).DistinctBy(s => s.Model.Table.Oid)];
        foreach (ModelSpec spec in copied)
        {
            if (catalog.ParentLink(spec.Model.Table) is not { } link)
                Give(spec, reserve);
            else if (copied.All(c => c.Model.Table != link.Target))
                throw FileSpec.Invalid(spec.Spec.Place!,
                    $"{spec.Model.Label} is saved as new, but not its parent {catalog.LabelOf(link.Target!)}.");
        }
        problems.ThrowIfAny();
        HashSet<uint> tables = [.. copied.Select(c => c.Model.Table.Oid)];
        foreach (StagingTable from in ids.Tables)
        {
            foreach (StagingColumn column in from.Keys.Concat(from.Columns).Where(c => LeadsTo(c, tables)))
                Settle(from, column, from.Buffer);
            foreach (StagingList list in from.Lists.Where(l => l.Buffer.Rows > 0 && LeadsTo(l.Target, tables)))
                Settle(from, list.Target, list.Buffer);
        }
        problems.ThrowIfAny();
        return ids;
    }

    private void Give(ModelSpec spec, bool reserve)
    {
        Table table = spec.Model.Table;
        if (spec.Staged is not { } staged || spec.Model.Key is not [{ } key])
        {
            if (spec.Model.Key.Count != 1)
                throw FileSpec.Invalid(
                    spec.Spec.Place!, $"{spec.Model.Label} cannot be saved as new: its key has several columns.");
            SqlText type = spec.Model.Key[0].TypeSql;
            Run($"""
                create temporary table {KnownIds.Map(table)} (source {type} primary key, target {type}) on commit drop
                """);
            ids = ids with { WithMap = ids.WithMap.Add(table.Oid) };
            return;
        }
        SqlText identity = KnownIds.Identity(table);
        SqlText none = $"null::{key.TypeSql}";
        SqlText keys = $"select r._row, r.{staged.Keys[0].Sql} as source, {none} as pk from {staged.Buffer.Table} r";
        TemporaryTable.Create(session, identity, keys, context.Cancellation);
        SqlText twice = $"""
            from {identity} i join {staged.Buffer.Table} r on r._row = i._row
            where i.source is not null group by i.source having count(*) > 1
            """;
        problems.AddRows($"max(r._place)", [$"i.source", $"min(r._place)"], twice, r => new(
            ErrorIds.DuplicateKey, new("key", "occurs more than once", "occur more than once"),
            "Keep only one of the objects in the file.",
            staged.Model.Label, r[0], "pk", $"is in {FilePlace.Of(r[1])} already"));
        if (problems.Count > 0)
            return;
        GeneratedKeys.Give(session, staged, identity, reserve, context.Cancellation);
        Run($"alter table {identity} add primary key (_row); create index on {identity} (pk); analyze {identity}");
        SqlText map = KnownIds.Map(table);
        TemporaryTable.Create(session, map, $"select source, pk as target from {identity} where source is not null",
            context.Cancellation);
        Run($"alter table {map} add primary key (source)");
        ids = ids with { WithIdentity = ids.WithIdentity.Add(table.Oid), WithMap = ids.WithMap.Add(table.Oid) };
    }

    // The real loader knows copies only; what else there is in the database could be meant, or not.
    private void Settle(StagingTable from, StagingColumn column, StagingBuffer staged)
    {
        Table map = ids.MapOf(column.Reference!.Target!)!;
        SqlText isOutside = $"""
            r.{column.Sql} is not null
            and not exists (select 1 from {KnownIds.Map(map)} m where m.source = r.{column.Sql})
            """;
        bool isEntry = staged != from.Buffer;
        if (choice is OnMissingReference.KeepKey or OnMissingReference.Report)
            return;
        if (isEntry && choice is OnMissingReference.Null or OnMissingReference.SkipRow)
            Run($"delete from {staged.Table} r where {isOutside}");
        else if (choice == OnMissingReference.SkipRow)
            ids = ids.LeaveOut(
                session, from, $"select r._row from {staged.Table} r where {isOutside}", context.Cancellation);
        else if (choice == OnMissingReference.Null && !column.Column.NotNull)
            Run($"update {staged.Table} r set {column.Sql} = null where {isOutside}");
        else
        {
            SqlText key = isEntry || from.Keys.Count != 1 ? (SqlText)$"''" : from.Keys[0].In("r");
            problems.AddRows($"r._place", [key, column.In("r")], $"from {staged.Table} r where {isOutside}", r => new(
                ErrorIds.ReferenceOutsideFile,
                new(
                    "reference", "leads to a row that is not copied with it",
                    "lead to rows that are not copied with them"),
                "Add those rows to the export; or load with -OnMissingReference KeepKey (the copy refers to the row " +
                    "that is there), Null or SkipRow.",
                from.Model.Label, r[0], column.Field,
                $"-> {catalog.LabelOf(column.Reference!.Target!)} {r[1]} is not in the file"));
        }
    }

    private bool LeadsTo(StagingColumn column, HashSet<uint> tables) =>
        column.Reference?.Target is { } target && ids.MapOf(target) is { } map && tables.Contains(map.Oid);

    private void Run(SqlText sql) => session.Run(sql, context.Cancellation);
}
