using DataOps.Core.Django.References;
using DataOps.Core.Features.Datasets.Export;
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
        foreach (Reference reference in catalog.From(table.Model.Table).Where(r => r.Class == ReferenceClass.Tree || IsRequired(r)))
            if (reference.Columns.All(c => IsStaged(table, c)))
                Settle(table, reference, problems);
        foreach (StagingList list in table.Lists)
            if (list.Buffer.Rows > 0 && list.Target.Reference is { Target: not null } reference && IsRequired(reference))
                Settle(table, list, reference, problems);
    }

    private void Settle(StagingTable table, Reference reference, ImportProblems problems)
    {
        string isMissing = reference.Class == ReferenceClass.Tree ? HasNoParent(reference) : HasNoTarget(reference);
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
            string value = string.Join(" || ',' || ", columns.Select(c => $"s.{c.Sql}::text"));
            string field = string.Join(", ", columns.Select(c => c.Field));
            Add(problems, table, field, reference.Target!, "s._line", [ImportStatements.KeyText(table), value], $"from {table.Name} s where {isMissing}");
        }
    }

    private void Settle(StagingTable table, StagingList list, Reference reference, ImportProblems problems)
    {
        string column = SqlText.Identifier(reference.TargetColumns[0].Name);
        string isMissing = $"s.target is not null and {Lacks(reference.Target!, $"t.{column} = s.target")}";
        if (choice is OnMissingReference.SkipRow or OnMissingReference.Null)
            Nulled += Execute($"delete from {list.Buffer.Table} r using {list.Name} s where s._row = r._row and s._position = r._position and {isMissing}");
        else
            Add(problems, table, list.List.Name, reference.Target!, "s._line", ["s.owner", "s.target"], $"from {list.Name} s where {isMissing}");
    }

    /// <summary>Takes entries without a target out of the lists whose spec says so.</summary>
    public void Ignore(IEnumerable<StagingList> lists)
    {
        foreach (StagingList list in lists.Where(l => l.Buffer.Rows > 0 && l.Target.Reference is { Target: not null }))
        {
            Reference reference = list.Target.Reference!;
            string isMissing = $"s.target is not null and {Lacks(reference.Target!, $"t.{SqlText.Identifier(reference.TargetColumns[0].Name)} = s.target")}";
            Nulled += Execute($"delete from {list.Buffer.Table} r using {list.Name} s where s._row = r._row and s._position = r._position and {isMissing}");
        }
    }

    private string HasNoTarget(Reference reference)
    {
        IEnumerable<string> columns = reference.Columns.Select(c => "s." + SqlText.Identifier(c.Name));
        string same = string.Join(" and ", columns.Zip(reference.TargetColumns, (c, t) => $"t.{SqlText.Identifier(t.Name)} = {c}"));
        return $"{string.Join(" and ", columns.Select(c => c + " is not null"))} and {Lacks(reference.Target!, same)}";
    }

    // A page without a parent is in no tree: the parent has the same path without its last step.
    private string HasNoParent(Reference reference)
    {
        string path = SqlText.Identifier(reference.Column.Name);
        return $"s.depth > 1 and length(s.{path}) % s.depth = 0 and {Lacks(reference.Table, $"t.{path} = left(s.{path}, -(length(s.{path}) / s.depth))")}";
    }

    private string Lacks(Table target, string same)
    {
        string inFile = rows.StagedOf(target) is { } staged ? $" and not exists (select 1 from {staged.Name} t where {same})" : "";
        return $"not exists (select 1 from {target.Sql} t where {same}{rows.Stays(target, "t")}){inFile}";
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
                table.Model.Label, r[0], field, $"-> {label} {r[1]}, neither in the file nor in the database", label);
        });
    }

    private static bool IsRequired(Reference reference) => MissingReferences.IsDeclared(reference) && reference.Target is not null;

    private static bool IsStaged(StagingTable table, Column column) => table.Keys.Concat(table.Columns).Any(s => s.Column == column);

    private int Execute(string sql) => session.Execute(sql, context.Cancellation);
}
