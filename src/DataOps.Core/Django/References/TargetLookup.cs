namespace DataOps.Core.Django.References;

/// <summary>SQL that looks up the targets of a table's rows while they are read, each by itself.</summary>
/// <remarks>
/// For chosen rows: to plan as many joins takes the server longer than to look up some thousands of keys. Of a small
/// target all keys are read once; OFFSET 0 keeps it from doing so with a large one, and from looking twice.
/// </remarks>
/// <param name="child">The table.</param>
/// <param name="references">References of it with one known target.</param>
/// <param name="alias">The table's name in the query.</param>
internal sealed class TargetLookup(Table child, IReadOnlyList<TargetReference> references, Alias alias)
{
    /// <summary>What stands behind the table in the query's from.</summary>
    public SqlText Join =>
        $" cross join lateral (select " +
            $"{references.Select((r, i) => (SqlText)$"{Missing(r)} as v{SqlText.Literal(i)}")} offset 0) missing";

    /// <summary>Whether any reference of the row has no target.</summary>
    public SqlText Any => $"coalesce({Values}) is not null";

    /// <summary>The row's key, as text.</summary>
    public SqlText Key => KeyText.Of(child, alias);

    /// <summary>For each reference what it points at, as text, where nothing is; else NULL.</summary>
    public IEnumerable<SqlText> Values => references.Select((_, i) => new Alias("missing").Column($"v{i}"));

    private SqlText Missing(TargetReference r)
    {
        bool readsAll = r is { Columns.Count: 1, Target: { IsSmall: true, EstimatedRows: not null } }
            and not TreeReference;
        SqlText isThere = readsAll
            ? r.IsAmongTargets(alias)
            : (SqlText)$"exists (select 1 from {r.Target} p where {r.IsTarget(alias, "p")} offset 0)";
        return $"case when {r.IsSet(alias)} and ({isThere}) is not true then {r.Value(alias)} end";
    }
}
