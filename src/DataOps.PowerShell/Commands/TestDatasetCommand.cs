using System.Management.Automation;
using DataOps.Core.Features.Datasets.Import;
using DataOps.Core.Features.Datasets.Testing;
using DataOps.Core.Features.Datasets.Testing.Offline;
using DataOps.Core.Postgres.Connections;

namespace DataOps.PowerShell.Commands;

/// <summary>Tests whether a dataset file can be loaded, and shows the plan.</summary>
[CmdletOf<TestDataset>]
[OutputType(typeof(DatasetFinding), typeof(ModelPlan), typeof(DatasetContent), typeof(DatasetTest), typeof(bool))]
public sealed partial class TestDatasetCommand : InputCommand
{
    /// <summary>Only whether the file can be loaded.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    // Of several answers none is the answer: two that say false are true to an if.
    /// <inheritdoc/>
    protected override string? OfOneDatabase => Quiet ? $"-{nameof(Quiet)}" : null;

    /// <inheritdoc/>
    protected override bool TakesOtherDatabases => true;

    /// <inheritdoc/>
    protected override void Process(Session session) =>
        Emit(context => new TestDataset().Run(session, Options(), context), Take);

    /// <inheritdoc/>
    protected override void ProcessOffline() => Emit(context => new TestDataset().RunOffline(Options(), context), Take);

    private void Take(IDatasetTestResult result)
    {
        if (!Quiet)
            Write(result);
        else if (result is DatasetTest test)
            WriteObject(test.IsLoadable);
    }
}
