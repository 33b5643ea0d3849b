using DataOps.Core.Django.Trees;
using Npgsql;

namespace DataOps.Core.Features.Trees;

/// <summary>Options of <see cref="TestTree"/>. Wildcards are PowerShell's: * ? [a-z].</summary>
public sealed partial record TestTreeOptions
{
    /// <summary>Tables of trees, as table or schema.table. Default: all trees.</summary>
    [Option(Position = 0, Pipeline = true, Wildcards = true, Completes = OptionNames.TableName)]
    public IReadOnlyList<string> Table { get; init; } = [];

    /// <summary>Models of trees, as app or app.model. Default: all trees.</summary>
    [Option(Pipeline = true, Wildcards = true, Completes = OptionNames.ModelName)]
    public IReadOnlyList<string> Model { get; init; } = [];

    /// <summary>Problems to report. Default: all that break something.</summary>
    public IReadOnlyList<TreeProblem> Problem { get; init; } = [];

    /// <summary>
    /// Length of a step in treebeard's paths (steplen). Default: found from the rows; Wagtail's is always 4.
    /// </summary>
    [Range(1, 255)]
    public int? StepLength { get; init; }

    /// <summary>Alphabet of treebeard's paths. Default: found from the rows; Wagtail's is always 0-9A-Z.</summary>
    public string? Alphabet { get; init; }

    /// <summary>
    /// Columns that name a model's rows in results, as app.model=column; several joined by commas, none for no label.
    /// Default: title, name, slug, username or the like.
    /// </summary>
    [Option(Form = OptionForm.Label, Wildcards = true)]
    public IReadOnlyList<string> Label { get; init; } = [];
}

/// <summary>Finds problems of trees and of Wagtail's pages, one result per problem, in one snapshot.</summary>
/// <remarks>
/// Trees are known by their columns. One pass a kind of check, never a query a node. A check that cannot be completed
/// is a finding itself (<see cref="AuditProblem.CheckFailed"/>).
/// </remarks>
[Operation("Test", "Tree")]
public sealed class TestTree : Operation<TestTreeOptions, Finding>
{
    /// <inheritdoc/>
    protected override bool NeedsAllNames => false;

    /// <inheritdoc/>
    /// <exception cref="DataOpsException">The connection is lost.</exception>
    protected override IEnumerable<Finding> Execute(Session session, TestTreeOptions options, OperationContext context)
    {
        using NpgsqlTransaction snapshot = session.BeginSnapshot();
        ReferenceCatalog catalog = ReferenceCatalog.Read(session, withEmbedded: false, reading: context,
            labels: options.Label);
        bool withExpected = options.Problem.Contains(TreeProblem.RevisionContentType);
        using FindingLabels labels = new(session, catalog, context);
        foreach (Finding finding in Find(session, catalog, options, withExpected, context, labels))
            yield return finding;
    }

    /// <summary>
    /// Finds them in a snapshot that is the caller's, with other audits; labels of rows are read where somebody wants
    /// them.
    /// </summary>
    internal static IEnumerable<Finding> Find(
        Session session, ReferenceCatalog catalog, TestTreeOptions options, bool withExpected,
        OperationContext context, FindingLabels? labels = null)
    {
        TreeChecks.Prepare(session, context.Cancellation);
        TreeChecks checks = new(session, catalog, options.StepLength, options.Alphabet, context)
        {
            WithExpected = withExpected,
        };
        Check check = new(session, Audit.Tree, context);
        IReadOnlyList<Tree> trees = TreeFilter.Select(session, catalog, options.Table, options.Model, context);
        bool IsWanted(Finding finding) => options.Problem.Count == 0
            || finding.Class is not TreeProblem problem || options.Problem.Contains(problem);
        return trees.SelectMany(tree => checks.Of(tree).SelectMany(problems =>
        {
            IEnumerable<Finding> found = check.Run(
                () => problems().Select(p => Describe(session, catalog, p)), [tree.Table],
                catalog.LabelOf(tree.Table)).Where(IsWanted);
            return labels?.AddTo(found) ?? found;
        }));
    }

    private static Finding Describe(Session session, ReferenceCatalog catalog, Problem p) => new()
    {
        Server = session.Server,
        Database = session.Database,
        Severity = p.Severity,
        Audit = Audit.Tree,
        Class = p.Class,
        Model = catalog.LabelOf(p.Table),
        Table = p.Table.DisplayName,
        Key = p.Key,
        Column = p.Column,
        Problem = p.Sentence ?? Text(p),
        Remedy = Remedy(p),
        Value = p.Value,
        Expected = p.Expected,
    };

    private static string Text(Problem p)
    {
        string row = p.Key is null ? p.Column : $"{p.Column} of {p.Key}";
        string expected = p.Expected is null ? "" : $" and should be {Shown(p.Expected)}";
        string value = p.Value is null ? "NULL" : Shown(p.Value);
        return $"{row} is {value}{expected}{(p.Note is null ? "" : $": {p.Note}")}";
    }

    private static string Shown(string value) => value.Length == 0 ? "empty" : value;

    // What a repair of trees does without being asked, what it does when asked by name, and what only a person can
    // decide.
    private static string Remedy(Problem p) => p.Class switch
    {
        TreeProblem.Orphan or TreeProblem.BelowOrphan or TreeProblem.Cycle or TreeProblem.Alphabet
            or TreeProblem.Length or TreeProblem.Duplicate =>
            $"Repair-Tree -Table {p.Table} -Orphan Reattach -WhatIf",
        TreeProblem.MissingSpecific or TreeProblem.StraySpecific =>
            $"Repair-Tree -Table {p.Table} -MissingSpecific FromRevision -WhatIf",
        TreeProblem.Slug => $"Repair-Tree -Table {p.Table} -DuplicateSlug Suffix -WhatIf",
        TreeProblem.Step or TreeProblem.Full or TreeProblem.Order => $"Repair-Tree -Table {p.Table} -Compact -WhatIf",
        TreeProblem.Collation or TreeProblem.Translation or TreeProblem.Site or TreeProblem.LostParent
            or TreeProblem.RevisionObject or TreeProblem.RevisionContentType or TreeProblem.Derived
            or TreeProblem.Closure or TreeProblem.Parent =>
            $"Test-Tree -Table {p.Table} -Problem {p.Class}",
        TreeProblem.Root or TreeProblem.ContentType when p.Expected is null =>
            $"Test-Tree -Table {p.Table} -Problem {p.Class}",
        _ => $"Repair-Tree -Table {p.Table} -WhatIf",
    };
}
