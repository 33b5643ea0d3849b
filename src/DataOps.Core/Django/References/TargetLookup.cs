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
internal sealed class TargetLookup(Table child, IReadOnlyList<Reference> references, string alias)
{
    /// <summary>What stands behind the table in the query's from.</summary>
    public string Join => $" cross join lateral (select {string.Join(", ", references.Select((r, i) => $"{Missing(r)} as v{i}"))} offset 0) missing";

    /// <summary>Whether any reference of the row has no target.</summary>
    public string Any => $"coalesce({string.Join(", ", Values)}) is not null";

    /// <summary>The row's key, as text.</summary>
    public string Key => OrphanSql.Key(child, alias);

    /// <summary>For each reference what it points at, as text, where nothing is; else NULL.</summary>
    public IEnumerable<string> Values => references.Select((_, i) => $"missing.v{i}");

    // Beside a NULL among the keys of a target, what is not one of them is unknown.
    private string Missing(Reference r)
    {
        string isThere = r is { Columns: [{ } column], Target: { IsSmall: true, EstimatedRows: not null } } ? IsOneOf(column, r) : Exists(r);
        return $"case when {OrphanSql.IsSet(r, alias)} and ({isThere}) is not true then {OrphanSql.Text(r.Columns.Select(c => c.Name), alias)} end";
    }

    private string IsOneOf(Column column, Reference r)
    {
        (string left, string right) = ColumnEquality.Sides(column, alias, r.TargetColumns[0], "p");
        return $"{left} operator(pg_catalog.=) any (select {right} from {r.Target!.Sql} p)";
    }

    private string Exists(Reference r)
    {
        string isTarget = string.Join(" and ", r.Columns.Zip(r.TargetColumns, (c, t) => ColumnEquality.Of(c, alias, t, "p")));
        return $"exists (select 1 from {r.Target!.Sql} p where {isTarget} offset 0)";
    }
}
