namespace DataOps.Core.Features.ContentTypes;

/// <summary>
/// The rows that a removal of content types changes, told by table and by holder of permissions, and then applied.
/// </summary>
internal sealed class RemovalPlan
{
    private readonly Session _session;
    private readonly ReferenceCatalog _catalog;
    private readonly Table _contentTypes;
    private readonly ChangeRun _change;
    private readonly ChangeSet _changes;
    private readonly RemovalSelection _choice;
    private readonly CancellationToken _cancellation;
    private readonly Repointing _repointing;
    private readonly PermissionGrants _grants;

    /// <summary>For one choice.</summary>
    public RemovalPlan(
        Session session, ReferenceCatalog catalog, Table contentTypes, ChangeRun change, RemovalSelection choice,
        CancellationToken cancellation)
    {
        (_session, _catalog, _contentTypes, _change, _changes, _choice) =
            (session, catalog, contentTypes, change, change.Changes, choice);
        _cancellation = cancellation;
        _repointing = new Repointing(
            session, catalog, _changes, contentTypes, choice.Moves, choice.PermissionMoves, cancellation);
        _grants = new PermissionGrants(session, catalog, cancellation);
    }

    /// <summary>Plans it.</summary>
    /// <exception cref="DataOpsException">Rows that stay need rows that go.</exception>
    public void Make(OnDependent onDependent, DeletionWords words)
    {
        SpecificRows.Require(_session, _catalog, _choice.Moves, _cancellation);
        _change.Plan(_repointing);
        if (_choice.Gone.Count > 0)
            Delete(_contentTypes, _choice.Gone.Select(v => v.Type.Id));
        if (_choice.Permissions.Count > 0)
            Delete(_grants.Permissions!, _choice.Permissions);
        _change.Follow(onDependent, words, _repointing.Except);
        _change.Count();
    }

    /// <summary>Who loses which permission, and who keeps it under another name.</summary>
    public IEnumerable<GrantChange> Grants()
    {
        if (_grants.Permissions is not { } permissions
            || _changes.Tables.FirstOrDefault(t => t.Table.Oid == permissions.Oid) is not { } planned)
            return [];
        Dictionary<int, string> moved = _repointing.MovedPermissions.ToDictionary(
            m => m.Old, m => $"{AppOf(m.Type)}.{m.Codename}");
        return _grants.Of($"p.id in (select c.id from {planned.Name} c)").Select(g => new GrantChange(
            _session.Server, _session.Database, moved.ContainsKey(g.Permission) ? "Move" : "Revoke", g.Holder, g.Name,
            $"{AppOf(g.ContentType)}.{g.Codename}",
            moved.GetValueOrDefault(g.Permission), g.On, _catalog.ContentTypeOf(g.ContentType)?.Label ?? "", g.Table,
            g.Key));
    }

    /// <summary>The plan: by table, by holder, and where asked for row by row.</summary>
    public IEnumerable<IChangeResult> Describe(IReadOnlyList<GrantChange> grants, bool rowByRow)
    {
        Dictionary<string, string> columns = Columns(_change.DescribeKept());
        foreach (TableChangeSummary table in _change.Tables)
            yield return table with { Columns = columns.GetValueOrDefault(table.Table) };
        foreach (GrantChange grant in grants)
            yield return grant;
        foreach (RowChange change in rowByRow ? _change.Describe() : [])
            yield return change;
    }

    /// <summary>The sum.</summary>
    public RemovalResult Result(IReadOnlyList<GrantChange> grants, ChangeResult done) => done.With(new RemovalResult
    {
        ContentTypes = _choice.Gone.Count,
        Permissions = _change.Tables.Where(t => t.Table == _grants.Permissions?.DisplayName).Sum(t => t.Delete),
        Revoked = grants.Count(g => g.MovesTo is null),
        Moved = grants.Count(g => g.MovesTo is not null),
    });

    private void Delete(Table table, IEnumerable<int> ids) =>
        _changes.Of(table).PlanDelete($"from {table} t where t.id = any({ids.ToArray()})");

    // By table, as "content_type_id = NULL"; where the new values differ, the column alone.
    private static Dictionary<string, string> Columns(IEnumerable<RowChange> kept)
    {
        Dictionary<(string Table, string Column), (string? Value, bool Differs)> seen = [];
        foreach (RowChange change in kept)
            if (change.Column is { } column)
                seen[(change.Table, column)] = seen.TryGetValue(
                    (change.Table, column), out (string? Value, bool Differs) before)
                    ? (before.Value, before.Differs || before.Value != change.NewValue)
                    : (change.NewValue, false);
        return seen
            .GroupBy(s => s.Key.Table)
            .ToDictionary(t => t.Key,
                t => string.Join(", ",
                    t.Select(s => s.Value.Differs ? s.Key.Column : $"{s.Key.Column} = {s.Value.Value ?? "NULL"}")));
    }

    private string AppOf(int type) => _catalog.ContentTypeOf(type)?.Label.App ?? "";
}
