using System.Globalization;
using DataOps.Core.Definitions;
using DataOps.Core.Files;

namespace DataOps.Core.Features.Datasets.Import;

/// <summary>The rows of the database that a file's specs take away, and what depends on them.</summary>
/// <param name="Tables">The tables that rows go from.</param>
/// <param name="Excesses">In a plan: for what the load would be refused.</param>
/// <param name="Dependents">What depends on those rows and stays.</param>
internal sealed record PlannedDeletion(
    IReadOnlyList<DeletedRows> Tables, IReadOnlyList<DeletionExcess> Excesses, DependentRows Dependents)
{
    /// <summary>Rows that go, those that depend on others included.</summary>
    public long Deleted => Tables.Sum(t => t.Deleted);

    /// <summary>How many rows of a table go.</summary>
    public long Of(Table table) => Find(table)?.Deleted ?? 0;

    /// <summary>The condition, with "and" before it, that a row of the database stays; empty where all do.</summary>
    public SqlText Stays(Table table, Alias alias)
    {
        if (Find(table)?.Rows is not { } plan)
            return SqlText.Empty;
        SqlText isGone = $"gone._action = 'D' and {plan.Identity.Same("gone", alias)}";
        return $" and not exists (select 1 from {plan.Name} gone where {isGone})";
    }

    private DeletedRows? Find(Table table) => Tables.FirstOrDefault(t => t.Rows.Table == table);
}

/// <summary>The rows of one table that go.</summary>
/// <param name="Rows">They, in the plan.</param>
/// <param name="Deleted">How many.</param>
internal sealed record DeletedRows(TablePlan Rows, long Deleted);

/// <summary>
/// Plans to delete what a spec's filter names and the file does not hold, with a guard, and what depends on it.
/// </summary>
/// <remarks>
/// As f3loaddata does: the last spec first; the filter is asked of the rows as they are after the load.
/// </remarks>
internal sealed class ImportDeletion(
    Session session, ReferenceCatalog catalog, KeyedRows rows, ChangeSet changes, LoadOptions options, string path,
    OperationContext context)
{
    private readonly DependentRows _dependents = new(
        session, catalog, changes, options.OnDependent, Words(path), (table, column) => rows.Except(table, column),
        context);
    private readonly List<DeletionExcess> _excesses = [];

    /// <summary>Plans it; nothing else is planned yet.</summary>
    /// <exception cref="DataOpsException">More is to go than allowed, or what goes is needed by what stays.</exception>
    public PlannedDeletion Plan(FileSpecs specs, long objects)
    {
        DeleteLimit limit = DeleteLimit.Parse(options.MaxDelete);
        foreach (ModelSpec spec in specs.All.Reverse().Where(s => s.Spec.DeleteMissing))
        {
            long deleted = Plan(spec, limit, objects);
            if (specs.Snapshot is { } snapshot)
                RequireNewer(spec, snapshot, deleted);
        }
        DeletedRows[] tables = changes.Planned == 0 ? [] : [.. WithDependents()];
        long all = tables.Sum(t => t.Deleted);
        if (limit.IsExceeded(all))
            Exceeded(
                $"{Counted.Of(all, "row")} " +
                    $"({string.Join(", ", tables.Select(t => $"{t.Deleted} of {t.Rows.Table}"))}), more than {limit}",
                    $"{all}");
        return new PlannedDeletion(tables, _excesses, _dependents);
    }

    private IEnumerable<DeletedRows> WithDependents()
    {
        _dependents.Plan();
        foreach (TablePlan table in changes.Tables)
        {
            SqlText planned = table.Name;
            long deleted = session.Query<long>(
                $"select count(*) from {planned} where _action = 'D'", context.Cancellation)[0];
            if (deleted == 0)
                continue;
            session.Run($"analyze {planned}", context.Cancellation);
            yield return new DeletedRows(table, deleted);
        }
    }

    private static DeletionWords Words(string path) => new(
        $"{Path.GetFileName(path)} would delete, so nothing was loaded.",
        "Put those rows into the dataset with delete_missing",
        "load with -OnDependent Cascade");

    private long Plan(ModelSpec spec, DeleteLimit limit, long objects)
    {
        context.Cancellation.ThrowIfCancellationRequested();
        Table table = spec.Model.Table;
        FilterParameters parameters = new();
        SqlText filter = FilterSql.Compile(
            Mapped(spec), spec.Model, catalog, "t", parameters,
            t => rows.StagedOf(t) is null ? t.Sql : rows.Ids.Merged(t), table.IsSmall);
        parameters.Bind(session);
        SqlText missing = spec.Staged is { } staged ? KeyedRows.NotIn(staged) : SqlText.Empty;
        long deleted = Ask(spec, () => changes.Of(table).PlanDelete($"from {table.Sql} t where {filter}{missing}"));
        if (deleted == 0)
            return 0;
        if (objects == 0)
            throw new DataOpsException(
                ErrorIds.EmptyFile, FailureKind.InvalidData,
                $"{Path.GetFileName(path)} holds no object, and would delete {Counted.Of(deleted, "row")} of "
                    + $"{spec.Model.Label}. Nothing was loaded.",
                "Export the dataset again; an empty file deletes nothing, whatever -MaxDelete says.", path);
        long scope = session.Query<long>($"select count(*) from {table} t where {filter}", context.Cancellation)[0];
        if (limit.IsExceeded(deleted, scope))
            Exceeded(
                $"{deleted} of the {Counted.Of(scope, "row")} of {spec.Model.Label} in the scope of its spec, more "
                    + $"than {limit}",
                $"{Math.Ceiling(deleted * 100m / scope)}%");
        return deleted;
    }

    private void Exceeded(string what, string needed) =>
        Refuse(ErrorIds.TooManyDeletions, what, $"-MaxDelete {needed}");

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
        if (deleted > 0 && !options.AllowOlder
            && new LastLoads(session, context.Cancellation).Of(spec.File) is { } last && snapshot < last)
            Refuse(
                ErrorIds.OlderFile,
                $"{Counted.Of(deleted, "row")} of {spec.Model.Label}, and is of "
                    + $"{snapshot.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC, older than the file of "
                    + $"{last.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC that was loaded here",
                "-AllowOlder");
    }

    private long Ask(ModelSpec spec, Func<long> plan)
    {
        session.Run($"savepoint dataops_filter", context.Cancellation);
        try
        {
            long rows = plan();
            session.Run($"release savepoint dataops_filter", context.Cancellation);
            return rows;
        }
        catch (DataOpsException e)
            when (e.InnerException is Npgsql.PostgresException { SqlState: { } state } && state[..2] is "22" or "42")
        {
            throw new DataOpsException(
                ErrorIds.InvalidFilter, FailureKind.InvalidData,
                $"{Path.GetFileName(path)}: PostgreSQL refuses a value in the filter of {spec.Spec.Model}: " +
                    $"{e.Message} Nothing was loaded.",
                "Correct the dataset's filter, and export it again.", path, e);
        }
    }

    // The copies' rows are meant, and not those of what was copied.
    private Filter Mapped(ModelSpec spec)
    {
        List<Lookup> lookups = [.. spec.File.Lookups];
        foreach ((string lookup, string model) in spec.Spec.Map)
        {
            // The keys of a model that inherits another are those of its parent's copies.
            Table? map = catalog.Models.FirstOrDefault(m => m.Label == model) is { } copied
                ? rows.Ids.MapOf(copied.Table)
                : null;
            int at = lookups.FindIndex(f => f.Path == lookup);
            PlacedJson value = lookups[at].Value;
            Dictionary<string, string> keys = map is null ? [] : session
                .Read(
                    $"select source::text, target::text from {KnownIds.Map(map)}",
                    r => (r.GetString(0), r.GetString(1)), context.Cancellation)
                .ToDictionary(k => k.Item1, k => k.Item2);
            PlacedJson Copy(PlacedJson old) => keys.TryGetValue(old.Text, out string? copy) ? old with { Text = copy }
                : throw FileSpec.Invalid(old.Place,
                    $"the map of {spec.Spec.Model} needs a copy of {model} {old.Described}, which is not in the file.");
            bool isList = value.Kind == System.Text.Json.JsonValueKind.Array;
            lookups[at] =
                lookups[at] with { Value = isList
                ? value with { Items = [.. value.Items.Select(Copy)] }
                : Copy(value) };
        }
        return lookups.Count == 0 ? Filter.Everything : new Filter.Lookups(lookups);
    }
}

/// <summary>A file would delete what it is not allowed to.</summary>
/// <param name="Id">The failure's stable name.</param>
/// <param name="What">What it would delete, as a sentence without its end.</param>
/// <param name="Needed">What would allow it, as <c>-MaxDelete 20</c>.</param>
internal sealed record DeletionExcess(string Id, string What, string Needed)
{
    /// <summary>What to do about it.</summary>
    public string Advice => $"List them with -WhatIf -Detailed, and allow them with {Needed}.";

    /// <summary>The failure to throw.</summary>
    public DataOpsException Refusal(string path) =>
        new(Id, FailureKind.InvalidOperation, $"{What}, so nothing was loaded.", Advice, path);
}

/// <summary>The most that a file may delete: a number of rows, or a percentage of the rows in scope.</summary>
/// <param name="Number">The number.</param>
/// <param name="IsPercentage">Whether it is a percentage.</param>
internal sealed record DeleteLimit(decimal Number, bool IsPercentage)
{
    private const string Default = "50%";

    /// <summary>Reads it as the user gives it.</summary>
    /// <exception cref="DataOpsException">It is neither.</exception>
    public static DeleteLimit Parse(string? text)
    {
        string given = (text ?? Default).Trim();
        bool isPercentage = given.EndsWith('%');
        bool isNumber = isPercentage
            ? decimal.TryParse(
                given[..^1].TrimEnd(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number)
            : decimal.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out number);
        return isNumber && number >= 0 && (!isPercentage || number <= 100)
            ? new DeleteLimit(number, isPercentage)
            : throw new DataOpsException(
                ErrorIds.InvalidMaxDelete, FailureKind.InvalidArgument,
                $"-MaxDelete \"{given}\" is neither a number of rows nor a percentage.",
                "Use 20 or 10%, for example.", nameof(LoadOptions.MaxDelete));
    }

    /// <summary>Whether a part of a whole is more than the percentage.</summary>
    public bool IsExceeded(long deleted, long scope) => IsPercentage && deleted > 0 && deleted * 100m > Number * scope;

    /// <summary>Whether a sum is more than the number.</summary>
    public bool IsExceeded(long deleted) => !IsPercentage && deleted > Number;

    /// <inheritdoc/>
    public override string ToString() => Number.ToString(CultureInfo.InvariantCulture) + (IsPercentage ? " %" : "");
}
