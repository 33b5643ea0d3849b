namespace DataOps.Core.Features.ContentTypes;

/// <summary>
/// Lets other content types take over what depends on those that go: their permissions by codename, with who holds
/// them, and every row that names them.
/// </summary>
/// <param name="session">The session, in the transaction of the changes.</param>
/// <param name="catalog">Who refers to whom.</param>
/// <param name="changes">Where the rows are planned.</param>
/// <param name="contentTypes">The table of content types.</param>
/// <param name="types">Content types and who takes over from them.</param>
/// <param name="permissions">Permissions and what they become.</param>
/// <param name="cancellation">Cancels the query that runs.</param>
internal sealed class Repointing(
    Session session, ReferenceCatalog catalog, ChangeSet changes, Table contentTypes, IReadOnlyList<TypeMove> types,
    IReadOnlyList<PermissionMove> permissions, CancellationToken cancellation) : IRepair
{
    /// <summary>Content types: old, new.</summary>
    private static readonly SqlText s_typeMap = TemporaryTable.Named("dataops_type_map");

    /// <summary>
    /// Permissions: old, new, and the content type and codename of the new one, which is the old one where there was
    /// none.
    /// </summary>
    private static readonly SqlText s_permissionMap = TemporaryTable.Named("dataops_permission_map");

    /// <summary>Of <see cref="s_permissionMap"/> those whose new one is another row.</summary>
    private static readonly SqlText s_mergedMap = TemporaryTable.Named("dataops_permission_merge");

    private readonly Table? _permissions = catalog.TableOf(DjangoTables.Permission);
    private readonly List<ReferenceMoves> _moves = [];
    private readonly bool _isPlanned = types.Count + permissions.Count > 0;

    /// <inheritdoc/>
    public void Plan()
    {
        if (!_isPlanned)
            return;
        Make(s_typeMap, $"new int not null, old_model text, new_model text");
        foreach ((ContentTypeStatus old, ContentTypeStatus other) in types)
            Execute($"insert into {s_typeMap} values ({old.Type.Id}, {other.Type.Id}, " +
                $"{SqlText.Value(old.ModelName)}, {SqlText.Value(other.ModelName)})");
        MapPermissions();
        IEnumerable<(Table Table, MovedColumn Moved)> columns =
        [
            .. TypeColumns.Of(catalog, contentTypes).Where(c => c.Table.Oid != _permissions?.Oid)
                .Select(c => (c.Table, new MovedColumn(c.Column, s_typeMap))),
            .. new PermissionGrants(session, catalog, cancellation).References.Select(
                r => (r.Table, new MovedColumn(r.Column, s_mergedMap))),
        ];
        foreach (IGrouping<uint, (Table Table, MovedColumn Moved)> table in columns.GroupBy(c => c.Table.Oid))
        {
            Table referring = table.First().Table;
            ReferenceMoves moves = new(session, changes.Of(referring), [.. table.Select(c => c.Moved)], cancellation);
            _moves.Add(moves);
            bool isList = catalog.Owners.TryGetValue(referring.Oid, out (Model, ManyToManyList List) owner);
            moves.Plan(isList ? [[owner.List.OwnerColumn.Name, owner.List.TargetColumn.Name]] : []);
        }
    }

    /// <summary>
    /// Of rows t that depend on what goes by a column, leaves out those that stay, as what they depend on is taken
    /// over: a condition that begins with " and".
    /// </summary>
    public SqlText Except(Table table, Column? column)
    {
        if (!_isPlanned || column is null)
            return SqlText.Empty;
        return table.Oid == _permissions?.Oid
            ? (SqlText)$" and not exists (select 1 from {s_typeMap} m where m.old = t.{column})"
            : _moves.FirstOrDefault(m => m.Table.Oid == table.Oid)?.Except(column) ?? SqlText.Empty;
    }

    /// <inheritdoc/>
    public void Apply()
    {
        foreach (ReferenceMoves moves in _moves)
            moves.Apply();
        if (!_isPlanned || _permissions is null)
            return;
        // A permission that goes may have the codename that another one gets.
        TablePlan rows = changes.Of(_permissions);
        session.RunAsApplication(rows.DeletePlanned, cancellation);
        WrittenRows.Update(
            session, rows, RowWrite.Set(["content_type_id", "codename"]), NewPermissions, cancellation);
    }

    /// <inheritdoc/>
    public IEnumerable<RowChange> Describe(RowChanges changed)
    {
        IEnumerable<RowChange> permissions = !_isPlanned || _permissions is null
            ? []
            : changed.Updated(changes.Of(_permissions), catalog.LabelOf(_permissions), NewPermissions,
                ["content_type_id", "codename"]);
        return permissions.Concat(_moves.SelectMany(m => m.Describe(changed, catalog.LabelOf(m.Table))));
    }

    /// <summary>What each permission that moves becomes: old id, content type and codename.</summary>
    public IReadOnlyList<(int Old, int Type, string Codename)> MovedPermissions =>
        _isPlanned && _permissions is not null
        ? session.Query<(int, int, string)>(
            $"select old, content_type_id, codename from {s_permissionMap} order by old", cancellation)
        : [];

    private static SqlText NewPermissions =>
        $"(select m.old as id, m.content_type_id, m.codename from {s_permissionMap} m where m.old = m.new)";

    private void MapPermissions()
    {
        Make(s_permissionMap, $"new int, content_type_id int, codename text");
        Make(s_mergedMap, $"new int");
        if (_permissions is null)
            return;
        foreach (PermissionMove move in permissions)
            Execute($"""
                insert into {s_permissionMap} (old, content_type_id, codename) values ({move.Id}, {move.ContentType},
                    {SqlText.Value(move.Codename)})
                on conflict do nothing
                """);
        Execute($"""
            insert into {s_permissionMap} (old, content_type_id, codename)
            select p.id, m.new, case when right(p.codename, length(m.old_model) + 1) = '_' || m.old_model
              then left(p.codename, -length(m.old_model)) || m.new_model else p.codename end
            from {_permissions} p join {s_typeMap} m on m.old = p.content_type_id on conflict do nothing
            """);
        // One that is there takes over; else the first of those that become the same.
        Execute($"""
            update {s_permissionMap} m set new = coalesce(
              (select p.id from {_permissions} p where p.content_type_id = m.content_type_id
                  and p.codename = m.codename),
              (select min(o.old) from {s_permissionMap} o where o.content_type_id = m.content_type_id
                  and o.codename = m.codename))
            """);
        Execute($"insert into {s_mergedMap} select old, new from {s_permissionMap} where old <> new");
        TablePlan rows = changes.Of(_permissions);
        rows.PlanDelete($"from {_permissions} t join {s_mergedMap} m on m.old = t.id");
        rows.PlanUpdate($"""
            from {_permissions} t join {s_permissionMap} m on m.old = t.id and m.new = t.id
            where (t.content_type_id, t.codename) is distinct from (m.content_type_id, m.codename)
            """);
    }

    private void Make(SqlText map, SqlText columns) =>
        TemporaryTable.Declare(session, map, $"old int primary key, {columns}", cancellation);

    private void Execute(SqlText sql) => session.Run(sql, cancellation);
}
