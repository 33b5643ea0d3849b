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
    // Several connections build at the same time: workers of each would share the same processors. What a crash loses
    // here is in nobody's use yet, and what is committed at the end makes all before it last.
    private readonly SqlText _settings = SqlText.Raw(
        "set maintenance_work_mem = '256MB'; set synchronous_commit = off"
            + (jobs > 1 ? "; set max_parallel_maintenance_workers = 0" : ""));

    private readonly SortedDictionary<string, int> _skipped = new(StringComparer.Ordinal);

    /// <summary>Makes what tables need before their rows.</summary>
    public void Before(IReadOnlyList<SqlStatement> statements)
    {
        database.Run(_settings, context.Cancellation);
        foreach (SqlStatement statement in statements)
            Run(database, statement);
    }

    /// <summary>
    /// Makes unique constraints and indexes, then all the rest in its order, and returns the foreign keys that rows
    /// violate. What takes long is done over several connections, the largest tables first.
    /// </summary>
    /// <exception cref="DataOpsException">The server refuses anything else.</exception>
    public IReadOnlyList<ViolatedKey> After(IReadOnlyList<SqlStatement> statements)
    {
        List<(string Table, SqlStatement[] Statements)> constraints = [];
        List<(string Table, SqlStatement[] Statements)> indexes = [];
        List<SqlStatement> others = [];
        SqlStatement? tablespace = null;
        foreach (SqlStatement statement in statements)
        {
            // Each connection is told anew where the next index belongs.
            SqlStatement[] placed = tablespace is null ? [statement] : [tablespace, statement];
            if (SchemaStatements.UniqueTable(statement) is { } unique)
                constraints.Add((unique, placed));
            else if (SchemaStatements.IndexedTable(statement) is { } indexed)
                indexes.Add((indexed, placed));
            else
                others.Add(statement);
            if (SchemaStatements.IsTablespace(statement))
                tablespace = statement;
        }
        // Constraints of one table wait for each other, and for its indexes; indexes do not.
        Build("Adding constraints (tables)",
            constraints.GroupBy(c => c.Table, (table, all) => (table, all.SelectMany(c => c.Statements).ToArray())));
        Build("Building indexes", indexes);
        List<ViolatedKey> violated = [];
        List<(string Table, string Name)> late = [];
        foreach (SqlStatement statement in others)
            if (SchemaStatements.LateForeignKey(statement) is { } key)
            {
                Run(database, NotValid(statement));
                late.Add(key);
            }
            else if (SchemaStatements.IsForeignKey(statement))
                Collect(violated, () => Run(database, statement), () => Run(database, NotValid(statement)));
            else
                Run(database, statement);
        Validate(late, violated);
        return violated;
    }

    /// <summary>Counts the values of all columns for the planner.</summary>
    public void Analyze()
    {
        // What is a partition is read with the table that it is a part of.
        IReadOnlyList<string> tables = database.Query<string>(
            $"""
            select format('%I.%I', n.nspname, c.relname)
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where c.relkind in ('r', 'p', 'm') and not c.relispartition
              and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
            """, context.Cancellation);
        Build("Analyzing (tables)", tables.Select(t => (t, new[] { new SqlStatement($"ANALYZE {t}", 0) })));
    }

    /// <summary>Tells, in one warning, what the role may not do or cannot, as the server lacks a role.</summary>
    public void TellSkipped()
    {
        if (_skipped.Count > 0)
            context.Warning?.Invoke($"Not all owners, privileges and settings are as they were: "
                + string.Join("; ", _skipped.Select(s => $"{s.Key} ({Counted.Of(s.Value, "statement")})")) + ".");
    }

    private static SqlStatement NotValid(SqlStatement foreignKey) =>
        foreignKey with { Text = foreignKey.Text + " NOT VALID" };

    private void Validate(List<(string Table, string Name)> keys, List<ViolatedKey> violated) => ParallelWork.Run(
        database, jobs, _settings, "Checking foreign keys (tables)", Largest(keys.GroupBy(k => k.Table), k => k.Key),
        (own, table, cancellation) =>
        {
            foreach ((_, string name) in table)
                Collect(violated, () => own.Run(
                    SqlText.Raw($"ALTER TABLE {table.Key} VALIDATE CONSTRAINT {name}"), cancellation));
        }, context);

    // A key that rows violate stays NOT VALID.
    private static void Collect(List<ViolatedKey> violated, Action check, Action? otherwise = null)
    {
        try
        {
            check();
        }
        catch (DataOpsException e) when (e.InnerException is PostgresException
        {
            SqlState: PostgresErrorCodes.ForeignKeyViolation, ConstraintName: { } name, TableName: { } table,
            SchemaName: { } schema,
        })
        {
            otherwise?.Invoke();
            lock (violated)
                violated.Add(new(schema, table, name));
        }
    }

    private void Build(string activity, IEnumerable<(string Table, SqlStatement[] Statements)> work) =>
        ParallelWork.Run(
            database, jobs, _settings, activity, Largest(work, w => w.Table),
            (own, next, cancellation) =>
            {
                foreach (SqlStatement statement in next.Statements)
                    Run(own, statement, cancellation);
            }, context);

    // The last piece should not keep one connection busy when the others are done.
    private T[] Largest<T>(IEnumerable<T> work, Func<T, string> table)
    {
        T[] all = [.. work];
        Dictionary<string, long> sizes = database.Query<(string Name, long Bytes)>(
            $"""
            select name, coalesce(pg_table_size(to_regclass(name)), 0)
            from unnest({all.Select(table).Distinct().ToArray()}) as name
            """, context.Cancellation).ToDictionary(t => t.Name, t => t.Bytes);
        return [.. all.OrderByDescending(w => sizes[table(w)])];
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
