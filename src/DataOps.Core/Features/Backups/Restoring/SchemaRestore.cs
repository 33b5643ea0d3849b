using System.Collections.Concurrent;
using Npgsql;

namespace DataOps.Core.Features.Backups.Restoring;

/// <summary>A foreign key that rows of the archive violate: it was added NOT VALID.</summary>
/// <param name="Schema">The schema of its table.</param>
/// <param name="Table">Its table.</param>
/// <param name="Name">Its name.</param>
internal sealed record ViolatedKey(string Schema, string Table, string Name);

/// <summary>Makes the schema of a new database: before the rows, and after them.</summary>
/// <param name="database">The new database.</param>
/// <param name="jobs">How many connections build indexes at the same time.</param>
/// <param name="context">Progress, warnings, cancellation.</param>
internal sealed class SchemaRestore(Session database, int jobs, OperationContext context)
{
    private readonly SortedDictionary<string, int> _skipped = new(StringComparer.Ordinal);

    /// <summary>Makes what tables need before their rows.</summary>
    public void Before(IReadOnlyList<SqlStatement> statements)
    {
        foreach (SqlStatement statement in statements)
            Run(database, statement);
    }

    /// <summary>
    /// Makes indexes and unique constraints, several tables at once, then all the rest in its order, and returns the
    /// foreign keys that rows violate.
    /// </summary>
    /// <exception cref="DataOpsException">The server refuses anything else.</exception>
    public IReadOnlyList<ViolatedKey> After(IReadOnlyList<SqlStatement> statements)
    {
        Dictionary<string, List<SqlStatement>> indexes = [];
        List<SqlStatement> others = [];
        SqlStatement? tablespace = null;
        foreach (SqlStatement statement in statements)
        {
            if (SchemaStatements.IndexedTable(statement) is not { } table)
            {
                others.Add(statement);
                tablespace = SchemaStatements.IsTablespace(statement) ? statement : tablespace;
                continue;
            }
            if (!indexes.TryGetValue(table, out List<SqlStatement>? ofTable))
                indexes.Add(table, ofTable = []);
            // Each connection is told anew where the next index belongs.
            ofTable.AddRange(tablespace is null ? [statement] : [tablespace, statement]);
        }
        BuildIndexes([.. indexes.Values]);
        List<ViolatedKey> violated = [];
        foreach (SqlStatement statement in others)
            if (SchemaStatements.IsForeignKey(statement))
                AddForeignKey(statement, violated);
            else
                Run(database, statement);
        return violated;
    }

    /// <summary>Tells, in one warning, what the role may not do or cannot, as the server lacks a role.</summary>
    public void TellSkipped()
    {
        if (_skipped.Count > 0)
            context.Warning?.Invoke($"Not all owners, privileges and settings are as they were: "
                + string.Join("; ", _skipped.Select(s => $"{s.Key} ({Counted.Of(s.Value, "statement")})")) + ".");
    }

    private void AddForeignKey(SqlStatement statement, List<ViolatedKey> violated)
    {
        try
        {
            Run(database, statement);
        }
        catch (DataOpsException e) when (e.InnerException is PostgresException
        {
            SqlState: PostgresErrorCodes.ForeignKeyViolation, ConstraintName: { } name, TableName: { } table,
            SchemaName: { } schema,
        })
        {
            Run(database, statement with { Text = statement.Text + " NOT VALID" });
            violated.Add(new(schema, table, name));
        }
    }

    private void BuildIndexes(List<SqlStatement>[] tables)
    {
        ConcurrentQueue<List<SqlStatement>> waiting = new(tables);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(context.Cancellation);
        Task all = Task.WhenAll(Enumerable.Range(0, Math.Min(jobs, tables.Length)).Select(_ => Task.Run(() =>
        {
            try
            {
                using Session own = database.Fork(stop.Token);
                own.Run($"set maintenance_work_mem = '256MB'", stop.Token);
                while (waiting.TryDequeue(out List<SqlStatement>? statements))
                    foreach (SqlStatement statement in statements)
                        Run(own, statement, stop.Token);
            }
            catch
            {
                stop.Cancel();
                throw;
            }
        }, CancellationToken.None)).ToArray());
        ParallelWork.Wait(
            all, context, () => new("Building indexes (tables)", tables.Length - waiting.Count, tables.Length));
    }

    private void Run(Session session, SqlStatement statement) => Run(session, statement, context.Cancellation);

    private void Run(Session session, SqlStatement statement, CancellationToken cancellation)
    {
        try
        {
            session.Run(SqlText.Raw(statement.Text), cancellation);
        }
        catch (DataOpsException e) when (e.InnerException is PostgresException cause && MayLack(statement, cause))
        {
            lock (_skipped)
                _skipped[cause.MessageText] = _skipped.GetValueOrDefault(cause.MessageText) + 1;
        }
    }

    // Roles belong to a server, not to a database; settings of the session to its version.
    private static bool MayLack(SqlStatement statement, PostgresException cause) =>
        (SchemaStatements.IsOfRole(statement)
            && cause.SqlState is PostgresErrorCodes.UndefinedObject or PostgresErrorCodes.InsufficientPrivilege)
        || (SchemaStatements.IsSetting(statement)
            && cause.SqlState is PostgresErrorCodes.UndefinedObject or PostgresErrorCodes.InvalidParameterValue)
        || (cause.SqlState == PostgresErrorCodes.DuplicateSchema
            && statement.Text.StartsWith("CREATE SCHEMA public", StringComparison.Ordinal));
}
