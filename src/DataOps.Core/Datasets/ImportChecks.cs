using DataOps.Core.Catalog;
using DataOps.Core.Connections;

namespace DataOps.Core.Datasets;

/// <summary>What has to be true of a file's rows as a whole; each check names every row that fails it.</summary>
internal sealed class ImportChecks(Session session, ReferenceCatalog catalog, FixtureModels models, string path, CancellationToken cancellation)
{
    private readonly ImportProblems _problems = new(path);

    /// <summary>No key twice.</summary>
    /// <exception cref="DataOpsException">The keys, with both lines.</exception>
    public void RequireDistinctKeys(IEnumerable<StagingTable> tables)
    {
        foreach (StagingTable table in tables)
            List(ImportStatements.Duplicates(table), r => (r.GetInt64(1), r.GetInt64(3)), (r, line) => _problems.Add(
                "DuplicateKey", "keys in {0} occur more than once", "Leave one of the objects in the file.",
                line, table.Model.Label, r.GetString(2), "pk", $"is in line {r.GetInt64(0)} already"));
        _problems.ThrowIfAny();
    }

    /// <summary>A value for each column of a new row that needs one.</summary>
    /// <exception cref="DataOpsException">The rows, with the field that they lack.</exception>
    public void RequireNeededFields(IEnumerable<StagingTable> tables)
    {
        foreach (StagingTable table in tables)
        {
            for (int shape = 0; shape < table.Shapes.Count; shape++)
            {
                string[] lacking = [.. table.Columns.Except(table.Shapes[shape]).Where(c => NeedsValue(c.Column)).Select(c => c.Field)];
                if (lacking.Length > 0)
                    List(ImportStatements.New(table, shape), r => (r.GetInt64(0), r.GetInt64(2)), (r, line) => _problems.Add(
                        "MissingField", "new rows in {0} lack a field that has no default in the database", "Add the fields to the file: the defaults that models have in Python are not in the database.",
                        line, table.Model.Label, r.GetString(1), string.Join(", ", lacking), "missing"));
            }
        }
        _problems.ThrowIfAny();
    }

    /// <summary>A target for each reference that the file's rows make; to be asked when everything is written.</summary>
    /// <exception cref="DataOpsException">The references without one.</exception>
    public void RequireTargets(IEnumerable<StagingTable> tables)
    {
        SortedSet<string> missing = new(StringComparer.Ordinal);
        foreach (StagingTable table in tables)
        {
            foreach (Reference reference in catalog.From(table.Model.Table).Where(IsRequired).Where(r => IsStaged(table, r)))
                ListMissing(ImportStatements.Missing(table, reference), table, FieldOf(table, reference), reference.Target!, missing);
            foreach (StagingList list in table.Lists)
                foreach (Reference reference in catalog.From(list.List.Table).Where(IsRequired))
                    ListMissing(ImportStatements.Missing(list, reference), table, list.List.Name, reference.Target!, missing);
        }
        _problems.ThrowIfAny();
    }

    private void ListMissing(string sql, StagingTable table, string field, Table target, SortedSet<string> missing)
    {
        string label = models.LabelOf(target);
        List(sql, r => (r.GetInt64(0), r.GetInt64(3)), (r, line) =>
        {
            missing.Add(label);
            _problems.Add(
                "MissingReferences", "references in {0} have no target", $"Add {string.Join(", ", missing)} to the export, or those rows to the database.",
                line, table.Model.Label, r.GetString(1), field, $"-> {label} {r.GetString(2)}", "neither in the file nor in the database");
        });
    }

    // Rows come a hundred at most; each says how many there are.
    private void List(string sql, Func<Npgsql.NpgsqlDataReader, (long Line, long Total)> place, Action<Npgsql.NpgsqlDataReader, long> add)
    {
        long listed = 0;
        long total = 0;
        foreach ((long line, long all) in session.Stream(sql, r =>
        {
            (long Line, long Total) at = place(r);
            add(r, at.Line);
            return at;
        }, cancellation))
        {
            listed++;
            total = all;
        }
        _problems.AddUnlisted(total - listed);
    }

    private static bool NeedsValue(Column column) => column is { NotNull: true, Default: null, Source: ColumnSource.Plain };

    private static bool IsRequired(Reference reference) =>
        reference is { Class: ReferenceClass.ForeignKey or ReferenceClass.Unvalidated or ReferenceClass.Inheritance, Target: not null, ContentTypeColumn: null };

    private static bool IsStaged(StagingTable table, Reference reference) =>
        reference.Columns.All(c => table.Keys.Concat(table.Columns).Any(s => s.Column.Name == c.Name));

    private static string FieldOf(StagingTable table, Reference reference) =>
        string.Join(", ", reference.Columns.Select(c => table.Columns.FirstOrDefault(s => s.Column.Name == c.Name)?.Field ?? "pk"));
}
