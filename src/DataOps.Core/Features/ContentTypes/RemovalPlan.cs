namespace DataOps.Core.Features.ContentTypes;

/// <summary>
/// The rows that a removal of content types changes, told by table and by holder of permissions, and then applied.
/// </summary>
internal sealed class RemovalPlan(
    Session session, ReferenceCatalog catalog, Table contentTypes, ChangeRun change, RemovalSelection choice,
    CancellationToken cancellation)
{
    private readonly Repointing _repointing = new(
        session, catalog, change.Changes, contentTypes, choice.Moves, choice.PermissionMoves, cancellation);
    private readonly PermissionGrants _grants = new(session, catalog, cancellation);

    /// <summary>Plans it.</summary>
    /// <exception cref="DataOpsException">Rows that stay need rows that go.</exception>
    public void Make(OnDependent onDependent, DeletionWords words)
    {
        SpecificRows.Require(session, catalog, choice.Moves, cancellation);
        change.Plan(_repointing);
        if (choice.Gone.Count > 0)
            Delete(contentTypes, choice.Gone.Select(v => v.Type.Id));
        if (choice.Permissions.Count > 0)
            Delete(_grants.Permissions!, choice.Permissions);
        change.Follow(onDependent, words, _repointing.Except);
        change.Count();
    }

    /// <summary>Who loses which permission, and who keeps it under another name.</summary>
    public IEnumerable<GrantChange> Grants()
    {
        if (_grants.Permissions is not { } permissions
            || change.Changes.Tables.FirstOrDefault(t => t.Table.Oid == permissions.Oid) is not { } planned)
            return [];
        Dictionary<int, string> moved = _repointing.MovedPermissions.ToDictionary(
            m => m.Old, m => $"{AppOf(m.Type)}.{m.Codename}");
        return _grants.Of($"p.id in (select c.id from {planned.Name} c)").Select(g => new GrantChange(
            session.Server, session.Database, moved.ContainsKey(g.Permission) ? "Move" : "Revoke", g.Holder, g.Name,
            $"{AppOf(g.ContentType)}.{g.Codename}", moved.GetValueOrDefault(g.Permission), g.On,
            catalog.ContentTypeOf(g.ContentType)?.Label ?? "", g.Table, g.Key));
    }

    /// <summary>The plan: by table, by holder, and where asked for row by row.</summary>
    public IEnumerable<IChangeResult> Describe(IReadOnlyList<GrantChange> grants, bool rowByRow)
    {
        Dictionary<string, string> columns = TableChangeSummary.ColumnsOf(change.DescribeKept());
        foreach (TableChangeSummary table in change.Tables)
            yield return table with { Columns = columns.GetValueOrDefault(table.Table) };
        foreach (GrantChange grant in grants)
            yield return grant;
        foreach (RowChange row in rowByRow ? change.Describe() : [])
            yield return row;
    }

    /// <summary>The sum.</summary>
    public RemovalResult Result(IReadOnlyList<GrantChange> grants, ChangeResult done) => done.With(new RemovalResult
    {
        ContentTypes = choice.Gone.Count,
        Permissions = change.Tables.Where(t => t.Table == _grants.Permissions?.DisplayName).Sum(t => t.Delete),
        Revoked = grants.Count(g => g.MovesTo is null),
        Moved = grants.Count(g => g.MovesTo is not null),
    });

    private void Delete(Table table, IEnumerable<int> ids) =>
        change.Changes.Of(table).PlanDelete($"from {table} t where t.id = any({ids.ToArray()})");

    private string AppOf(int type) => catalog.ContentTypeOf(type)?.Label.App ?? "";
}
