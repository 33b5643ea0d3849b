using DataOps.Core.Postgres.Catalog;
using DataOps.Core.Postgres.Sql;

namespace DataOps.Core.Django.References;

/// <summary>SQL that looks up the targets of a table's rows while they are read, each by itself.</summary>
/// <remarks>
/// For chosen rows: to plan as many joins takes the server longer than to look up some thousands of keys. Of a small target all keys are read once; OFFSET 0
/// keeps it from doing so with a large one, and from looking twice.
/// </remarks>
/// <param name="child">The table.</param>
/// <param name="references">References of it with one known target.</param>
/// <param name="alias">The table's name in the query.</param>
internal sealed class TargetLookup(Table child, IReadOnlyList<TargetReference> references, string alias)
{
    /// <summary>What stands behind the table in the query's from.</summary>
    public string Join => $" cross join lateral (select {string.Join(", ", references.Select((r, i) => $"{Missing(r)} as v{i}"))} offset 0) missing";

    /// <summary>Whether any reference of the row has no target.</summary>
    public string Any => $"coalesce({string.Join(", ", Values)}) is not null";

    /// <summary>The row's key, as text.</summary>
    public string Key => KeyText.Of(child, alias);

    /// <summary>For each reference what it points at, as text, where nothing is; else NULL.</summary>
    public IEnumerable<string> Values => references.Select((_, i) => $"missing.v{i}");

    private string Missing(TargetReference r)
    {
        bool readsAll = r is { Columns.Count: 1, Target: { IsSmall: true, EstimatedRows: not null } } and not TreeReference;
        string isThere = readsAll ? r.IsAmongTargets(alias) : $"exists (select 1 from {r.Target.Sql} p where {r.IsTarget(alias, "p")} offset 0)";
        return $"case when {r.IsSet(alias)} and ({isThere}) is not true then {r.Value(alias)} end";
    }
}
