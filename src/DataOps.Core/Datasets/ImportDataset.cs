using System.Diagnostics;
using DataOps.Core.Catalog;
using DataOps.Core.Connections;
using Npgsql;

namespace DataOps.Core.Datasets;

/// <summary>What <see cref="ImportDataset"/> loads.</summary>
public sealed record ImportDatasetOptions
{
    /// <summary>The file: Django's JSON, JSONL, XML or YAML, compressed with gzip, bzip2, xz or zip or not; - for the standard input.</summary>
    public string Path { get; init; } = "";

    /// <summary>The file's format; by its ending or its content when absent.</summary>
    public DatasetFormat? Format { get; init; }

    /// <summary>JSON fields whose texts are the JSON of Wagtail's StreamFields, as app.model.field; without it, texts of lists of blocks are.</summary>
    public IReadOnlyList<string> StreamField { get; init; } = [];

    /// <summary>JSON fields whose texts are texts, whatever they look like, as app.model.field.</summary>
    public IReadOnlyList<string> JsonField { get; init; } = [];

    /// <summary>Do everything but keep it: the counts are those of a real run.</summary>
    public bool WhatIf { get; init; }
}

/// <summary>What a load did, or would do.</summary>
/// <param name="Server">The server.</param>
/// <param name="Database">The database.</param>
/// <param name="Operation">Import-Dataset.</param>
/// <param name="Path">The file.</param>
/// <param name="Changed">Whether the database was changed.</param>
/// <param name="Count">Rows written, those of many-to-many tables included; 0 with WhatIf.</param>
/// <param name="WouldChange">Rows that the load writes, or would.</param>
/// <param name="Objects">Objects in the file.</param>
/// <param name="Inserted">Rows that were not there.</param>
/// <param name="Updated">Rows that differed.</param>
/// <param name="Unchanged">Rows that were as in the file, and were not written.</param>
/// <param name="ManyToManyAdded">Entries added to many-to-many lists.</param>
/// <param name="ManyToManyRemoved">Entries removed from many-to-many lists.</param>
/// <param name="Models">Models in the file.</param>
/// <param name="Duration">Seconds.</param>
public sealed record ImportResult(
    string Server,
    string Database,
    string Operation,
    string Path,
    bool Changed,
    long Count,
    long WouldChange,
    long Objects,
    long Inserted,
    long Updated,
    long Unchanged,
    long ManyToManyAdded,
    long ManyToManyRemoved,
    int Models,
    double Duration);

/// <summary>Brings a dataset file's rows into a database: inserts or updates by key what differs, in one transaction, or changes nothing.</summary>
/// <remarks>A field that the file lacks keeps its value in a row that is there, and takes the column's default in a new one.</remarks>
[Operation("Import", "Dataset")]
public sealed class ImportDataset : IOperation<ImportDatasetOptions, ImportResult>
{
    /// <inheritdoc/>
    /// <exception cref="DataOpsException">The file or a value in it is broken, a name is unknown, a reference has no target: each with its line, and nothing is loaded.</exception>
    public IEnumerable<ImportResult> Run(Session session, ImportDatasetOptions options, OperationContext context)
    {
        yield return Import(session, options, context);
    }

    private static ImportResult Import(Session session, ImportDatasetOptions options, OperationContext context)
    {
        Stopwatch watch = Stopwatch.StartNew();
        FixtureFile file = FixtureFile.Of(options.Path, options.Format);
        string path = file.Name;
        ReferenceCatalog catalog = ReferenceCatalog.Read(session);
        FixtureModels models = new(catalog);
        using NpgsqlTransaction transaction = session.Connection.BeginTransaction(System.Data.IsolationLevel.ReadCommitted);
        StagingArea staging = new(session, models, JsonFields.Of(options.StreamField, options.JsonField, catalog.Models), path, context);
        using (FixtureReader reader = FixtureReader.Open(file, context.Cancellation))
            staging.Fill(reader);
        ImportRun run = new(session, catalog, models, path, context);
        ImportCounts counts = run.Apply(staging.Tables);
        bool changed = false;
        if (!options.WhatIf)
        {
            changed = run.AdvanceSequences(staging.Tables) | counts.Written > 0;
            Commit(session, transaction, context.Cancellation);
            WarnOfDerived(catalog, counts, context);
        }
        return new ImportResult(
            session.Server, session.Database, "Import-Dataset", file.Path, changed, options.WhatIf ? 0 : counts.Written, counts.Written, staging.Objects,
            counts.Inserted, counts.Updated, staging.Objects - counts.Inserted - counts.Updated, counts.Added, counts.Removed, staging.Tables.Count,
            Math.Round(watch.Elapsed.TotalSeconds, 3));
    }

    private static void Commit(Session session, NpgsqlTransaction transaction, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        try
        {
            transaction.Commit();
        }
        catch (Exception e) when (PostgresFailure.Translate(e, session.Settings, cancellation) is { } failure)
        {
            throw failure;
        }
    }

    // What Wagtail keeps up to date in Python, when an application saves.
    private static void WarnOfDerived(ReferenceCatalog catalog, ImportCounts counts, OperationContext context)
    {
        if (counts.Written == 0)
            return;
        string schema = catalog.Database.DjangoSchema;
        List<string> due = [];
        if (catalog.Database.Find(schema, "wagtailsearch_indexentry") is not null)
            due.Add("manage.py update_index");
        if (catalog.Database.Find(schema, "wagtailcore_referenceindex") is not null)
            due.Add("manage.py rebuild_references_index");
        if (due.Count > 0)
            context.Warning?.Invoke($"Rows were written without the application: its search index and caches do not know them yet. Run {string.Join(" and ", due)}.");
    }
}
