using DataOps.Core.Features.Datasets.Import;
using DataOps.Core.Features.Datasets.Testing.Offline;
using DataOps.Core.Files;

namespace DataOps.Core.Features.Datasets.Testing;

/// <summary>Options of <see cref="TestDataset"/>.</summary>
[WithoutOptionsOf(typeof(ChangeOptions))]
public sealed partial record TestDatasetOptions : LoadOptions
{
    /// <summary>Options of a load that is planned and taken back.</summary>
    public TestDatasetOptions() => WhatIf = true;

    /// <summary>Test the file alone, without a database.</summary>
    [Option(Offline = true)]
    public bool Offline { get; init; }
}

/// <summary>
/// Tests whether a dataset file can be loaded, and shows the plan; with -Offline tests the file alone and shows its
/// content.
/// </summary>
/// <remarks>
/// Against a database this is the plan of <see cref="ImportDataset"/>, in a transaction that is rolled back.
/// </remarks>
[Operation("Test", "Dataset")]
public sealed class TestDataset : OfflineOperation<TestDatasetOptions, IDatasetTestResult>
{
    /// <inheritdoc/>
    public override bool IsOffline(TestDatasetOptions options) => options.Offline;

    /// <inheritdoc/>
    /// <exception cref="DataOpsException">The file cannot be opened, or an option is wrong; what is wrong in the file
    /// is a result.</exception>
    protected override IEnumerable<IDatasetTestResult> Execute(
        Session session, TestDatasetOptions options, OperationContext context) =>
        options.Offline ? ExecuteOffline(options, context) : new LoadTest(session, options, context).Run();

    /// <inheritdoc/>
    /// <exception cref="DataOpsException">The file cannot be opened, or an option is wrong; what is wrong in the file
    /// is a result.</exception>
    protected override IEnumerable<IDatasetTestResult> ExecuteOffline(
        TestDatasetOptions options, OperationContext context)
    {
        foreach (IDatasetTestResult result in new OfflineTest(
            FixtureFile.Of(options.Path, options.Format), options, context).Run())
            yield return result;
    }
}
