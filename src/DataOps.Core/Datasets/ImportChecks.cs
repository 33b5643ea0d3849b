using DataOps.Core.Catalog;
using DataOps.Core.Connections;

namespace DataOps.Core.Datasets;

/// <summary>What has to be true of a file's rows as a whole; each check names every row that fails it.</summary>
internal sealed class ImportChecks(Session session, string path, CancellationToken cancellation)
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

    /// <summary>No row that is there already.</summary>
    /// <exception cref="DataOpsException">The rows.</exception>
    public void RequireNew(IEnumerable<StagingTable> tables)
    {
        foreach (StagingTable table in tables)
            List(ImportStatements.There(table), r => (r.GetInt64(0), r.GetInt64(2)), (r, line) => _problems.Add(
                "AlreadyThere", "rows in {0} are in the database already", "The file's spec says force_insert: delete them first, or take it out of the spec.",
                line, table.Model.Label, r.GetString(1), "pk", "is there"));
        _problems.ThrowIfAny();
    }

    /// <summary>A value for each column of a new row that needs one.</summary>
    /// <exception cref="DataOpsException">The rows, with the field that they lack.</exception>
    public void RequireNeededFields(IEnumerable<StagingTable> tables, MissingField missing)
    {
        foreach (StagingTable table in tables)
        {
            for (int shape = 0; shape < table.Shapes.Count; shape++)
            {
                string[] lacking = [.. table.Columns.Except(table.Shapes[shape]).Where(c => NeedsValue(c.Column) && (missing == MissingField.Keep || FieldDefault.Of(c.Column) is null)).Select(c => c.Field)];
                if (lacking.Length > 0)
                    List(ImportStatements.New(table, shape), r => (r.GetInt64(0), r.GetInt64(2)), (r, line) => _problems.Add(
                        "MissingField", "new rows in {0} lack a field that has no default in the database", "Add the fields to the file, as the defaults that models have in Python are not in the database; or load with -MissingField Default, for an empty value.",
                        line, table.Model.Label, r.GetString(1), string.Join(", ", lacking), "missing"));
            }
        }
        _problems.ThrowIfAny();
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
}
