namespace DataOps.Core.Django.Trees;

/// <summary>
/// Checks a materialised-path tree: one pass for the nodes, and further ones only where something was found.
/// </summary>
/// <param name="session">The session.</param>
/// <param name="tree">The tree.</param>
/// <param name="scheme">How its paths are written.</param>
/// <param name="differs">What else a node c can have that does not follow from its parent p, as SQL, to be asked in the
/// same pass; null without.</param>
/// <param name="cancellation">Cancels the query that runs.</param>
internal sealed class PathTreeCheck(
    Session session, Tree tree, PathScheme scheme, SqlText? differs, CancellationToken cancellation)
{
    private readonly Table _table = tree.Table;
    private readonly SqlText _path = tree.PathOf("c");
    private readonly int _step = scheme.StepLength;
    private readonly bool _isUnique = tree.Table.UniqueKeys.Any(k => k.Count == 1 && k[0] == tree.Path!.Name);

    /// <summary>Whether a node may differ from its parent; known when the problems have been read.</summary>
    public bool MayDiffer { get; private set; }

    /// <summary>The problems, in the order of the paths.</summary>
    public IEnumerable<Problem> Find()
    {
        bool hasOrphans = false;
        bool hasOddPaths = false;
        List<Node> roots = [];
        // Which of several rows with one path is the parent, nobody knows.
        MayDiffer = differs is not null && !_isUnique;
        foreach (Node node in Odd())
        {
            hasOrphans |= node is { IsValid: true, HasParent: false };
            hasOddPaths |= !node.IsInAlphabet;
            MayDiffer |= node.Differs;
            if (node.IsValid && node.Path.Length == _step)
                roots.Add(node);
            foreach (Problem problem in Of(node))
                yield return problem;
        }
        // Two paths of a unique column that differ in case only are not both written in the alphabet.
        bool mayRepeat = !_isUnique || (scheme.HasOneCase && hasOddPaths);
        foreach (Problem problem in (hasOrphans ? Below() : []).Concat(mayRepeat ? Duplicates() : []).Concat(
            Roots(roots)).Concat(Collation()))
            yield return problem;
    }

    // Where a tree has one root, its roots are odd as well: they are few, and all but the first too many.
    private IEnumerable<Node> Odd()
    {
        SqlText depth = tree.Depth!.In("c");
        SqlText children = tree.NumChild!.In("c");
        SqlText parents =
            _isUnique ? _table.Sql : (SqlText)$"(select distinct on ({_path}) c.* from {_table} c order by {_path})";
        SqlText parent = tree.PathOf("p");
        SqlText last = $"right({_path}, {_step})";
        SqlText root = tree.HasOneRoot ? (SqlText)$" or length({_path}) = {_step}" : SqlText.Empty;
        SqlText other = differs ?? $"false";
        return session.Read(
            $"""
            select {tree.Key("c")}, {_path}, {depth}::int8, {children}::int8, {scheme.IsInAlphabet(_path)},
              {parent} is not null, coalesce(k.children, 0), coalesce({other}, false)
            from {_table} c
            left join {parents} p on length({_path}) > {_step} and {parent} = {scheme.ParentSql(_path)}
            left join (select {scheme.ParentSql(_path)} as path, count(*) as children
              from {_table} c where length({_path}) > {_step} group by 1) k on k.path = {_path}
            where not {scheme.IsInAlphabet(_path)} or length({_path}) % {_step} <> 0 or {_path} = ''
              or (length({_path}) > {_step} and {parent} is null)
              or {depth} <> {scheme.DepthSql(_path)} or {children} <> coalesce(k.children, 0)
              or {last} = {SqlText.Value(scheme.Zero)} or {last} = {SqlText.Value(scheme.Last)}{root}
              or {other}
            order by {_path}, {tree.KeyOrder("c")}
            """,
            r => new Node(
                r.GetString(0), r.GetString(1), r.GetInt64(2), r.GetInt64(3), r.GetBoolean(4), r.GetBoolean(5),
                r.GetInt64(6), r.GetBoolean(7), _step),
            cancellation);
    }

    private IEnumerable<Problem> Of(Node node)
    {
        string path = tree.Path!.Name;
        if (!node.IsInAlphabet)
        {
            yield return Problem(TreeProblem.Alphabet, node.Key, path, node.Path, null,
                $"characters other than {Characters}; it has no place in the tree");
            yield break;
        }
        if (node.Path.Length % _step != 0 || node.Path.Length == 0)
        {
            yield return Problem(TreeProblem.Length, node.Key, path, node.Path, null,
                $"it has {node.Path.Length} characters, and a path has {_step} a level; it has no place in the tree");
            yield break;
        }
        if (!node.HasParent)
            yield return Problem(
                TreeProblem.Orphan, node.Key, path, node.Path, null, $"no row has the path {scheme.Parent(node.Path)}");
        if (node.Depth != scheme.Depth(node.Path))
            yield return Problem(
                TreeProblem.Depth, node.Key, tree.Depth!.Name, $"{node.Depth}", $"{scheme.Depth(node.Path)}");
        if (node.NumChild != node.Children)
            yield return Problem(
                TreeProblem.NumChild, node.Key, tree.NumChild!.Name, $"{node.NumChild}", $"{node.Children}");
        if (node.Path.EndsWith(scheme.Zero, StringComparison.Ordinal))
            yield return Problem(
                TreeProblem.Step, node.Key, path, node.Path, null, "steps count from 1", Severity.Warning);
        if (node.Path.EndsWith(scheme.Last, StringComparison.Ordinal))
            yield return Problem(TreeProblem.Full, node.Key, path, node.Path, null,
                "the last step is taken: no sibling can be added behind it", Severity.Warning);
    }

    // Every prefix of a path is the path of an ancestor.
    private IEnumerable<Problem> Below() => session.Read(
        $"""
        with lost as materialized (
          select {_path} as path from {_table} c where {scheme.HasParent(_path)}
          and not exists (select 1 from {_table} p where {tree.PathOf("p")} = {scheme.ParentSql(_path)}))
        select {tree.Key("c")}, {_path}, min(l.path)
        from {_table} c cross join lateral generate_series({_step}, length({_path}) - {_step}, {_step}) n
            join lost l on l.path = left({_path}, n)
        where length({_path}) % {_step} = 0 and {scheme.IsInAlphabet(_path)} and {_path} not in (select path from lost)
        group by 1, 2 order by 2
        """,
        r => Problem(TreeProblem.BelowOrphan, r.GetString(0), tree.Path!.Name, r.GetString(1), null,
            $"below the orphan {r.GetString(2)}"),
        cancellation);

    private IEnumerable<Problem> Duplicates()
    {
        SqlText same = scheme.HasOneCase ? (SqlText)$"upper({_path})" : _path;
        // The first keeps its path: the one that is written in the alphabet's own case.
        return session.Read(
            $"""
            select d.key, d.path, d.first_key, d.first_path
            from (select {tree.Key("c")} as key, {_path} as path, row_number() over w as number,
                    first_value({tree.Key("c")}) over w as first_key, first_value({_path}) over w as first_path
                  from {_table} c where {same} in (select {same} from {_table} c group by 1 having count(*) > 1)
                  window w as (
                    partition by {same} order by {scheme.IsInAlphabet(_path)} desc, {_path}, {tree.KeyOrder("c")})) d
            where d.number > 1 order by d.path, d.number
            """,
            r => Problem(
                TreeProblem.Duplicate, r.GetString(0), tree.Path!.Name, r.GetString(1), null,
                r.GetString(1) == r.GetString(3)
                    ? $"{r.GetString(2)} has the same"
                    : $"{r.GetString(2)} has {r.GetString(3)}, which differs in case only"),
            cancellation);
    }

    private IEnumerable<Problem> Roots(List<Node> roots) => !tree.HasOneRoot ? [] : roots.Skip(1).Select(
        r => Problem(TreeProblem.Root, r.Key, tree.Path!.Name, r.Path, null,
            "a second root: Wagtail takes the first for the only one", Severity.Warning));

    private IEnumerable<Problem> Collation()
    {
        Column column = tree.Path!;
        string[] order = [.. session.Read(
            $"""
            select string_agg(c, '' order by c) from (
              select {column} as c from {_table} where false union all select d
                from unnest(string_to_array({SqlText.Value(string.Join('\u0001', scheme.Alphabet.ToCharArray()))},
                    chr(1))) d) x
            """,
            r => r.GetString(0), cancellation)];
        if (order[0] == scheme.Alphabet)
            return [];
        bool isWrong = session.Query<bool>(
            $"""
            select exists (select 1 from (
              select {scheme.Order(_path)} as p, lag({scheme.Order(_path)}) over (order by c.{column}) as before
              from {_table} c where {scheme.IsInAlphabet(_path)}) x where before > p)
            """, cancellation)[0];
        return [new Problem(
            TreeProblem.Collation, isWrong ? Severity.Error : Severity.Warning, tree.Table, null, column.Name,
            column.Collation ?? "the database's", "C",
            isWrong ? "rows come out in another order than the tree's"
                : $"the alphabet's characters sort as {order[0]}")];
    }

    private string Characters => scheme.Alphabet == PathScheme.Wagtail.Alphabet ? "0-9A-Z" : scheme.Alphabet;

    private Problem Problem(TreeProblem @class, string key, string column, string? value, string? expected,
        string? note = null, Severity severity = Severity.Error) =>
        new(@class, severity, tree.Table, key, column, value, expected, note);

    private sealed record Node(string Key, string Path, long Depth, long NumChild, bool IsInAlphabet, bool HasParentRow,
        long Children, bool Differs, int Step)
    {
        public bool IsValid => IsInAlphabet && Path.Length % Step == 0 && Path.Length > 0;

        public bool HasParent => HasParentRow || Path.Length <= Step;
    }
}
