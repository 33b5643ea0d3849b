using System.Diagnostics;
using DataOps.Core.Changes;
using DataOps.Core.Changes.UndoFiles;
using DataOps.Core.Django.References;
using DataOps.Core.Kernel;
using DataOps.Core.Operations;
using DataOps.Core.Postgres.Catalog;
using DataOps.Core.Postgres.Connections;
using Npgsql;

namespace DataOps.Core.Features.Undo;

/// <summary>What <see cref="UndoChange"/> undoes.</summary>
public sealed partial record UndoChangeOptions : ChangeOptions
{
    /// <summary>Undo file that the operation wrote.</summary>
    [Option(Position = 0, Mandatory = true, Pipeline = true, Aliases = ["PSPath", "FullName"], Form = OptionForm.File)]
    public string Path { get; init; } = "";

    /// <summary>Apply it although it was written for another server or database.</summary>
    public bool Force { get; init; }
}

/// <summary>What an undoing did, or would do.</summary>
public sealed record UndoResult : ChangeResult
{
    /// <summary>The undo file.</summary>
    public string Path { get; init; } = "";

    /// <summary>The operation that wrote it.</summary>
    public string Undoes { get; init; } = "";

    /// <summary>When it was written, in UTC.</summary>
    public DateTime Written { get; init; }

    /// <summary>Tables in the file.</summary>
    public int Tables { get; init; }
}

/// <summary>Puts the rows of an undo file back to exactly what they were, in one transaction, or names the rows that are in the way.</summary>
/// <remarks>
/// Triggers fire, except for rows that referred to nothing before; the rows are compared once more afterwards. Sequences stay where they are.
/// </remarks>
[Operation("Undo", "Change")]
public sealed class UndoChange : Operation<UndoChangeOptions, IChangeResult>
{
    private const string Name = "Undo-Change";

    /// <inheritdoc/>
    /// <exception cref="DataOpsException">The file is damaged or belongs elsewhere; rows have changed since; a constraint is in the way.</exception>
    protected override IEnumerable<IChangeResult> Execute(Session session, UndoChangeOptions options, OperationContext context)
    {
        string? undoPath = UndoPlace.Of(options, session.Database, Name);
        Stopwatch watch = Stopwatch.StartNew();
        CancellationToken cancellation = context.Cancellation;
        string path = Path.GetFullPath(options.Path);
        context.Report($"Reading {path}", 0, null);
        using UndoFileReader file = new(path);
        DatabaseCatalog catalog = DatabaseCatalog.Read(session);
        ReferenceCatalog? models = options.Detailed ? ReferenceCatalog.Read(session, withEmbedded: false) : null;
        string? ModelOf(Table table) => models?.LabelOf(table);

        using NpgsqlTransaction transaction = session.Connection.BeginTransaction(System.Data.IsolationLevel.ReadCommitted);
        RowImages.Pin(session, cancellation);
        IReadOnlySet<int> uncommitted = new UndoOrigin(session, cancellation).Require(file, path, options.Force);
        using ChangeSet changes = new(session, Name, cancellation);
        using UndoStaging staging = new(session, catalog, file, path, cancellation);
        IReadOnlyList<UndoTableStaging> tables = staging.Fill(changes, uncommitted);
        UndoResult Result(UndoCounts counts, bool isDone, string? undo) => new()
        {
            Server = session.Server,
            Database = session.Database,
            Operation = Name,
            Changed = isDone && counts.Total > 0,
            Count = isDone ? counts.Total : 0,
            WouldChange = counts.Total,
            Deleted = counts.Deleted,
            Updated = counts.Updated,
            Inserted = counts.Inserted,
            UndoPath = undo,
            Duration = Math.Round(watch.Elapsed.TotalSeconds, 3),
            Path = path,
            Undoes = file.Header.Operation,
            Written = file.Header.Written,
            Tables = tables.Count,
        };

        context.Report("Comparing the rows with the database", 0, null);
        if (new UndoState(session, cancellation).IsUndone(tables, path, file.Header.Operation))
        {
            yield return Result(new UndoCounts(0, 0, 0), isDone: false, null);
            yield break;
        }
        UndoPlan plan = new(session, cancellation);
        UndoCounts counts = plan.Make(tables);
        UndoReferences references = new(catalog, tables);
        RestoredOrphans orphans = new(catalog, references, file.Batches.Where((_, i) => !uncommitted.Contains(i)));
        UndoChecks checks = new(session, catalog, tables, references, orphans, cancellation);
        if (options.WhatIf)
            checks.Require();
        if (options.Detailed)
            foreach (RowChange change in plan.Describe(tables, ModelOf))
                yield return change;
        if (options.WhatIf)
        {
            yield return Result(counts, isDone: false, null);
            yield break;
        }
        changes.Lock();
        // Rows may have changed between the comparison and the plan; since the lock they cannot.
        new UndoState(session, cancellation).IsUndone(tables, path, file.Header.Operation);
        checks.Require();
        changes.NoteOrphans(catalog);
        context.Report($"Undoing {file.Header.Operation}", 0, counts.Total);
        string searchPath = session.List<string>("select reset_val from pg_settings where name = 'search_path'", null, cancellation)[0];
        new UndoApply(session, tables, orphans, searchPath, cancellation).Run();
        string? undo = undoPath is null ? null : changes.WriteUndo(undoPath);
        changes.Commit(transaction);
        yield return Result(counts, isDone: true, undo);
    }
}
