using DataOps.Core.Changes;
using DataOps.Core.Django.Trees;
using DataOps.Core.Postgres.Connections;
using DataOps.Core.Postgres.Sql;
using Npgsql;

namespace DataOps.Core.Features.Trees;

/// <summary>Puts into a temporary table what counting makes of nested sets.</summary>
internal static class NestedSetsRepair
{
    /// <summary>Fills the temporary table with the rows that change.</summary>
    public static void Fill(Session session, Tree tree, NodeRows nodes, CancellationToken cancellation)
    {
        SetRow[] changed = [.. new NestedSets(session, tree, cancellation).Count()
            .Where(r => (r.TreeId, r.Left, r.Right, r.Depth) != (r.NewTreeId, r.NewLeft, r.NewRight, r.NewDepth))];
        nodes.Fill($"{tree.Key("c")} as _key");
        static NpgsqlParameter Numbers(IEnumerable<long> numbers) => new NpgsqlParameter<long[]> { TypedValue = [.. numbers] };
        nodes.Execute(
            $"""
            update {nodes.Name} w set {SqlText.Identifier(tree.TreeId!.Name)} = n.tree, {SqlText.Identifier(tree.Left!.Name)} = n.lft,
              {SqlText.Identifier(tree.Right!.Name)} = n.rgt, {SqlText.Identifier(tree.Depth!.Name)} = n.depth
            from unnest($1, $2, $3, $4, $5) n (key, tree, lft, rgt, depth) where n.key = w._key
            """,
            new NpgsqlParameter<string[]> { TypedValue = [.. changed.Select(r => r.Key)] }, Numbers(changed.Select(r => r.NewTreeId)),
            Numbers(changed.Select(r => r.NewLeft)), Numbers(changed.Select(r => r.NewRight)), Numbers(changed.Select(r => r.NewDepth)));
        nodes.KeepChanged();
    }
}
