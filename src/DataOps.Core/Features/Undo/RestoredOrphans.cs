using DataOps.Core.Changes.UndoFiles;

namespace DataOps.Core.Features.Undo;

/// <summary>
/// The foreign keys that rows broke before the operation: as many rows, and no more, may break them again.
/// </summary>
/// <remarks>
/// PostgreSQL checks such rows whatever was there before; they are written past its triggers, and only they.
/// </remarks>
internal sealed class RestoredOrphans
{
    private readonly UndoReferences _references;
    private readonly Dictionary<(string Schema, string Table, string Constraint), (long Rows, long Left)> _broken;
    private readonly HashSet<(string, string)> _targets;
    private readonly bool _hasBatches;

    /// <summary>Reads what the batches of a file noted.</summary>
    public RestoredOrphans(DatabaseCatalog catalog, UndoReferences references, IReadOnlyCollection<UndoHeader> batches)
    {
        _references = references;
        _hasBatches = batches.Count > 1;
        _broken = batches.SelectMany(b => b.Orphans ?? []).GroupBy(o => (o.Schema, o.Table, o.Constraint))
            .ToDictionary(g => g.Key, g => (g.Sum(o => o.Rows), g.Sum(o => o.Left)));
        _targets = (
            from table in catalog.All
            from key in table.ForeignKeys
            where Of(table, key).Left > 0 && catalog.Find(key.Target) is not null
            let target = catalog.Find(key.Target)!
            select (target.Schema, target.Name)).ToHashSet();
    }

    /// <summary>Whether so many rows of the file may come back without a target.</summary>
    public bool Allows(Table table, ForeignKey key, long rows) => rows <= InFile(table, key);

    /// <summary>Whether so many rows that are not in the file may lose their target.</summary>
    public bool AllowsToLose(Table table, ForeignKey key, long rows) => rows <= Of(table, key).Left;

    /// <summary>Whether rows of a table may go although others refer to them.</summary>
    public bool CanLose(Table target) => _targets.Contains((target.Schema, target.Name));

    /// <summary>The condition that a row s of the file comes back without a target; empty where none does.</summary>
    public SqlText Condition(Table table)
    {
        IEnumerable<ForeignKey> broken = table.ForeignKeys.Where(k => k.IsEnforced && InFile(table, k) > 0);
        return SqlText.Join(" or ", broken.Select(k => (SqlText)$"({_references.Missing(k)})"));
    }

    /// <summary>Does something past the server's checks and all triggers.</summary>
    /// <exception cref="DataOpsException"><c>OrphansNeedSuperuser</c>: the role may not.</exception>
    public static void Unchecked(Session session, Action action, CancellationToken cancellation)
    {
        try
        {
            session.Run($"set local session_replication_role = replica", cancellation);
        }
        catch (DataOpsException e) when (e.Kind == FailureKind.PermissionDenied)
        {
            throw new DataOpsException(
                ErrorIds.OrphansNeedSuperuser, FailureKind.PermissionDenied,
                $"Rows violated a foreign key before, and role {session.Settings.Username} may not restore that, so "
                    + "nothing was undone.",
                "Undo as a superuser, or as a role that may set session_replication_role (PostgreSQL 15 and later).",
                session.Settings.Username, e);
        }
        action();
        session.Run($"set local session_replication_role = origin", cancellation);
    }

    // A row that one batch left alone when it made the target may have been changed by a later one.
    private long InFile(Table table, ForeignKey key) =>
        Of(table, key) is var (rows, left) && _hasBatches ? rows + left : rows;

    private (long Rows, long Left) Of(Table table, ForeignKey key) =>
        _broken.GetValueOrDefault((table.Schema, table.Name, key.Name));
}
