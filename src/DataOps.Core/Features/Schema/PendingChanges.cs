using DataOps.Core.Django.Migrations;
using DataOps.Core.Postgres.Schemas;
using DataOps.Core.Python.Evaluation;

namespace DataOps.Core.Features.Schema;

/// <summary>
/// What migrations that are not applied yet will do to the rows and the locks of a database, and what will stop them.
/// </summary>
internal sealed class PendingChanges(
    Session session, ReferenceCatalog catalog, SiteMigrations migrations, OperationContext context)
{
    private const int Named = 3;

    // Tables by the names that they will have, and their columns with the names that they have now.
    private readonly Dictionary<string, (Table Table, Dictionary<string, string> Columns)> _live = [];
    private readonly HashSet<string> _made = [];

    /// <summary>Finds it, migration by migration.</summary>
    public IEnumerable<SchemaDifference> Find()
    {
        foreach (Table table in catalog.Database.Tables)
            _live[table.Name] = (table, table.Columns.ToDictionary(c => c.Name, c => c.Name));
        MigrationHistory history = migrations.History;
        MigrationKey[] applied = [.. migrations.Plan()];
        HashSet<MigrationKey> pending = [.. history.Graph.Plan(history.Graph.Leaves).Except(applied)];
        List<AppliedOperation> trace = [];
        ProjectState last = history.States([.. applied, .. history.Graph.Plan(history.Graph.Leaves)
            .Where(pending.Contains)], [], trace).Last().After;
        foreach ((string app, var doubts) in last.AppDoubts)
            if (pending.Any(p => p.App == app))
                context.Warning?.Invoke($"What is pending of {app} is not known as a whole: {doubts[0]}.");
        GhostHistory ghosts = new(trace, migrations.Files, migrations.Settings);
        List<SchemaDifference> found = [];
        foreach (AppliedOperation operation in trace.Where(o => pending.Contains(o.Migration)))
        {
            found.AddRange(Of(operation));
            found.AddRange(ghosts.Ghosts.Where(g => ReferenceEquals(g.DroppedBy, operation)).Select(MigratedSchema.Of));
            found.AddRange(ghosts.Failures.Where(f => ReferenceEquals(f.Operation, operation))
                .Select(f => MigratedSchema.Of(f.Ghost, f.Operation)));
        }
        return found;
    }

    private SchemaDifference At(
        AppliedOperation operation, SchemaDifferenceKind kind, SchemaObjectKind of, string name, ModelTable? table,
        string problem, string consequence, Severity severity, long count = 1)
    {
        SchemaOrigin origin = MigratedSchema.OriginOf(operation);
        return new()
        {
            Audit = Audit.Schema,
            Severity = severity,
            Class = kind,
            Kind = of,
            Count = count,
            Name = name,
            Model = table?.Model.Label,
            Table = table is not null && Live(table.Name) is { } live ? live.DisplayName : table?.Name,
            Problem = problem,
            Consequence = consequence,
            Migration = origin.Migration,
            File = origin.File,
            Line = origin.Line,
        };
    }

    private Table? Live(string name) => _live.TryGetValue(name, out var live) ? live.Table : null;

    private static string Size(Table table) =>
        table.EstimatedRows is { } rows ? $"about {rows:N0} rows" : "an unknown number of rows";

    private List<SchemaDifference> Of(AppliedOperation operation)
    {
        string app = operation.Migration.App;
        string? Argument(string name) => operation.Arguments.GetValueOrDefault(name)?.Text;
        ModelLabel? label = (Argument("model_name") ?? Argument("old_name") ?? Argument("name")) is { } said
            ? new(app, said)
            : null;
        ModelState? before = label is null ? null : operation.Before.Models.GetValueOrDefault(label);
        ModelState? after = operation.Name == "RenameModel" && Argument("new_name") is { } newName
            ? operation.After.Models.GetValueOrDefault(new(app, newName))
            : label is null ? null : operation.After.Models.GetValueOrDefault(label);
        ModelTable[] old = before is null ? [] : Tables(operation.Before, before);
        ModelTable[] now = after is null ? [] : Tables(operation.After, after);
        if (operation.Name is "RenameModel" or "AlterModelTable" or "RenameField")
        {
            Rename(operation, old, now);
            return [];
        }
        List<SchemaDifference> found = [];
        foreach (ModelTable table in old)
            if (now.FirstOrDefault(n => n.Name == table.Name) is { } kept)
                found.AddRange(Changes(operation, table, kept));
            else if (Live(table.Name) is { } gone)
            {
                found.Add(At(operation, SchemaDifferenceKind.Lost, SchemaObjectKind.Table, table.Name, table,
                    $"{operation.Name} drops the table {table.Name} with {Size(gone)}", "its rows are lost",
                    gone.EstimatedRows is 0 ? Severity.Expected : Severity.Warning));
                _live.Remove(table.Name);
            }
        foreach (ModelTable table in now.Where(n => !old.Any(o => o.Name == n.Name)))
            _made.UnionWith(table.Table.Constraints.Keys.Concat(table.Table.Indexes.Keys));
        return found;
    }

    private ModelTable[] Tables(ProjectState state, ModelState model) =>
        [.. new ModelSchema(state, migrations.Files, migrations.Settings).Of(model)];

    private void Rename(AppliedOperation operation, ModelTable[] old, ModelTable[] now)
    {
        foreach ((ModelTable from, ModelTable to) in old.Zip(now))
            if (_live.Remove(from.Name, out var live))
            {
                Dictionary<string, string> columns = live.Columns;
                if (operation.Name == "RenameField")
                    foreach ((string was, string named) in from.Table.Columns.Keys.Zip(to.Table.Columns.Keys.ToArray())
                        .Where(_ => from.Table.Columns.Count == to.Table.Columns.Count).ToArray())
                        if (!to.Table.Columns.ContainsKey(was) && columns.Remove(was, out string? column))
                            columns[to.Table.Columns.Keys.First(c => !from.Table.Columns.ContainsKey(c))] = column;
                _live[to.Name] = (live.Table, columns);
            }
    }

    private IEnumerable<SchemaDifference> Changes(AppliedOperation operation, ModelTable old, ModelTable now)
    {
        if (!_live.TryGetValue(old.Name, out var live))
            yield break;
        (Table table, Dictionary<string, string> columns) = live;
        foreach (string column in old.Table.Columns.Keys.Except(now.Table.Columns.Keys))
        {
            if (operation.Name == "RemoveField")
                yield return At(operation, SchemaDifferenceKind.Lost, SchemaObjectKind.Column, column, old,
                    $"RemoveField drops the column {column} of {old.Name}, which has {Size(table)}",
                    "its values are lost", Severity.Warning) with
                {
                    Column = column,
                };
            columns.Remove(column);
        }
        foreach ((string name, SchemaColumn column) in now.Table.Columns)
            if (old.Table.Columns.TryGetValue(name, out SchemaColumn? was)
                && columns.TryGetValue(name, out string? real))
                foreach (SchemaDifference difference in Column(operation, now, name, was, column, table, real))
                    yield return difference;
        foreach (string name in old.Parts.Keys.Except(now.Parts.Keys))
            if (Gone(operation, old, name, table) is { } difference)
                yield return difference;
        foreach ((string name, SchemaConstraint constraint) in now.Table.Constraints)
            if (!old.Table.Constraints.ContainsKey(name))
                foreach (SchemaDifference difference in Constraint(operation, now, name, constraint, table, columns))
                    yield return difference;
        foreach ((string name, SchemaIndex index) in now.Table.Indexes)
            if (!old.Table.Indexes.ContainsKey(name))
                foreach (SchemaDifference difference in Index(operation, now, name, index, table, columns))
                    yield return difference;
        _made.UnionWith(now.Table.Constraints.Keys.Concat(now.Table.Indexes.Keys).Except(old.Parts.Keys));
    }

    // What is dropped by its name, and is not there.
    private SchemaDifference? Gone(AppliedOperation operation, ModelTable old, string name, Table table)
    {
        if (operation.Name is not ("RemoveConstraint" or "RemoveIndex") || _made.Contains(name)
            || table.Constraints.Any(c => c.Name == name) || table.IndexDefinitions.Any(i => i.Name == name))
            return null;
        return At(operation, SchemaDifferenceKind.Fails, SchemaObjectKind.Index, name, old,
            $"{operation.Name} drops {name}, which {table} does not have", "the migration fails where it is applied",
            Severity.Error) with
        {
            Remedy = "Compare-Schema -MigrationPath",
        };
    }

    private IEnumerable<SchemaDifference> Column(
        AppliedOperation operation, ModelTable now, string name, SchemaColumn was, SchemaColumn column, Table table,
        string real)
    {
        if (was.Type != column.Type && was.Type.Length > 0 && column.Type.Length > 0
            && !KeepsRows(was.Type, column.Type))
            yield return At(operation, SchemaDifferenceKind.Rewrite, SchemaObjectKind.Column, name, now,
                $"{operation.Name} changes {name} from {was.Type} to {column.Type}, and {table} with {Size(table)} is "
                    + "written anew", "nobody reads or writes the table meanwhile",
                table.IsSmall ? Severity.Expected : Severity.Warning) with
            {
                Column = name,
            };
        // Rows without a value get the default, where the operation gives one.
        bool isFilled = (operation.Arguments.GetValueOrDefault("field") as CallValue)?.Keywords
            .Any(k => k.Name == "default" && !k.Value.IsNone) == true;
        if (was.NotNull || !column.NotNull || isFilled)
            yield break;
        if (Count(operation, now, SchemaObjectKind.Column, name, table,
            $"{SqlText.Identifier(real)} is null", $"have no {name}, which becomes NOT NULL") is { } blocked)
            yield return blocked with { Column = name };
    }

    // A longer varchar, text and a wider numeric of the same scale are changed in the catalogue alone.
    private static bool KeepsRows(string from, string to)
    {
        (string old, int? oldLength, int? oldScale) = Parts(from);
        (string name, int? length, int? scale) = Parts(to);
        return name == "text" ? old is "character varying" or "text"
            : old == name && oldScale == scale && (length is null || length >= oldLength);
    }

    private static (string Name, int? Length, int? Scale) Parts(string type)
    {
        string[] parts = type.Split('(', ',', ')');
        int? Number(int at) => parts.Length > at && int.TryParse(parts[at], out int number) ? number : null;
        return (parts[0].Trim(), Number(1), Number(2));
    }

    private IEnumerable<SchemaDifference> Constraint(
        AppliedOperation operation, ModelTable now, string name, SchemaConstraint c, Table table,
        Dictionary<string, string> columns)
    {
        SchemaObjectKind kind = c.Kind switch
        {
            SchemaConstraintKind.PrimaryKey => SchemaObjectKind.PrimaryKey,
            SchemaConstraintKind.Unique => SchemaObjectKind.Unique,
            SchemaConstraintKind.Check => SchemaObjectKind.Check,
            SchemaConstraintKind.ForeignKey => SchemaObjectKind.ForeignKey,
            _ => SchemaObjectKind.Exclusion,
        };
        // A column that comes with the same migrations has no rows to count.
        if (!c.Columns.All(columns.ContainsKey))
            yield break;
        string[] real = [.. c.Columns.Select(k => columns[k])];
        SchemaDifference? blocked = c.Kind switch
        {
            SchemaConstraintKind.Unique or SchemaConstraintKind.PrimaryKey =>
                Duplicates(operation, now, kind, name, table, [.. real.Select(SqlText.Identifier)], null,
                    c.NullsNotDistinct),
            SchemaConstraintKind.Check when c.Expression is { } check && real.SequenceEqual(c.Columns) =>
                Count(
                    operation, now, kind, name, table, $"not ({SqlText.Raw(check)})", $"do not pass the check {name}"),
            SchemaConstraintKind.ForeignKey when Live(c.References!) is { } target =>
                Orphans(operation, now, name, table, target, real, c.ReferencedColumns!),
            _ => null,
        };
        if (blocked is not null)
            yield return blocked;
        string waits = c.Kind == SchemaConstraintKind.ForeignKey
            ? "nobody writes this table or the referenced one while its rows are checked"
            : "nobody reads or writes the table while its rows are checked";
        if (!table.IsSmall)
            yield return Lock(operation, now, kind, name, table, waits);
    }

    private IEnumerable<SchemaDifference> Index(
        AppliedOperation operation, ModelTable now, string name, SchemaIndex index, Table table,
        Dictionary<string, string> columns)
    {
        if (index.Unique && now.Parts[name].Opaque is null && index.Columns.All(columns.ContainsKey)
            && index.Columns.All(c => columns[c] == c) && Duplicates(
                operation, now, SchemaObjectKind.Unique, name, table, [.. index.Keys.Select(SqlText.Raw)],
                index.Where, index.NullsNotDistinct) is { } blocked)
            yield return blocked;
        bool isConcurrent = operation.Name == "AddIndex"
            && operation.Place.Text.Contains("Concurrently", StringComparison.Ordinal);
        if (!table.IsSmall && !isConcurrent && index.Columns.All(columns.ContainsKey))
            yield return Lock(operation, now, SchemaObjectKind.Index, name, table,
                "nobody writes the table while it is built: AddIndexConcurrently does not keep writers out");
    }

    private SchemaDifference Lock(
        AppliedOperation operation, ModelTable now, SchemaObjectKind kind, string name, Table table, string waits) =>
        At(operation, SchemaDifferenceKind.Lock, kind, name, now,
            $"{operation.Name} locks {table} with {Size(table)} for {name}", waits, Severity.Warning);

    private SchemaDifference? Duplicates(
        AppliedOperation operation, ModelTable now, SchemaObjectKind kind, string name, Table table,
        SqlText[] keys, string? where, bool nullsClash)
    {
        SqlText[] conditions =
        [
            .. where is null ? [] : new[] { (SqlText)$"({SqlText.Raw(where)})" },
            .. nullsClash ? [] : keys.Select(k => (SqlText)$"{k} is not null"),
        ];
        SqlText filter = conditions.Length == 0 ? SqlText.Empty : (SqlText)$"where {SqlText.Join(" and ", conditions)}";
        return Asked(operation, now, kind, name, () =>
        {
            (long rows, long groups, string[] first) = session.Query<(long, long, string[])>($"""
                select coalesce(sum(n), 0)::bigint, count(*),
                       (array_agg(shown order by shown))[1:{SqlText.Literal(Named)}]
                from (select count(*) as n, concat_ws(', ', {keys}) as shown from {table} {filter}
                      group by {keys} having count(*) > 1) d
                """, context.Cancellation)[0];
            return rows == 0 ? null : At(operation, SchemaDifferenceKind.Blocked, kind, name, now,
                $"{rows:N0} rows of {table} share {groups:N0} {(groups == 1 ? "value" : "values")} that {name} allows "
                    + $"once: {string.Join("; ", first)}{(groups > Named ? "; …" : "")}",
                "the migration fails where it is applied", Severity.Error, rows);
        });
    }

    private SchemaDifference? Orphans(
        AppliedOperation operation, ModelTable now, string name, Table table, Table target, string[] columns,
        IReadOnlyList<string> targets)
    {
        SqlText isSet = SqlText.Join(" and ", columns.Select(c => (SqlText)$"t.{SqlText.Identifier(c)} is not null"));
        SqlText same = SqlText.Join(" and ", columns.Zip(targets, (c, k) =>
            (SqlText)$"p.{SqlText.Identifier(k)} = t.{SqlText.Identifier(c)}"));
        return Count(operation, now, SchemaObjectKind.ForeignKey, name, table,
            $"{isSet} and not exists (select 1 from {target} p where {same})", $"refer to rows that {target} has not");
    }

    private SchemaDifference? Count(
        AppliedOperation operation, ModelTable now, SchemaObjectKind kind, string name, Table table,
        SqlText condition, string what) => Asked(operation, now, kind, name, () =>
    {
        SqlText key = table.PrimaryKey.Count > 0
            ? (SqlText)$"concat_ws(',', {table.PrimaryKey.Select(k => (SqlText)$"t.{SqlText.Identifier(k)}")})"
            : (SqlText)$"t.ctid::text";
        (long rows, string[] first) = session.Query<(long, string[])>($"""
            select count(*), (array_agg({key} order by {key}))[1:{SqlText.Literal(Named)}]
            from {table} t where {condition}
            """, context.Cancellation)[0];
        return rows == 0 ? null : At(operation, SchemaDifferenceKind.Blocked, kind, name, now,
            $"{rows:N0} {(rows == 1 ? "row" : "rows")} of {table} {what}: {string.Join(", ", first)}"
                + (rows > Named ? ", …" : ""),
            "the migration fails where it is applied", Severity.Error, rows);
    });

    // What the server does not count is said, and does not end the others.
    private SchemaDifference? Asked(
        AppliedOperation operation, ModelTable now, SchemaObjectKind kind, string name, Func<SchemaDifference?> ask)
    {
        try
        {
            return ask();
        }
        catch (DataOpsException e) when (e.Kind is not (FailureKind.Connection or FailureKind.Authentication))
        {
            return At(operation, SchemaDifferenceKind.Blocked, kind, name, now,
                $"whether rows stop {name} could not be counted: {e.Message}", "the migration may fail",
                Severity.Warning);
        }
    }
}
