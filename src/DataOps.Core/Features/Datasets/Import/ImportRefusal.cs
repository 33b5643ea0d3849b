using DataOps.Core.Kernel;
using DataOps.Core.Postgres.Connections;
using Npgsql;

namespace DataOps.Core.Features.Datasets.Import;

/// <summary>Finds the lines of the file behind a constraint that PostgreSQL found violated.</summary>
/// <remarks>PostgreSQL names one row, and none of the file; the staging table still has them all.</remarks>
internal sealed class ImportRefusal(Session session, string path, CancellationToken cancellation)
{
    /// <summary>The failure to throw instead, when lines could be found; the transaction has been taken back to before the statement.</summary>
    public void Explain(StagingTable table, DataOpsException failure)
    {
        if (failure.InnerException is not PostgresException { ConstraintName: { } constraint } cause || cause.TableName != table.Model.Table.Name)
            return;
        ImportProblems problems = new(path);
        if (cause.SqlState == PostgresErrorCodes.UniqueViolation)
            FindClashes(table, constraint, problems);
        else if (cause.SqlState == PostgresErrorCodes.CheckViolation)
            FindCheck(table, constraint, problems);
        problems.ThrowIfAny(failure);
    }

    private void FindClashes(StagingTable table, string constraint, ImportProblems problems)
    {
        IReadOnlyList<string> columns = table.Model.Table.Indexes.FirstOrDefault(i => i.Name == constraint)?.Columns ?? [];
        StagingColumn[] staged = [.. table.Keys.Concat(table.Columns).Where(c => columns.Contains(c.Column.Name))];
        if (columns.Count == 0 || staged.Length != columns.Count)
            return;
        string fields = string.Join(", ", staged.Select(c => c.Field));
        string value = string.Join(" || ', ' || ", staged.Select(c => $"s.{c.Sql}::text"));
        string same = string.Join(" and ", staged.Select(c => $"t.{c.Sql} = s.{c.Sql}"));
        const string Sentence = "values in {0} have to be unique and are not";
        const string Advice = "Change one of the rows, in the file or in the database.";
        string inDatabase = $"""
            select s._line, {ImportStatements.KeyText(table)}, {value}, {ImportStatements.KeyText(table, "t")}
            from {table.Buffer.Table} s join {table.Model.Table.Sql} t on {same} and not ({ImportStatements.SameKey(table)})
            order by 1 limit 1000
            """;
        foreach ((long line, string key, string taken, string other) in session.Stream(
            inDatabase, r => (r.GetInt64(0), r.GetString(1), r.GetString(2), r.GetString(3)), cancellation))
            problems.Add(
                "NotUnique", Sentence, Advice, line, table.Model.Label, key, fields, $"\"{taken}\" is that of {table.Model.Label} {other} in the database");
        string inFile = $"""
            select s._line, {ImportStatements.KeyText(table)}, {value}, t._line
            from {table.Buffer.Table} s join {table.Buffer.Table} t on {same} and t._line < s._line
            order by 1 limit 1000
            """;
        foreach ((long line, string key, string taken, long other) in session.Stream(
            inFile, r => (r.GetInt64(0), r.GetString(1), r.GetString(2), r.GetInt64(3)), cancellation))
            problems.Add("NotUnique", Sentence, Advice, line, table.Model.Label, key, fields, $"\"{taken}\" is in line {other} already");
    }

    // The columns of a staging table have the target's names, so that the check can be asked of them.
    private void FindCheck(StagingTable table, string constraint, ImportProblems problems)
    {
        string? check = table.Model.Table.Constraints.FirstOrDefault(c => c.Name == constraint)?.Expression;
        if (check is null || table.Shapes.Any(s => s.Count != table.Columns.Count))
            return;
        string sql = $"select s._line, {ImportStatements.KeyText(table)} from {table.Buffer.Table} s where not ({check}) order by 1 limit 1000";
        foreach ((long line, string key) in session.Stream(sql, r => (r.GetInt64(0), r.GetString(1)), cancellation))
            problems.Add(
                "CheckFailed", $"rows in {{0}} violate the check {constraint.Replace("{", "{{").Replace("}", "}}")}",
                "Correct them in the file, or where it was exported.", line, table.Model.Label, key, "", check);
    }
}
