using DataOps.Core.Django.Values;
using DataOps.Core.Kernel;
using DataOps.Core.Postgres.Catalog;
using DataOps.Core.Postgres.Connections;

namespace DataOps.Core.Features.Datasets.Import;

/// <summary>What has to be true of a file's rows as a whole; each check names every row that fails it.</summary>
internal sealed class ImportChecks(Session session, string path, CancellationToken cancellation)
{
    private readonly ImportProblems _problems = new(path);

    /// <summary>No key twice.</summary>
    /// <exception cref="DataOpsException">The keys, with both lines.</exception>
    public void RequireDistinctKeys(IEnumerable<StagingTable> tables)
    {
        foreach (StagingTable table in tables)
        {
            string keys = string.Join(", ", table.Keys.Select(k => "s." + k.Sql));
            Add("max(s._line)", ["min(s._line)", ImportStatements.KeyText(table)], $"from {table.Name} s group by {keys} having count(*) > 1", r => new(
                "DuplicateKey", "keys in {0} occur more than once", "Leave one of the objects in the file.",
                table.Model.Label, r[1], "pk", $"is in line {r[0]} already"));
        }
        _problems.ThrowIfAny();
    }

    /// <summary>No row that is there already.</summary>
    /// <exception cref="DataOpsException">The rows.</exception>
    public void RequireNew(IEnumerable<StagingTable> tables)
    {
        foreach (StagingTable table in tables)
            Add("s._line", [ImportStatements.KeyText(table)], $"from {table.Name} s where not ({ImportStatements.IsNew(table)})", r => new(
                "AlreadyThere", "rows in {0} are in the database already", "The file's spec says force_insert: delete them first, or take it out of the spec.",
                table.Model.Label, r[0], "pk", "is there"));
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
                StagingColumn[] lacking = [.. table.Columns.Except(table.Shapes[shape]).Where(c => NeedsValue(c.Column, missing))];
                if (lacking.Length == 0)
                    continue;
                string fields = string.Join(", ", lacking.Select(c => c.Field));
                Add("s._line", [ImportStatements.KeyText(table)], $"from {table.Name} s where s._shape = {shape} and {ImportStatements.IsNew(table)}", r => new(
                    "MissingField", "new rows in {0} lack a field that has no default in the database",
                    "Add the fields to the file, as the defaults that models have in Python are not in the database; "
                        + "or load with -MissingField Default, for an empty value.",
                    table.Model.Label, r[0], fields, "missing"));
            }
        }
        _problems.ThrowIfAny();
    }

    private void Add(string line, string[] texts, string from, Func<string[], ProblemText> describe) =>
        new ProblemRows(session, _problems, cancellation).Add(line, texts, from, describe);

    private static bool NeedsValue(Column column, MissingField missing) =>
        EmptyValue.IsNeeded(column) && (missing == MissingField.Keep || EmptyValue.OfField(column) is null);
}
