using DataOps.Core.Changes;
using DataOps.Core.Definitions;
using DataOps.Core.Django.References;
using DataOps.Core.Files;
using DataOps.Core.Kernel;
using DataOps.Core.Operations;
using DataOps.Core.Postgres.Catalog;
using DataOps.Core.Postgres.Connections;

namespace DataOps.Core.Features.Datasets.Import;

/// <summary>Deletes what a spec's filter names and the file does not hold, with a guard, and settles what depends on it.</summary>
/// <remarks>As f3loaddata does: the last spec first; the filter is asked of the rows as they are after the load.</remarks>
internal sealed class ImportDeletion(
    Session session, ReferenceCatalog catalog, ImportViews rows, ChangeSet changes, LoadOptions options, string path, OperationContext context)
{
    private readonly DependentRows _dependents = new(
        session, catalog, changes, options.OnDependent, Words(path), new FileRows(catalog, rows).Except, context.Cancellation);
    private readonly List<(TablePlan Changed, long Deleted)> _deleted = [];
    private readonly List<DeletionExcess> _excesses = [];

    /// <summary>Rows that go, those that depend on others included.</summary>
    public long Deleted => _deleted.Sum(t => t.Deleted);

    /// <summary>Rows whose reference is cleared, or whose number of children changes.</summary>
    public long Cleared => _dependents.Changed;

    /// <summary>Tables and how many of their rows go.</summary>
    public IEnumerable<(Table Table, long Deleted)> Counts => _deleted.Select(t => (t.Changed.Table, t.Deleted));

    /// <summary>In a plan: for what the load would be refused.</summary>
    public IReadOnlyList<DeletionExcess> Excesses => _excesses;

    /// <summary>How many rows of a table go.</summary>
    public long Of(Table table) => _deleted.FirstOrDefault(t => t.Changed.Table == table).Deleted;

    /// <summary>Plans it; the file's rows have their views, and nothing else is planned yet.</summary>
    /// <exception cref="DataOpsException">More is to go than allowed, or what goes is needed by what stays.</exception>
    public void Plan(FileSpecs specs, long objects)
    {
        DeleteLimit limit = DeleteLimit.Parse(options.MaxDelete);
        foreach (ModelSpec spec in specs.All.Reverse().Where(s => s.Spec.DeleteMissing))
        {
            long deleted = Plan(spec, limit, objects);
            if (specs.Snapshot is { } snapshot)
                RequireNewer(spec, snapshot, deleted);
        }
        if (changes.Planned == 0)
            return;
        _dependents.Plan();
        foreach (TablePlan table in changes.Tables)
        {
            long deleted = session.List<long>($"select count(*) from {table.Name} where _action = 'D'", null, context.Cancellation)[0];
            if (deleted == 0)
                continue;
            _deleted.Add((table, deleted));
            session.Execute($"analyze {table.Name}", context.Cancellation);
            rows.WithGone[table.Table.Oid] = table;
        }
        if (limit.IsExceeded(Deleted))
            Exceeded($"{Deleted} rows ({string.Join(", ", Counts.Select(c => $"{c.Deleted} of {c.Table}"))}), more than {limit}", $"{Deleted}");
    }

    /// <summary>Clears what refers to the rows that go; constraints are deferred.</summary>
    public void Clear() => _dependents.Apply();

    /// <summary>The rows that stay and change; those that go are in the plan.</summary>
    public IEnumerable<RowChange> Describe(RowChanges changed) => _dependents.Describe(changed);

    private static DeletionWords Words(string path) => new(
        $"{Path.GetFileName(path)} would delete, so nothing was loaded.",
        "Put those rows into the dataset with delete_missing",
        "load with -OnDependent Cascade");

    private long Plan(ModelSpec spec, DeleteLimit limit, long objects)
    {
        context.Cancellation.ThrowIfCancellationRequested();
        Table table = spec.Model.Table;
        FilterParameters parameters = new();
        string filter = FilterSql.Compile(
            Mapped(spec), spec.Model, catalog, "t", parameters, t => rows.StagedOf(t) is null ? t.Sql : rows.Merged(t), table.IsSmall);
        parameters.Bind(session);
        string missing = spec.Staged is { } staged ? FileRows.NotIn(staged) : "";
        long deleted = Ask(spec, () => changes.Of(table).PlanDelete($"from {table.Sql} t where {filter}{missing}"));
        if (deleted == 0)
            return 0;
        if (objects == 0)
            throw new DataOpsException(
                "EmptyFile", FailureKind.InvalidData,
                $"{Path.GetFileName(path)} holds no object, and would delete {deleted} rows of {spec.Model.Label}. Nothing was loaded.",
                "Export the dataset again; an empty file deletes nothing, whatever -MaxDelete says.", path);
        long scope = session.List<long>($"select count(*) from {table.Sql} t where {filter}", null, context.Cancellation)[0];
        if (limit.IsExceeded(deleted, scope))
            Exceeded(
                $"{deleted} of the {scope} rows of {spec.Model.Label} that its spec is about, more than {limit}",
                $"{Math.Ceiling(deleted * 100m / scope)}%");
        return deleted;
    }

    private void Exceeded(string what, string needed) => Refuse("TooManyDeletions", what, $"-MaxDelete {needed}");

    // The plan shows what it would be.
    private void Refuse(string id, string what, string needed)
    {
        DeletionExcess excess = new(id, $"{Path.GetFileName(path)} would delete {what}", needed);
        if (!options.WhatIf)
            throw excess.Refusal(path);
        _excesses.Add(excess);
    }

    // What a newer file brought is missing in an older one.
    private void RequireNewer(ModelSpec spec, DateTimeOffset snapshot, long deleted)
    {
        if (deleted > 0 && !options.AllowOlder && new LastLoads(session, context.Cancellation).Of(spec.File) is { } last && snapshot < last)
            Refuse(
                "OlderFile",
                $"{deleted} rows of {spec.Model.Label}, and is of {snapshot.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC, "
                    + $"older than the file of {last.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC that was loaded here",
                "-AllowOlder");
    }

    private long Ask(ModelSpec spec, Func<long> plan)
    {
        session.Execute("savepoint dataops_filter", context.Cancellation);
        try
        {
            long rows = plan();
            session.Execute("release savepoint dataops_filter", context.Cancellation);
            return rows;
        }
        catch (DataOpsException e) when (e.InnerException is Npgsql.PostgresException { SqlState: { } state } && state[..2] is "22" or "42")
        {
            throw new DataOpsException(
                "InvalidFilter", FailureKind.InvalidData,
                $"{Path.GetFileName(path)}: PostgreSQL refuses a value in the filter of {spec.Spec.Model}: {e.Message} Nothing was loaded.",
                "Correct the dataset's filter, and export it again.", path, e);
        }
    }

    // The copies' rows are meant, and not those of what was copied.
    private Filter Mapped(ModelSpec spec)
    {
        List<Lookup> lookups = [.. spec.File.Lookups];
        foreach ((string lookup, string model) in spec.File.Map)
        {
            // The keys of a model that inherits another are those of its parent's copies.
            Table? map = catalog.Models.FirstOrDefault(m => m.Label == model) is { } copied ? rows.MapOf(copied.Table) : null;
            int at = lookups.FindIndex(f => f.Path == lookup);
            PlacedJson value = lookups[at].Value;
            Dictionary<string, string> keys = map is null ? [] : session
                .Stream($"select source::text, target::text from {ImportViews.Map(map)}", r => (r.GetString(0), r.GetString(1)), context.Cancellation)
                .ToDictionary(k => k.Item1, k => k.Item2);
            PlacedJson Copy(PlacedJson old) => keys.TryGetValue(old.Text, out string? copy) ? old with { Text = copy }
                : throw FileSpec.Invalid(old.Place, $"the map of {spec.Spec.Model} needs a copy of {model} {old.Described}, which is not in the file.");
            bool isList = value.Kind == System.Text.Json.JsonValueKind.Array;
            lookups[at] = lookups[at] with { Value = isList ? value with { Items = [.. value.Items.Select(Copy)] } : Copy(value) };
        }
        return lookups.Count == 0 ? Filter.Everything : new Filter.Lookups(lookups);
    }
}
