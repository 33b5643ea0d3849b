using DataOps.Core.Django.References;
using DataOps.Core.Django.Trees;
using DataOps.Core.Kernel;
using DataOps.Core.Operations;
using DataOps.Core.Postgres.Connections;
using Npgsql;

namespace DataOps.Core.Features.Trees;

/// <summary>What <see cref="TestTree"/> looks at. Wildcards are PowerShell's: * ? [a-z].</summary>
public sealed partial record TestTreeOptions
{
    /// <summary>Tables of trees, as table or schema.table. Default: all trees.</summary>
    [Option(Position = 0, Pipeline = true, Wildcards = true, Completes = OptionNames.TableName)]
    public IReadOnlyList<string> Table { get; init; } = [];

    /// <summary>Models of trees, as app or app.model. Default: all trees.</summary>
    [Option(Pipeline = true, Wildcards = true, Completes = OptionNames.ModelName)]
    public IReadOnlyList<string> Model { get; init; } = [];

    /// <summary>Problems to report. Default: all.</summary>
    public IReadOnlyList<TreeProblem> Problem { get; init; } = [];

    /// <summary>
    /// Length of a step in treebeard's paths (steplen). Default: found from the rows; Wagtail's is always 4.
    /// </summary>
    [Range(1, 255)]
    public int? StepLength { get; init; }

    /// <summary>Alphabet of treebeard's paths. Default: found from the rows; Wagtail's is always 0-9A-Z.</summary>
    public string? Alphabet { get; init; }
}

/// <summary>Something that is wrong in a tree.</summary>
/// <param name="Server">The server.</param>
/// <param name="Database">The database.</param>
/// <param name="Severity">Error or Warning.</param>
/// <param name="Problem">What is wrong (<see cref="TreeProblem"/>).</param>
/// <param name="Table">The table.</param>
/// <param name="Model">Its model; null for a table that belongs to none.</param>
/// <param name="Key">The row's key; null where the table is meant.</param>
/// <param name="Column">The column.</param>
/// <param name="Value">What stands there.</param>
/// <param name="Expected">What should; null where that is NULL, or where only a person can say.</param>
/// <param name="Note">What else there is to know.</param>
public sealed record TreeFinding(
    string Server,
    string Database,
    string Severity,
    string Problem,
    string Table,
    string? Model,
    string? Key,
    string Column,
    string? Value,
    string? Expected,
    string? Note) : IFinding;

/// <summary>Finds what is wrong in trees, and in Wagtail's pages, in one snapshot: one result a problem, tree after tree.</summary>
/// <remarks>Trees are known by their columns. One pass a kind of check, never a query a node.</remarks>
[Operation("Test", "Tree")]
public sealed class TestTree : Operation<TestTreeOptions, TreeFinding>
{
    /// <inheritdoc/>
    /// <exception cref="DataOpsException">A name in <paramref name="options"/> matches no tree, or the server refused a query.</exception>
    protected override IEnumerable<TreeFinding> Execute(Session session, TestTreeOptions options, OperationContext context)
    {
        using NpgsqlTransaction snapshot = session.BeginSnapshot();
        TreeChecks.Prepare(session, context.Cancellation);
        ReferenceCatalog catalog = ReferenceCatalog.Read(session, withEmbedded: false);
        TreeChecks checks = new(session, catalog, options.StepLength, options.Alphabet, context);
        foreach (Tree tree in TreeFilter.Select(catalog, options.Table, options.Model))
            foreach (Problem problem in checks.Find(tree).Where(p => options.Problem.Count == 0 || options.Problem.Contains(p.Class)))
                yield return Describe(session, catalog, problem);
    }

    private static TreeFinding Describe(Session session, ReferenceCatalog catalog, Problem p) => new(
        session.Server, session.Database, p.Severity.ToString(), p.Class.ToString(), p.Table.DisplayName, catalog.LabelOf(p.Table), p.Key, p.Column, p.Value,
        p.Expected, p.Note);
}
