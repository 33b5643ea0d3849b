using System.Diagnostics;
using DataOps.Core.Changes;
using DataOps.Core.Changes.UndoFiles;
using DataOps.Core.Django.Knowledge;
using DataOps.Core.Django.References;
using DataOps.Core.Django.Trees;
using DataOps.Core.Kernel;
using DataOps.Core.Operations;
using DataOps.Core.Postgres.Connections;
using Npgsql;

namespace DataOps.Core.Features.Trees;

/// <summary>Repairs trees, and what Wagtail derives from its pages' places, in one transaction under a lock of the tables.</summary>
/// <remarks>
/// By default only what follows from other rows is written: depth, number of children, url_path, mptt's and nested sets' numbers, content types and pointers to
/// revisions. No node is deleted unless that is asked for.
/// </remarks>
[Operation("Repair", "Tree")]
public sealed class RepairTree : Operation<RepairTreeOptions, IChangeResult>
{
    private const string Name = "Repair-Tree";

    /// <inheritdoc/>
    /// <exception cref="DataOpsException">A name matches no tree, something cannot be done as it was asked for, or others hold the table: nothing is
    /// changed.</exception>
    protected override IEnumerable<IChangeResult> Execute(Session session, RepairTreeOptions options, OperationContext context)
    {
        Stopwatch watch = Stopwatch.StartNew();
        string? undo = UndoPlace.Of(options, session.Database, Name);
        ReferenceCatalog catalog = ReferenceCatalog.Read(session, withEmbedded: false);
        TreeChecks checks = new(session, catalog, options.StepLength, options.Alphabet, context);
        IReadOnlyList<Tree> selected = TreeFilter.Select(catalog, options.Table, options.Model);
        Tree[] odd = options.WhatIf || options.Compact ? [.. selected] : [.. selected.Where(t => IsOdd(session, checks, t, context.Cancellation))];
        using NpgsqlTransaction transaction = session.Connection.BeginTransaction(System.Data.IsolationLevel.ReadCommitted);
        TreeChecks.Prepare(session, context.Cancellation);
        using ChangeSet changes = new(session, Name, context.Cancellation);
        IReadOnlyList<(Tree Tree, IReadOnlyList<Problem> Problems)> trees = Find(session, checks, odd, options, context.Cancellation);
        TreeRepairRun run = new(session, catalog, options, changes, context);
        run.Plan(trees);
        IReadOnlyList<TableChangeSummary> plan = TableChangeSummary.Of(session, catalog, changes, context.Cancellation);
        foreach (TableChangeSummary table in options.WhatIf || options.Detailed ? plan : [])
            yield return table;
        foreach (RowChange row in options.Detailed ? run.DescribeRows() : [])
            yield return row;
        string? undoPath = null;
        long? remaining = options.WhatIf ? null : trees.Sum(t => t.Problems.Count);
        bool goes = !options.WhatIf && plan.Count > 0;
        if (goes)
        {
            context.Report("Changing", 0, changes.Planned);
            changes.Lock();
            run.Apply();
            remaining = trees.Sum(t => (long)checks.Find(t.Tree).Count());
            undoPath = undo is null ? null : changes.WriteUndo(undo);
            changes.Commit(transaction);
        }
        long rows = plan.Sum(t => t.Rows);
        Afterwards stale = Afterwards.Of(catalog, [.. plan.Select(t => t.Model).OfType<string>()], []);
        if (goes)
            stale.Warn(context);
        yield return new RepairTreeResult
        {
            Server = session.Server,
            Database = session.Database,
            Operation = Name,
            Changed = goes,
            Count = goes ? rows : 0,
            WouldChange = rows,
            Deleted = plan.Sum(t => t.Delete),
            Updated = plan.Sum(t => t.Update),
            Inserted = plan.Sum(t => t.Insert),
            Stale = stale.What,
            Afterwards = stale.Commands,
            UndoPath = undoPath,
            Duration = Math.Round(watch.Elapsed.TotalSeconds, 3),
            Problems = trees.Sum(t => t.Problems.Count),
            Remaining = remaining,
            Reattached = run.Reattached,
        };
    }

    // Healthy trees are neither locked nor touched; the first problem is enough to know that one is not, and ends the search.
    private static bool IsOdd(Session session, TreeChecks checks, Tree tree, CancellationToken cancellation)
    {
        using NpgsqlTransaction snapshot = session.BeginSnapshot();
        TreeChecks.Prepare(session, cancellation);
        return checks.Find(tree).Any();
    }

    // All problems of a tree are looked for once, under its lock; a plan that is only told needs none.
    private static List<(Tree Tree, IReadOnlyList<Problem> Problems)> Find(
        Session session, TreeChecks checks, IReadOnlyList<Tree> odd, RepairTreeOptions options, CancellationToken cancellation)
    {
        List<(Tree Tree, IReadOnlyList<Problem> Problems)> trees = [];
        foreach (Tree tree in odd)
        {
            if (!options.WhatIf)
                session.Execute($"lock table {tree.Table.Sql} in share row exclusive mode", cancellation);
            Problem[] problems = [.. checks.Find(tree)];
            if (problems.Length > 0 || options.Compact)
                trees.Add((tree, problems));
        }
        return trees;
    }
}
