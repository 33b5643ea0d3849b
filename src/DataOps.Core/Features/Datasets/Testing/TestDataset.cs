using DataOps.Core.Changes;
using DataOps.Core.Features.Datasets.Import;
using DataOps.Core.Features.Datasets.Testing.Offline;
using DataOps.Core.Files;
using DataOps.Core.Kernel;
using DataOps.Core.Operations;
using DataOps.Core.Postgres.Connections;

namespace DataOps.Core.Features.Datasets.Testing;

/// <summary>What <see cref="TestDataset"/> looks at, and how it would be loaded.</summary>
public sealed record TestDatasetOptions
{
    /// <summary>The file: Django's JSON, JSONL, XML or YAML, compressed with gzip, bzip2, xz or zip or not; - for the standard input.</summary>
    public string Path { get; init; } = "";

    /// <summary>Look at the file alone: no database is opened.</summary>
    public bool Offline { get; init; }

    /// <summary>The file's format; by its ending or its content when absent.</summary>
    public DatasetFormat? Format { get; init; }

    /// <summary>JSON fields whose texts are the JSON of Wagtail's StreamFields, as app.model.field; without it, texts of lists of blocks are.</summary>
    public IReadOnlyList<string> StreamField { get; init; } = [];

    /// <summary>JSON fields whose texts are texts, whatever they look like, as app.model.field.</summary>
    public IReadOnlyList<string> JsonField { get; init; } = [];

    /// <summary>
    /// Natural keys that the application defines, besides those of Django, Wagtail and taggit: blog.author=slug, with several fields
    /// blog.post=slug+author.name; nothing behind the sign for a model that has none.
    /// </summary>
    public IReadOnlyList<string> NaturalKey { get; init; } = [];

    /// <summary>What would be done about rows of the database that are in the way of the file's.</summary>
    public OnConflict OnConflict { get; init; }

    /// <summary>What would be done about references whose target is neither in the file nor in the database.</summary>
    public OnMissingReference? OnMissingReference { get; init; }

    /// <summary>
    /// The most that specs of the file may delete: a number of rows, or a percentage of the rows in each one's scope, as 10%; 50% when absent.
    /// </summary>
    public string? MaxDelete { get; init; }

    /// <summary>Let a file delete although a newer one has been loaded with the same specs.</summary>
    public bool AllowOlder { get; init; }

    /// <summary>What would be done about rows that depend on rows to be deleted, where nothing tells what the application would do.</summary>
    public OnDependent OnDependent { get; init; }

    /// <summary>What would be done about fields that an object of the file lacks.</summary>
    public MissingField MissingField { get; init; }
}

/// <summary>Says whether a dataset file can be loaded and what would happen, or, without a database, whether it is whole and what is in it.</summary>
/// <remarks>Against a database this is the plan of <see cref="ImportDataset"/>, in a transaction that is rolled back.</remarks>
[Operation("Test", "Dataset")]
public sealed class TestDataset : IOfflineOperation<TestDatasetOptions, IDatasetTestResult>
{
    /// <inheritdoc/>
    public bool IsOffline(TestDatasetOptions options) => options.Offline;

    /// <inheritdoc/>
    /// <exception cref="DataOpsException">The file cannot be opened, or an option is wrong; what is wrong in the file is a result.</exception>
    public IEnumerable<IDatasetTestResult> Run(Session session, TestDatasetOptions options, OperationContext context) =>
        options.Offline ? RunOffline(options, context) : new LoadTest(session, options, context).Run();

    /// <inheritdoc/>
    /// <exception cref="DataOpsException">The file cannot be opened, or an option is wrong; what is wrong in the file is a result.</exception>
    public IEnumerable<IDatasetTestResult> RunOffline(TestDatasetOptions options, OperationContext context)
    {
        foreach (IDatasetTestResult result in new OfflineTest(FixtureFile.Of(options.Path, options.Format), options.NaturalKey, context).Run())
            yield return result;
    }
}
