namespace DataOps.Core.Django.Trees;

/// <summary>Why a row is not reached from any root by its parent.</summary>
internal enum LostReason
{
    /// <summary>Its parent does not exist.</summary>
    Orphan,

    /// <summary>It is its own ancestor.</summary>
    Cycle,

    /// <summary>It hangs below such a row.</summary>
    Below,
}

/// <summary>A row that is not reached from any root.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Parent">Its parent's.</param>
/// <param name="Why">Why.</param>
internal sealed record LostRow(string Key, string Parent, LostReason Why);

/// <summary>
/// Follows references to parents, from the roots down in one query, and for what that does not reach, in memory.
/// </summary>
internal static class ParentWalk
{
    /// <summary>The rows that no root leads to, in the order of their keys.</summary>
    /// <param name="session">The session.</param>
    /// <param name="table">The table, or another relation in parentheses that has its columns.</param>
    /// <param name="parent">The reference to the parent.</param>
    /// <param name="cancellation">Cancels the query.</param>
    public static IReadOnlyList<LostRow> Lost(
        Session session, SqlText table, Reference parent, CancellationToken cancellation)
    {
        Column key = parent.TargetColumns[0];
        Column up = parent.Column;
        List<(string Key, string Parent, bool HasParent)> rows = [.. session.Read(
            $"""
            with recursive t as (
              select c.{key} as key from {table} c where c.{up} is null
              union all
              select c.{key} from {table} c join t on c.{up} = t.key)
            select c.{key}::text, c.{up}::text, exists (select 1 from {table} p where p.{key} = c.{up})
            from {table} c left join t on t.key = c.{key} where t.key is null order by c.{key}
            """,
            r => (r.GetString(0), r.GetString(1), r.GetBoolean(2)), cancellation)];
        Dictionary<string, string> parents = rows.Where(r => r.HasParent).ToDictionary(r => r.Key, r => r.Parent);
        HashSet<string> cycles = Cycles(parents);
        return [.. rows.Select(r => new LostRow(
            r.Key, r.Parent,
            !r.HasParent ? LostReason.Orphan : cycles.Contains(r.Key) ? LostReason.Cycle : LostReason.Below))];
    }

    // Each row is walked over once: a walk ends where an earlier one was, or where it meets itself.
    private static HashSet<string> Cycles(Dictionary<string, string> parents)
    {
        HashSet<string> cycles = [];
        HashSet<string> walked = [];
        foreach (string start in parents.Keys)
        {
            HashSet<string> here = [];
            string at = start;
            while (!walked.Contains(at) && here.Add(at) && parents.TryGetValue(at, out string? next))
                at = next;
            if (here.Contains(at) && !walked.Contains(at) && parents.ContainsKey(at))
                for (string member = at; cycles.Add(member); member = parents[member])
                {
                }
            walked.UnionWith(here);
        }
        return cycles;
    }
}
