using DataOps.Core.Django.Trees;

namespace DataOps.Core.Features.Trees;

/// <summary>Computes, in a temporary table, what the nodes of a materialised-path tree should be.</summary>
/// <param name="session">The session, in the transaction of the changes.</param>
/// <param name="tree">The tree.</param>
/// <param name="scheme">How its paths are written.</param>
/// <param name="nodes">The temporary table.</param>
/// <param name="number">Tells the temporary tables of several trees apart.</param>
/// <param name="placed">What else hangs on the places; null without.</param>
/// <param name="cancellation">Cancels the query that runs.</param>
internal sealed class PathTreeRepair(
    Session session, Tree tree, PathScheme scheme, NodeRows nodes, int number, PagePlacement? placed,
    CancellationToken cancellation)
{
    private readonly SqlText _reached = SqlText.Raw($"pg_temp.dataops_reached_{number}");
    private readonly SqlText _path = tree.Path!.In("w");
    private readonly SqlText _up = scheme.ParentSql(tree.Path.In("w"));
    private readonly SqlText _depth = scheme.DepthSql(tree.Path.In("w"));
    private readonly SqlText _isPath = scheme.IsPathSql(tree.Path.In("w"));
    private readonly int _step = scheme.StepLength;

    /// <summary>Fills the temporary table with the nodes as they are.</summary>
    public void Fill(SqlText? inserted) => nodes.Fill($"{tree.Key("c")} as _key, false as _moved", inserted);

    /// <summary>Gives the nodes that no root leads to a place.</summary>
    /// <returns>How many got one.</returns>
    public int Reattach(string? to)
    {
        FindReached();
        string? target = to is null ? null : Find(to);
        DetachedNode[] homeless = ReadHomeless();
        if (placed is not null && tree.HasOneRoot && Root().Length == 0 && homeless.Length > 0)
        {
            string first = homeless.Select(h => h.Path).FirstOrDefault(
                p => p.Length >= _step && scheme.Number(p[.._step]) > 0) ?? scheme.Step(1);
            placed.MakeRoot(nodes, first[.._step], homeless[0]);
            FindReached();
            homeless = ReadHomeless();
        }
        if (homeless.Length == 0)
            return 0;
        IReadOnlyDictionary<string, IReadOnlyList<string>> Ancestors(IReadOnlyList<DetachedNode> tops) =>
            placed?.Ancestors(tops, nodes.Name, _reached) ?? new Dictionary<string, IReadOnlyList<string>>();
        Func<Func<string>, DetachedNode, string>? hold =
            placed is null || !tree.HasOneRoot ? null : (next, like) => placed.Hold(nodes, _reached, next, like);
        new Reattachment(session, scheme, _reached, Ancestors, hold, cancellation)
            .Place(homeless, target, tree.HasOneRoot ? Root() : "");
        nodes.Set(tree.Path!, [.. homeless.Select(h => (h.Key, h.NewPath!))], $", _moved = true");
        RequireRoom();
        return homeless.Length;
    }

    /// <summary>Closes the gaps between siblings' steps, in their order.</summary>
    /// <exception cref="DataOpsException"><c>OrphansInTheWay</c>: a node that has no place could find itself below
    /// another one.</exception>
    public void Compact()
    {
        FindReached();
        long homeless = session.Query<long>(
            $"select (select count(*) from {nodes.Name}) - (select count(*) from {_reached})", cancellation)[0];
        if (homeless > 0)
            throw new DataOpsException(
                ErrorIds.OrphansInTheWay, FailureKind.InvalidOperation,
                $"{homeless} nodes of {tree.Table} are not connected to the tree: closing gaps could put them below " +
                    $"others, so nothing was changed.",
                "Give them a place with -Orphan Reattach, or delete them with -Orphan Delete.", tree.Table.DisplayName);
        SqlText step = scheme.StepSql($"k.n");
        nodes.Run($"""
            with recursive k as (
              select w._key, {_path} as path, {_up} as up,
                     row_number() over (partition by {_up} order by {scheme.Order(_path)}) as n
              from {nodes.Name} w),
            t as (
              select k._key, k.path, {step} collate "C" as new from k where k.up = ''
              union all
              select k._key, k.path, (t.new || {step}) collate "C" from k join t on k.up = t.path)
            update {nodes.Name} w set {tree.Path!} = t.new from t where t._key = w._key and t.new <> {_path}
            """);
    }

    /// <summary>Counts depth and children, and what else hangs on the places.</summary>
    public void Complete()
    {
        Column depth = tree.Depth!;
        Column children = tree.NumChild!;
        SqlText counted = placed?.Strangers is { Length: > 0 } strangers
            ? (SqlText)$"case when w._key = any({strangers}) then w.{children} else coalesce(k.children, 0) end"
            : (SqlText)$"coalesce(k.children, 0)";
        nodes.Run($"""
            update {nodes.Name} n set {depth} = k.depth, {children} = k.children
            from (select w.ctid as place, {_depth} as depth, {counted} as children
                  from {nodes.Name} w
                  left join (select {_up} as path, count(*) as children
                    from {nodes.Name} w where length({_path}) > {_step} group by 1) k on k.path = {_path}
                  where {_isPath} and (w.{depth} <> {_depth} or w.{children} <> {counted})) k
            where n.ctid = k.place
            """);
        placed?.Complete(nodes);
        nodes.KeepChanged();
    }

    private DetachedNode[] ReadHomeless()
    {
        SqlText url = placed is null ? (SqlText)$"null::text" : (SqlText)$"w.url_path";
        return [.. session.Read(
            $"""
            select w._key, {_path}, {url} from {nodes.Name} w left join {_reached} r on r._key = w._key
            where r._key is null order by {_path}, w._key
            """,
            r => new DetachedNode(r.GetString(0), r.GetString(1), r.IsDBNull(2) ? null : r.GetString(2)),
            cancellation)];
    }

    // Of nodes with one path, the first is the one that has it.
    private void FindReached()
    {
        nodes.Run($"drop table if exists {_reached}");
        SqlText select = $"""
            with recursive v as materialized (
              select distinct on ({_path}) w._key, {_path} as path
              from {nodes.Name} w where {_isPath} order by {_path}, w._key),
            r as (
              select v._key, v.path from v where length(v.path) = {_step}
              union all
              select v._key, v.path from v join r on {scheme.ParentSql($"v.path")} = r.path)
            select * from r
            """;
        TemporaryTable.Create(session, _reached, select, cancellation);
    }

    private string Root() =>
        session.Query<string?>($"select min(path) from {_reached} where length(path) = {_step}", cancellation)[0] ?? "";

    private string Find(string to)
    {
        SqlText isNamed = placed?.IsNamed(to) ?? $"w._key = {SqlText.Value(to)}";
        IReadOnlyList<string> paths = session.Query<string>(
            $"""
            select r.path from {nodes.Name} w join {_reached} r on r._key = w._key
            where {isNamed} order by length(r.path), r.path
            """,
            cancellation);
        return paths.Count > 0 ? paths[0]
            : throw (placed is null ? nodes.UnknownNode(to)
                : nodes.UnknownNode(to, "Name a page's id or its url_path with -To."));
    }

    private void RequireRoom()
    {
        if (tree.Path!.Length is not { } most)
            return;
        long longest = session.Query<int?>(
            $"select max(length({_path})) from {nodes.Name} w where w._moved", cancellation)[0] ?? 0;
        if (longest > most)
            throw new DataOpsException(
                ErrorIds.PathTooLong, FailureKind.InvalidOperation,
                $"A path of {tree.Table} would have {longest} characters, and {most} are allowed: nothing was changed.",
                "Attach the nodes further up with -To.", tree.Table.DisplayName);
    }
}
