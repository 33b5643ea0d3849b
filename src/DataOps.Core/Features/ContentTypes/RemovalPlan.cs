using DataOps.Core.Changes;
using DataOps.Core.Django.References;
using DataOps.Core.Kernel;
using DataOps.Core.Postgres.Catalog;
using DataOps.Core.Postgres.Connections;

namespace DataOps.Core.Features.ContentTypes;

/// <summary>The rows that a removal of content types changes, told by table and by holder of permissions, and then applied.</summary>
internal sealed class RemovalPlan
{
    private readonly Session _session;
    private readonly ReferenceCatalog _catalog;
    private readonly Table _contentTypes;
    private readonly ChangeSet _changes;
    private readonly RemovalSelection _choice;
    private readonly CancellationToken _cancellation;
    private readonly Repointing _repointing;
    private readonly DependentRows _dependents;
    private readonly PermissionGrants _grants;
    private IReadOnlyList<TableChangeSummary> _tables = [];

    /// <summary>For one choice.</summary>
    public RemovalPlan(
        Session session,
        ReferenceCatalog catalog,
        Table contentTypes,
        ChangeSet changes,
        RemovalSelection choice,
        OnDependent onDependent,
        DeletionWords words,
        CancellationToken cancellation)
    {
        (_session, _catalog, _contentTypes, _changes, _choice, _cancellation) = (session, catalog, contentTypes, changes, choice, cancellation);
        _repointing = new Repointing(session, catalog, changes, contentTypes, cancellation);
        _dependents = new DependentRows(session, catalog, changes, onDependent, words, _repointing.Except, cancellation);
        _grants = new PermissionGrants(session, catalog, cancellation);
    }

    /// <summary>Plans it.</summary>
    /// <exception cref="DataOpsException">Rows that stay need rows that go.</exception>
    public void Make()
    {
        SpecificRows.Require(_session, _catalog, _choice.Moves, _cancellation);
        _repointing.Plan(_choice.Moves, _choice.PermissionMoves);
        if (_choice.Gone.Count > 0)
            _changes.Of(_contentTypes).PlanDelete($"from {_contentTypes.Sql} t where t.id = any('{Ids(_choice.Gone.Select(v => v.Type.Id))}')");
        if (_choice.Permissions.Count > 0)
            _changes.Of(_grants.Permissions!).PlanDelete($"from {_grants.Permissions!.Sql} t where t.id = any('{Ids(_choice.Permissions)}')");
        if (_changes.Planned > 0)
            _dependents.Plan();
        _tables = TableChangeSummary.Of(_session, _catalog, _changes, _cancellation);
    }

    /// <summary>Who loses which permission, and who keeps it under another name.</summary>
    public IEnumerable<GrantChange> Grants()
    {
        if (_grants.Permissions is not { } permissions || _changes.Tables.FirstOrDefault(t => t.Table.Oid == permissions.Oid) is not { } planned)
            return [];
        Dictionary<int, string> moved = _repointing.MovedPermissions.ToDictionary(m => m.Old, m => $"{AppOf(m.Type)}.{m.Codename}");
        return _grants.Of($"p.id in (select c.id from {planned.Name} c)").Select(g => new GrantChange(
            _session.Server, _session.Database, moved.ContainsKey(g.Permission) ? "Move" : "Revoke", g.Holder, g.Name, $"{AppOf(g.ContentType)}.{g.Codename}",
            moved.GetValueOrDefault(g.Permission), g.On, _catalog.ContentTypeOf(g.ContentType)?.Label ?? "", g.Table, g.Key));
    }

    /// <summary>The plan: by table, by holder, and where asked for row by row.</summary>
    public IEnumerable<IChangeResult> Describe(IReadOnlyList<GrantChange> grants, bool rowByRow)
    {
        RowChanges rows = new(_session, _cancellation);
        IEnumerable<RowChange> kept = _repointing.Describe(rows).Concat(_dependents.Describe(rows));
        Dictionary<string, string> columns = Columns(kept);
        foreach (TableChangeSummary table in _tables)
            yield return table with { Columns = columns.GetValueOrDefault(table.Table) };
        foreach (GrantChange grant in grants)
            yield return grant;
        if (!rowByRow)
            yield break;
        foreach (RowChange change in kept.Concat(_changes.Tables.SelectMany(t => rows.Deleted(t, _catalog.LabelOf(t.Table)))))
            yield return change;
    }

    /// <summary>Applies it: what is taken over, what is cleared, what goes; and then every constraint.</summary>
    public void Apply()
    {
        _changes.Apply(_catalog.Database, () =>
        {
            _repointing.Apply();
            _dependents.Apply();
            _changes.Delete();
        });
    }

    /// <summary>The sum.</summary>
    public RemovalResult Result(string operation, IReadOnlyList<GrantChange> grants, string? undoPath, bool isDone, double duration)
    {
        long planned = _changes.Planned;
        return new RemovalResult
        {
            Server = _session.Server,
            Database = _session.Database,
            Operation = operation,
            Changed = isDone && planned > 0,
            Count = isDone ? planned : 0,
            WouldChange = planned,
            Deleted = _tables.Sum(t => t.Delete),
            Updated = _tables.Sum(t => t.Update),
            Inserted = _tables.Sum(t => t.Insert),
            UndoPath = undoPath,
            Duration = duration,
            ContentTypes = _choice.Gone.Count,
            Permissions = _tables.Where(t => t.Table == _grants.Permissions?.DisplayName).Sum(t => t.Delete),
            Revoked = grants.Count(g => g.MovesTo is null),
            Moved = grants.Count(g => g.MovesTo is not null),
        };
    }

    private static string Ids(IEnumerable<int> ids) => "{" + string.Join(',', ids) + "}";

    // By table, as "content_type_id = NULL"; where the new values differ, the column alone.
    private static Dictionary<string, string> Columns(IEnumerable<RowChange> kept)
    {
        Dictionary<(string Table, string Column), (string? Value, bool Differs)> seen = [];
        foreach (RowChange change in kept)
            if (change.Column is { } column)
                seen[(change.Table, column)] = seen.TryGetValue((change.Table, column), out (string? Value, bool Differs) before)
                    ? (before.Value, before.Differs || before.Value != change.NewValue)
                    : (change.NewValue, false);
        return seen
            .GroupBy(s => s.Key.Table)
            .ToDictionary(t => t.Key, t => string.Join(", ", t.Select(s => s.Value.Differs ? s.Key.Column : $"{s.Key.Column} = {s.Value.Value ?? "NULL"}")));
    }

    private string AppOf(int type) => _catalog.ContentTypeOf(type)?.Label.App ?? "";
}
