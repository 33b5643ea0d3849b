using DataOps.Core.Django.References;
using DataOps.Core.Django.Trees;
using DataOps.Core.Features.Trees;
using DataOps.Core.Kernel;
using DataOps.Core.Operations;
using DataOps.Core.Postgres.Connections;

namespace DataOps.Core.Features.Audits;

/// <summary>The problems of Test-Tree, one finding a kind of problem in a column, or one a row.</summary>
internal static class TreeAudit
{
    public static IEnumerable<DatabaseFinding> Find(Session session, ReferenceCatalog catalog, TestDatabaseOptions options, OperationContext context)
    {
        TreeChecks.Prepare(session, context.Cancellation);
        TreeChecks checks = new(session, catalog, null, null, context);
        return new TreeReader(catalog).Read().SelectMany(tree => options.Detailed
            ? checks.Find(tree).Select(p => Finding(session, catalog, p, 1, p.Key, Text(p)))
            : Sums(checks.Find(tree)).Select(s => Finding(
                session, catalog, s.First, s.Count, null, s.Count == 1 ? Text(s.First) : $"{s.Count} rows; the first: {Text(s.First)}")));
    }

    // As many sums as there are kinds of problems, however many rows have them.
    private static IEnumerable<(Problem First, long Count)> Sums(IEnumerable<Problem> problems)
    {
        Dictionary<(TreeProblem, Severity, uint, string), (Problem First, long Count)> sums = [];
        foreach (Problem problem in problems)
        {
            (TreeProblem, Severity, uint, string) kind = (problem.Class, problem.Severity, problem.Table.Oid, problem.Column);
            sums[kind] = sums.TryGetValue(kind, out (Problem First, long Count) sum) ? (sum.First, sum.Count + 1) : (problem, 1);
        }
        foreach ((Problem, long) sum in sums.Values)
            yield return sum;
    }

    private static DatabaseFinding Finding(Session session, ReferenceCatalog catalog, Problem p, long count, string? key, string text) => new(
        session.Server, session.Database, p.Severity.ToString(), nameof(Audit.Tree), p.Class.ToString(), count, catalog.LabelOf(p.Table), p.Table.DisplayName,
        p.Column, key, text, Remedy(p));

    private static string Text(Problem p)
    {
        string row = p.Key is null ? p.Column : $"{p.Column} of {p.Key}";
        string expected = p.Expected is null ? "" : $" and should be {p.Expected}";
        return $"{row} is {p.Value}{expected}{(p.Note is null ? "" : $": {p.Note}")}";
    }

    // What a repair of trees does without being asked, what it does when asked by name, and what only a person can decide.
    private static string Remedy(Problem p) => p.Class switch
    {
        TreeProblem.Orphan or TreeProblem.BelowOrphan or TreeProblem.Cycle or TreeProblem.Alphabet or TreeProblem.Length or TreeProblem.Duplicate =>
            $"Repair-Tree -Table {p.Table} -Orphan Reattach -WhatIf",
        TreeProblem.MissingSpecific or TreeProblem.StraySpecific => $"Repair-Tree -Table {p.Table} -MissingSpecific FromRevision -WhatIf",
        TreeProblem.Slug => $"Repair-Tree -Table {p.Table} -DuplicateSlug Suffix -WhatIf",
        TreeProblem.Step or TreeProblem.Full or TreeProblem.Order => $"Repair-Tree -Table {p.Table} -Compact -WhatIf",
        TreeProblem.Collation or TreeProblem.Translation or TreeProblem.Site => $"Test-Tree -Table {p.Table} -Problem {p.Class}",
        TreeProblem.Root or TreeProblem.ContentType when p.Expected is null => $"Test-Tree -Table {p.Table} -Problem {p.Class}",
        _ => $"Repair-Tree -Table {p.Table} -WhatIf",
    };
}
