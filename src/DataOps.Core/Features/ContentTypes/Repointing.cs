using DataOps.Core.Changes;
using DataOps.Core.Django.Knowledge;
using DataOps.Core.Django.Models;
using DataOps.Core.Django.References;
using DataOps.Core.Postgres.Catalog;
using DataOps.Core.Postgres.Connections;
using DataOps.Core.Postgres.Sql;

namespace DataOps.Core.Features.ContentTypes;

/// <summary>
/// Lets other content types take over what depends on those that go: their permissions by codename, with who holds them, and every row that names them.
/// </summary>
internal sealed class Repointing(Session session, ReferenceCatalog catalog, ChangeSet changes, Table contentTypes, CancellationToken cancellation)
{
    /// <summary>Content types: old, new.</summary>
    private const string TypeMap = "pg_temp.dataops_type_map";

    /// <summary>Permissions: old, new, and the content type and codename of the new one, which is the old one where there was none.</summary>
    private const string PermissionMap = "pg_temp.dataops_permission_map";

    /// <summary>Of <see cref="PermissionMap"/> those whose new one is another row.</summary>
    private const string MergedMap = "pg_temp.dataops_permission_merge";

    private readonly Table? _permissions = catalog.TableOf(DjangoTables.Permission);
    private readonly List<ReferenceMoves> _moves = [];
    private bool _isPlanned;

    /// <summary>Plans it.</summary>
    /// <param name="types">Content types and who takes over from them.</param>
    /// <param name="permissions">Permissions and what they become.</param>
    public void Plan(IReadOnlyList<TypeMove> types, IReadOnlyList<PermissionMove> permissions)
    {
        if (types.Count + permissions.Count == 0)
            return;
        _isPlanned = true;
        Make(TypeMap, "new int not null, old_model text, new_model text");
        foreach ((ContentTypeStatus old, ContentTypeStatus other) in types)
            Execute($"insert into {TypeMap} values ({old.Type.Id}, {other.Type.Id}, {SqlText.Literal(old.ModelName)}, {SqlText.Literal(other.ModelName)})");
        MapPermissions(permissions);
        IEnumerable<(Table Table, MovedColumn Moved)> columns =
        [
            .. TypeColumns.Of(catalog, contentTypes).Where(c => c.Table.Oid != _permissions?.Oid).Select(c => (c.Table, new MovedColumn(c.Column, TypeMap))),
            .. new PermissionGrants(session, catalog, cancellation).References.Select(r => (r.Table, new MovedColumn(r.Column, MergedMap))),
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
    /// Of rows t that depend on what goes by a column, leaves out those that stay, as what they depend on is taken over: a condition that begins with " and".
    /// </summary>
    public string Except(Table table, Column? column)
    {
        if (!_isPlanned || column is null)
            return "";
        return table.Oid == _permissions?.Oid
            ? $" and not exists (select 1 from {TypeMap} m where m.old = t.{SqlText.Identifier(column.Name)})"
            : _moves.FirstOrDefault(m => m.Table.Oid == table.Oid)?.Except(column) ?? "";
    }

    /// <summary>Applies it; constraints are deferred.</summary>
    public void Apply()
    {
        foreach (ReferenceMoves moves in _moves)
            moves.Apply();
        if (!_isPlanned || _permissions is null)
            return;
        // A permission that goes may have the codename that another one gets.
        TablePlan rows = changes.Of(_permissions);
        Execute($"delete from {_permissions.Sql} t using {rows.Name} c where c._action = 'D' and {rows.Same("c", "t")}");
        Execute($"update {_permissions.Sql} t set content_type_id = s.content_type_id, codename = s.codename from {NewPermissions} s where s.id = t.id");
    }

    /// <summary>What changes in the rows that stay, and the rows that come.</summary>
    public IEnumerable<RowChange> Describe(RowChanges changed)
    {
        IEnumerable<RowChange> permissions = !_isPlanned || _permissions is null
            ? []
            : changed.Updated(changes.Of(_permissions), catalog.LabelOf(_permissions), NewPermissions, ["content_type_id", "codename"]);
        return permissions.Concat(_moves.SelectMany(m => m.Describe(changed, catalog.LabelOf(m.Table))));
    }

    /// <summary>What each permission that moves becomes: old id, content type and codename.</summary>
    public IReadOnlyList<(int Old, int Type, string Codename)> MovedPermissions => _isPlanned && _permissions is not null
        ? session.List<(int, int, string)>($"select old, content_type_id, codename from {PermissionMap} order by old", null, cancellation)
        : [];

    private static string NewPermissions => $"(select m.old as id, m.content_type_id, m.codename from {PermissionMap} m where m.old = m.new)";

    private void MapPermissions(IReadOnlyList<PermissionMove> permissions)
    {
        Make(PermissionMap, "new int, content_type_id int, codename text");
        Make(MergedMap, "new int");
        if (_permissions is null)
            return;
        foreach (PermissionMove move in permissions)
            Execute($"""
                insert into {PermissionMap} (old, content_type_id, codename) values ({move.Id}, {move.ContentType}, {SqlText.Literal(move.Codename)})
                on conflict do nothing
                """);
        Execute($"""
            insert into {PermissionMap} (old, content_type_id, codename)
            select p.id, m.new, case when right(p.codename, length(m.old_model) + 1) = '_' || m.old_model
              then left(p.codename, -length(m.old_model)) || m.new_model else p.codename end
            from {_permissions.Sql} p join {TypeMap} m on m.old = p.content_type_id on conflict do nothing
            """);
        // One that is there takes over; else the first of those that become the same.
        Execute($"""
            update {PermissionMap} m set new = coalesce(
              (select p.id from {_permissions.Sql} p where p.content_type_id = m.content_type_id and p.codename = m.codename),
              (select min(o.old) from {PermissionMap} o where o.content_type_id = m.content_type_id and o.codename = m.codename))
            """);
        Execute($"insert into {MergedMap} select old, new from {PermissionMap} where old <> new");
        TablePlan rows = changes.Of(_permissions);
        rows.PlanDelete($"from {_permissions.Sql} t join {MergedMap} m on m.old = t.id");
        rows.PlanUpdate($"""
            from {_permissions.Sql} t join {PermissionMap} m on m.old = t.id and m.new = t.id
            where (t.content_type_id, t.codename) is distinct from (m.content_type_id, m.codename)
            """);
    }

    private void Make(string map, string columns) =>
        Execute($"create temporary table {map["pg_temp.".Length..]} (old int primary key, {columns}) on commit drop");

    private void Execute(string sql) => session.Execute(sql, cancellation);
}
