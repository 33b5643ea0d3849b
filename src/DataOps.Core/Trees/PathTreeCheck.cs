using DataOps.Core.Catalog;
using DataOps.Core.Connections;

namespace DataOps.Core.Trees;

/// <summary>Checks a materialised-path tree: one pass for the nodes, and further ones only where something was found.</summary>
internal sealed class PathTreeCheck(Session session, Tree tree, PathScheme scheme, CancellationToken cancellation)
{
    private readonly string _table = tree.Table.Sql;
    private readonly string _path = tree.PathOf("c");
    private readonly int _step = scheme.StepLength;

    /// <summary>The problems, in the order of the paths.</summary>
    public IEnumerable<Problem> Find()
    {
        bool hasOrphans = false;
        foreach (Node node in Odd())
        {
            hasOrphans |= node is { IsValid: true, HasParent: false };
            foreach (Problem problem in Of(node))
                yield return problem;
        }
        foreach (Problem problem in (hasOrphans ? Below() : []).Concat(Duplicates()).Concat(Roots()).Concat(Collation()))
            yield return problem;
    }

    private IEnumerable<Node> Odd()
    {
        string depth = $"c.{Sql.Identifier(tree.Depth!.Name)}";
        string children = $"c.{Sql.Identifier(tree.NumChild!.Name)}";
        string parents = tree.Table.UniqueKeys.Any(k => k.Count == 1 && k[0] == tree.Path!.Name)
            ? $"(select {_path} as path from {_table} c)"
            : $"(select {_path} as path from {_table} c group by 1)";
        string last = $"right({_path}, {_step})";
        return session.Stream(
            $"""
            select {tree.Key("c")}, {_path}, {depth}::int8, {children}::int8, {scheme.IsInAlphabet(_path)}, p.path is not null, coalesce(k.children, 0)
            from {_table} c
            left join {parents} p on length({_path}) > {_step} and p.path = left({_path}, -{_step})
            left join (select left({_path}, -{_step}) as path, count(*) as children from {_table} c where length({_path}) > {_step}
              group by 1) k on k.path = {_path}
            where not {scheme.IsInAlphabet(_path)} or length({_path}) % {_step} <> 0 or {_path} = '' or (length({_path}) > {_step} and p.path is null)
            or {depth} <> length({_path}) / {_step} or {children} <> coalesce(k.children, 0)
            or {last} = {Sql.Literal(scheme.Zero)} or {last} = {Sql.Literal(scheme.Last)}
            order by {_path}, {tree.KeyOrder("c")}
            """,
            r => new Node(r.GetString(0), r.GetString(1), r.GetInt64(2), r.GetInt64(3), r.GetBoolean(4), r.GetBoolean(5), r.GetInt64(6), _step),
            cancellation);
    }

    private IEnumerable<Problem> Of(Node node)
    {
        string path = tree.Path!.Name;
        if (!node.IsInAlphabet)
        {
            yield return Problem(TreeProblem.Alphabet, node.Key, path, node.Path, null, $"characters other than {Characters}; it has no place in the tree");
            yield break;
        }
        if (node.Path.Length % _step != 0 || node.Path.Length == 0)
        {
            yield return Problem(TreeProblem.Length, node.Key, path, node.Path, null,
                $"{node.Path.Length} characters, in steps of {_step}; it has no place in the tree");
            yield break;
        }
        if (!node.HasParent)
            yield return Problem(TreeProblem.Orphan, node.Key, path, node.Path, null, $"no row has the path {node.Path[..^_step]}");
        if (node.Depth != node.Path.Length / _step)
            yield return Problem(TreeProblem.Depth, node.Key, tree.Depth!.Name, $"{node.Depth}", $"{node.Path.Length / _step}");
        if (node.NumChild != node.Children)
            yield return Problem(TreeProblem.NumChild, node.Key, tree.NumChild!.Name, $"{node.NumChild}", $"{node.Children}");
        if (node.Path.EndsWith(scheme.Zero, StringComparison.Ordinal))
            yield return Problem(TreeProblem.Step, node.Key, path, node.Path, null, "steps count from 1", Severity.Warning);
        if (node.Path.EndsWith(scheme.Last, StringComparison.Ordinal))
            yield return Problem(TreeProblem.Full, node.Key, path, node.Path, null, "the last step is taken: no sibling can be added behind it",
                Severity.Warning);
    }

    // Every prefix of a path is the path of an ancestor.
    private IEnumerable<Problem> Below() => session.Stream(
        $"""
        with lost as materialized (
          select {_path} as path from {_table} c where length({_path}) > {_step} and length({_path}) % {_step} = 0 and {scheme.IsInAlphabet(_path)}
          and not exists (select 1 from {_table} p where {tree.PathOf("p")} = left({_path}, -{_step})))
        select {tree.Key("c")}, {_path}, min(l.path)
        from {_table} c cross join lateral generate_series({_step}, length({_path}) - {_step}, {_step}) n join lost l on l.path = left({_path}, n)
        where length({_path}) % {_step} = 0 and {scheme.IsInAlphabet(_path)} and {_path} not in (select path from lost)
        group by 1, 2 order by 2
        """,
        r => Problem(TreeProblem.BelowOrphan, r.GetString(0), tree.Path!.Name, r.GetString(1), null, $"below the orphan {r.GetString(2)}"),
        cancellation);

    private IEnumerable<Problem> Duplicates()
    {
        bool isUnique = tree.Table.UniqueKeys.Any(k => k.Count == 1 && k[0] == tree.Path!.Name);
        if (isUnique && !scheme.HasOneCase)
            return [];
        string same = scheme.HasOneCase ? $"upper({_path})" : _path;
        // The first keeps its path: the one that is written in the alphabet's own case.
        return session.Stream(
            $"""
            select d.key, d.path, d.first_key, d.first_path
            from (select {tree.Key("c")} as key, {_path} as path, first_value({tree.Key("c")}) over w as first_key, first_value({_path}) over w as first_path,
                         row_number() over w as number, {same} as same, {_path} as sort
                  from {_table} c
                  where {same} in (select {same} from {_table} c group by 1 having count(*) > 1)
                  window w as (partition by {same} order by {scheme.IsInAlphabet(_path)} desc, {_path}, {tree.KeyOrder("c")})) d
            where d.number > 1 order by d.sort, d.number
            """,
            r => Problem(
                TreeProblem.Duplicate, r.GetString(0), tree.Path!.Name, r.GetString(1), null,
                r.GetString(1) == r.GetString(3) ? $"{r.GetString(2)} has the same" : $"{r.GetString(2)} has {r.GetString(3)}, which differs in case only"),
            cancellation);
    }

    private IEnumerable<Problem> Roots() => !tree.HasOneRoot ? [] : session.Stream(
        $"""
        select {tree.Key("c")}, {_path} from {_table} c where length({_path}) = {_step} and {scheme.IsInAlphabet(_path)}
        order by {scheme.Order(_path)}, {tree.KeyOrder("c")} offset 1
        """,
        r => Problem(TreeProblem.Root, r.GetString(0), tree.Path!.Name, r.GetString(1), null, "a second root: Wagtail takes the first for the only one",
            Severity.Warning),
        cancellation);

    private IEnumerable<Problem> Collation()
    {
        string column = Sql.Identifier(tree.Path!.Name);
        string[] order = [.. session.Stream(
            $"""
            select string_agg(c, '' order by c) from (
              select {column} as c from {_table} where false union all select d
                from unnest(string_to_array({Sql.Literal(string.Join('\u0001', scheme.Alphabet.ToCharArray()))}, chr(1))) d) x
            """,
            r => r.GetString(0), cancellation)];
        if (order[0] == scheme.Alphabet)
            return [];
        bool isWrong = session.List<bool>(
            $"""
            select exists (select 1 from (
              select {scheme.Order(_path)} as p, lag({scheme.Order(_path)}) over (order by c.{column}) as before from {_table} c
                where {scheme.IsInAlphabet(_path)}) x where before > p)
            """, cancellation: cancellation)[0];
        return [new Problem(
            TreeProblem.Collation, isWrong ? Severity.Error : Severity.Warning, tree.Table, null, tree.Path.Name, tree.Path.Collation ?? "the database's", "C",
            isWrong ? "rows come out in another order than the tree's" : $"the alphabet's characters sort as {order[0]}")];
    }

    private string Characters => scheme.Alphabet == PathScheme.Default.Alphabet ? "0-9A-Z" : scheme.Alphabet;

    private Problem Problem(TreeProblem @class, string key, string column, string? value, string? expected, string? note = null,
        Severity severity = Severity.Error) =>
        new(@class, severity, tree.Table, key, column, value, expected, note);

    private sealed record Node(string Key, string Path, long Depth, long NumChild, bool IsInAlphabet, bool HasParentRow, long Children, int Step)
    {
        public bool IsValid => IsInAlphabet && Path.Length % Step == 0 && Path.Length > 0;

        public bool HasParent => HasParentRow || Path.Length <= Step;
    }
}
