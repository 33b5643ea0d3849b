using System.Management.Automation;
using DataOps.Core.Django.Trees;
using DataOps.Core.Features.Trees;
using DataOps.Core.Kernel;
using DataOps.Core.Postgres.Connections;
using DataOps.PowerShell.Completers;

namespace DataOps.PowerShell.Commands;

/// <summary>Finds what is wrong in trees, and in Wagtail's pages.</summary>
[Cmdlet(VerbsDiagnostic.Test, "Tree", DefaultParameterSetName = ByDatabase)]
[OutputType(typeof(Finding))]
public sealed class TestTreeCommand : InputCommand
{
    /// <summary>Tables that keep a tree, as schema.table or table.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(TableNameCompleter))]
    public string[]? Table { get; set; }

    /// <summary>Models that keep a tree, as app or app.model.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ModelNameCompleter))]
    public string[]? Model { get; set; }

    /// <summary>Problems to report.</summary>
    [Parameter]
    public TreeProblem[]? Problem { get; set; }

    /// <summary>Characters a step of treebeard's paths.</summary>
    [Parameter]
    [ValidateRange(1, 255)]
    public int? StepLength { get; set; }

    /// <summary>The alphabet of treebeard's paths.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Alphabet { get; set; }

    /// <inheritdoc/>
    protected override void Process(Session session) => EmitOnce(session, new TestTree(), new TestTreeOptions
    {
        Table = Table ?? [],
        Model = Model ?? [],
        Problem = Problem ?? [],
        StepLength = StepLength,
        Alphabet = Alphabet,
    });
}
