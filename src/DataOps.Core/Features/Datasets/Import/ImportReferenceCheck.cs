using DataOps.Core.Django.References;
using DataOps.Core.Kernel;
using DataOps.Core.Operations;
using DataOps.Core.Postgres.Catalog;
using DataOps.Core.Postgres.Connections;
using DataOps.Core.Postgres.Sql;

namespace DataOps.Core.Features.Datasets.Import;

/// <summary>A target, in the file or in the database, for each reference that a file's rows make; and what to do where there is none.</summary>
/// <remarks>History that outlives its targets by design needs none.</remarks>
internal sealed class ImportReferenceCheck(
    Session session, ReferenceCatalog catalog, FixtureModels models, ImportViews rows, OnMissingReference choice, string path, OperationContext context)
{
    private readonly SortedSet<string> _missing = new(StringComparer.Ordinal);

    /// <summary>References set to NULL or taken out of a list.</summary>
    public long Nulled { get; private set; }

    /// <summary>Objects left out.</summary>
    public long Skipped { get; private set; }

    /// <summary>Settles natural keys that mean no row, before keys and references are known.</summary>
    public void Settle(StagingTable from, StagingColumn column, string staged, ImportProblems problems)
    {
        string meaning = ImportViews.KeysOf(column.Reference!.Target!);
        string isMissing = $"r.{column.NaturalSql} is not null and not exists (select 1 from {meaning} k where k.key = r.{column.NaturalSql})";
        bool isEntry = staged != from.Buffer.Table;
        if (choice == OnMissingReference.SkipRow || (choice == OnMissingReference.Null && (isEntry || !column.Column.NotNull)))
        {
            if (isEntry)
                Nulled += Execute($"delete from {staged} r where {isMissing}");
            else if (choice == OnMissingReference.SkipRow)
                Skip(from, $"select r._row from {staged} r where {isMissing}");
            else
                Nulled += Execute($"update {staged} r set {column.NaturalSql} = null where {isMissing}");
            return;
        }
        string key = isEntry || from.Keys.Count != 1 ? "''" : $"coalesce(r.{from.Keys[0].Sql}::text, '')";
        string[] shown = [key, $"array_to_json(r.{column.NaturalSql})"];
        Add(problems, from, column.Field, column.Reference.Target!, "r._line", shown, $"from {staged} r where {isMissing}");
    }

    /// <summary>Settles all others; the rows' views are made again as often as rows are left out.</summary>
    /// <exception cref="DataOpsException">References without a target, all of them, with their lines.</exception>
    public void Settle()
    {
        ImportProblems problems = new(path);
        long before;
        do
        {
            before = Skipped;
            foreach (StagingTable table in rows.Tables)
                Settle(table, problems);
            problems.ThrowIfAny();
        }
        while (Skipped > before);
        if (Nulled + Skipped > 0)
            rows.CreateViews();
    }

    private void Settle(StagingTable table, ImportProblems problems)
    {
        context.Cancellation.ThrowIfCancellationRequested();
        foreach (TargetReference reference in catalog.From(table.Model.Table).OfType<TargetReference>().Where(r => r.IsRequired))
            if (reference.Columns.All(c => IsStaged(table, c)))
                Settle(table, reference, problems);
        foreach (StagingList list in table.Lists)
            if (list.Buffer.Rows > 0 && list.Target.Reference is TargetReference { IsDeclared: true } reference)
                Settle(table, list, reference, problems);
    }

    private void Settle(StagingTable table, TargetReference reference, ImportProblems problems)
    {
        if (reference is TreeReference tree)
            reference = tree.Over(session, rows.Merged(table.Model.Table, tree.Column), context.Cancellation);
        string isMissing = $"{reference.IsSet("s")} and {Lacks(reference.Target, reference.IsTarget("s", "t"))}";
        StagingColumn[] columns = [.. reference.Columns.Select(c => table.Keys.Concat(table.Columns).First(s => s.Column == c))];
        if (choice == OnMissingReference.SkipRow)
        {
            Skip(table, $"select s._row from {table.Name} s where {isMissing}");
        }
        else if (choice == OnMissingReference.Null && columns is [{ Column.NotNull: false } only])
        {
            string set = only.NaturalSql is { } key ? $"{only.Sql} = null, {key} = null" : $"{only.Sql} = null";
            Nulled += Execute($"update {table.Buffer.Table} r set {set} from {table.Name} s where s._row = r._row and {isMissing}");
        }
        else if (choice is not (OnMissingReference.KeepKey or OnMissingReference.Report) || reference.Constraint is { IsEnforced: true })
        {
            string field = string.Join(", ", columns.Select(c => c.Field));
            Add(problems, table, field, reference.Target, "s._line", [ImportStatements.KeyOf(table), reference.Value("s")], $"from {table.Name} s where {isMissing}");
        }
    }

    private void Settle(StagingTable table, StagingList list, TargetReference reference, ImportProblems problems)
    {
        if (choice is OnMissingReference.SkipRow or OnMissingReference.Null)
            Remove(list, reference);
        else
            Add(problems, table, list.List.Name, reference.Target, "s._line", ["s.owner", "s.target"], $"from {list.Name} s where {IsMissing(reference)}");
    }

    /// <summary>Takes entries without a target out of the lists whose spec says so.</summary>
    public void Ignore(IEnumerable<StagingList> lists)
    {
        foreach (StagingList list in lists.Where(l => l.Buffer.Rows > 0))
            if (list.Target.Reference is TargetReference reference)
                Remove(list, reference);
    }

    private void Remove(StagingList list, TargetReference reference) => Nulled += Execute($"""
        delete from {list.Buffer.Table} r using {list.Name} s where s._row = r._row and s._position = r._position and {IsMissing(reference)}
        """);

    private string IsMissing(TargetReference reference) =>
        $"s.target is not null and {Lacks(reference.Target, reference.IsTarget(["s.target"], "t"))}";

    // Neither a row that stays nor one of the file is the target.
    private string Lacks(Table target, string isTarget)
    {
        string inFile = rows.StagedOf(target) is { } staged ? $" and not exists (select 1 from {staged.Name} t where {isTarget})" : "";
        return $"not exists (select 1 from {target.Sql} t where {isTarget}{rows.Stays(target, "t")}){inFile}";
    }

    /// <summary>Leaves rows out.</summary>
    /// <param name="table">Their table.</param>
    /// <param name="select">A query of their _row.</param>
    public void Skip(StagingTable table, string select)
    {
        Table target = table.Model.Table;
        if (!rows.WithSkips.Contains(target.Oid))
            Execute($"create temporary table {ImportViews.Skips(target)} (_row bigint primary key) on commit drop");
        int skipped = Execute($"insert into {ImportViews.Skips(target)} {select} on conflict do nothing");
        Skipped += skipped;
        rows.WithSkips.Add(target.Oid);
        if (skipped > 0 && rows.HasViews)
            rows.CreateViews();
    }

    private void Add(ImportProblems problems, StagingTable table, string field, Table target, string line, string[] keyAndValue, string from)
    {
        string label = models.LabelOf(target);
        new ProblemRows(session, problems, context.Cancellation).Add(line, keyAndValue, from, r =>
        {
            _missing.Add(label);
            return new(
                "MissingReferences", "references in {0} have no target",
                $"Add {string.Join(", ", _missing)} to the export, or those rows to the database; or load with -OnMissingReference Null or SkipRow.",
                table.Model.Label, r[0], field, $"-> {label} {r[1]}, neither in the file nor in the database");
        });
    }

    private static bool IsStaged(StagingTable table, Column column) => table.Keys.Concat(table.Columns).Any(s => s.Column == column);

    private int Execute(string sql) => session.Execute(sql, context.Cancellation);
}
