using DataOps.Core.Changes.UndoFiles;
using DataOps.Core.Django.Trees;
using Npgsql;

namespace DataOps.Core.Features.Trees;

/// <summary>
/// Repairs trees and the columns that Wagtail derives from them, in one transaction under a lock of the tables.
/// </summary>
/// <remarks>
/// By default only what follows from other rows is written: depth, number of children, url_path, mptt's and nested
/// sets' numbers, content types and pointers to revisions. No node is deleted unless that is asked for.
/// </remarks>
[Operation("Repair", "Tree")]
public sealed class RepairTree : Operation<RepairTreeOptions, IChangeResult>
{
    private const string Name = "Repair-Tree";

    /// <inheritdoc/>
    /// <exception cref="DataOpsException">A name matches no tree, something cannot be done as it was asked for, or
    /// others hold the table: nothing is changed.</exception>
    protected override IEnumerable<IChangeResult> Execute(
        Session session, RepairTreeOptions options, OperationContext context)
    {
        ChangeWay way = ChangeWay.For(session, Name, options);
        ReferenceCatalog catalog = ReferenceCatalog.Read(session, withEmbedded: false);
        TreeChecks checks = new(session, catalog, options.StepLength, options.Alphabet, context);
        IReadOnlyList<Tree> selected = TreeFilter.Select(session, catalog, options.Table, options.Model, context);
        Tree[] odd =
            [.. selected.Where(
                t => options.WhatIf || options.Compact || options.Whole is not null
                    || IsOdd(session, checks, t, context.Cancellation))];
        using ChangeRun change = new(session, catalog, Name, way, context);
        TreeChecks.Prepare(session, context.Cancellation);
        IReadOnlyList<(Tree Tree, IReadOnlyList<Problem> Problems)> trees = Find(checks, change, odd, options);
        TreeRepairRun run = new(session, catalog, options, change, context);
        run.Plan(trees);
        change.Count();
        foreach (IChangeResult told in change.Report(options, []))
            yield return told;
        long found = trees.Sum(t => t.Problems.Count);
        long remaining = found;
        change.Verify(() => remaining = trees.Sum(t => (long)checks.Find(t.Tree).Count()));
        ChangeResult done = change.Finish();
        yield return done.With(
            new RepairTreeResult { Problems = found, Remaining = remaining, Reattached = run.Reattached });
    }

    // Healthy trees are neither locked nor touched; the first problem is enough to know that one is not, and ends the
    // search.
    private static bool IsOdd(Session session, TreeChecks checks, Tree tree, CancellationToken cancellation)
    {
        using NpgsqlTransaction snapshot = session.BeginSnapshot();
        TreeChecks.Prepare(session, cancellation);
        return checks.Find(tree).Any();
    }

    // All problems of a tree are looked for once, under its lock; a plan that is only told needs none.
    private static List<(Tree Tree, IReadOnlyList<Problem> Problems)> Find(
        TreeChecks checks, ChangeRun change, IReadOnlyList<Tree> odd, RepairTreeOptions options)
    {
        List<(Tree Tree, IReadOnlyList<Problem> Problems)> trees = [];
        foreach (Tree tree in odd)
        {
            change.LockTable(tree.Table);
            Problem[] problems = [.. checks.Find(tree)];
            if (problems.Length > 0 || options.Compact)
                trees.Add((tree, problems));
        }
        return trees;
    }
}
