using DataOps.Core.Changes.UndoFiles;

namespace DataOps.Core.Features.Undo;

/// <summary>Options of <see cref="UndoChange"/>.</summary>
public sealed partial record UndoChangeOptions : DeletingOptions
{
    /// <summary>Undo file that the operation wrote; Get-Change lists them, and -Last takes the newest.</summary>
    [Unless(nameof(Last))]
    [Option(Position = 0, Pipeline = true, Aliases = ["PSPath", "FullName", "LiteralPath"],
        Completes = OptionNames.UndoFile, Form = OptionForm.File)]
    [MustExist(FileAdvice.UndoFile)]
    public string? Path { get; init; }

    /// <summary>
    /// Undo the newest change of this database that is not undone yet, of those in your folder for undo files.
    /// </summary>
    [NotWith(nameof(Path))]
    public bool Last { get; init; }

    /// <summary>Apply it although it was written for another server or database.</summary>
    public bool Force { get; init; }
}

/// <summary>The result of undoing.</summary>
public sealed record UndoResult : ChangeResult
{
    /// <summary>The undo file.</summary>
    public string Path { get; init; } = "";

    /// <summary>The operation that wrote the file.</summary>
    public string Undoes { get; init; } = "";

    /// <summary>When it was written, in UTC.</summary>
    public DateTime Written { get; init; }

    /// <summary>Tables in the file.</summary>
    public int Tables { get; init; }

    /// <summary>The change that it takes back, and what that means for the rows.</summary>
    public override string Describe() => $"undo {Undoes} of {Written:u}: {base.Describe()}";

    /// <summary>Constraints, indexes and NOT NULLs that are dropped, or would be.</summary>
    public long Constraints { get; init; }

    /// <summary>Sequences that are set back or lose their owner, or would.</summary>
    public long Sequences { get; init; }
}

/// <summary>
/// Restores the rows of an undo file exactly, in one transaction, or lists the rows that have changed since; drops the
/// constraints that the operation made, and sets back the sequences that it set.
/// </summary>
/// <remarks>
/// Triggers fire, except for rows that violated a foreign key before; the rows are compared once more afterwards.
/// The sequences of those rows are not reset.
/// </remarks>
[Operation("Undo", "Change")]
public sealed class UndoChange : Operation<UndoChangeOptions, IChangeResult>
{
    private const string Name = "Undo-Change";

    /// <inheritdoc/>
    /// <exception cref="DataOpsException">The file is damaged or belongs elsewhere; rows have changed since; a
    /// constraint is in the way.</exception>
    protected override IEnumerable<IChangeResult> Execute(
        Session session, UndoChangeOptions options, OperationContext context) => options.Last
            ? Last(session, options, context)
            : Undo(session, FullPath.Of(options.Path!), options, context);

    private static IChangeResult[] Last(Session session, UndoChangeOptions options, OperationContext context)
    {
        IReadOnlyList<RecordedChange> changes = RecordedChanges.NotUndone(session, context);
        for (int i = 0; i < changes.Count; i++)
        {
            RecordedChange change = changes[i];
            IChangeResult[] told;
            try
            {
                told = [.. Undo(session, change.Path, options, context)];
            }
            catch (DataOpsException e)
                when (change.IsOfSequences && e.Id is ErrorIds.KeysInUse or ErrorIds.ChangedSince)
            {
                // Sequences that are ahead do no harm; but an older change is not the one that was asked for.
                throw new DataOpsException(
                    e.Id, e.Kind, e.Message,
                    $"Remove-Change {change.Path} makes -Last forget it"
                        + (i + 1 < changes.Count
                            ? $"; the change before it, {changes[i + 1].Operation} of "
                                + $"{changes[i + 1].Written:u}, is in {changes[i + 1].Path}."
                            : "."),
                    e.Target, e);
            }
            // What is as it was before, as after an undoing without a file, is no change any more.
            if (told[^1] is not UndoResult { WouldChange: 0 })
                return told;
        }
        throw RecordedChanges.NoneLeft(session);
    }

    private static IEnumerable<IChangeResult> Undo(
        Session session, string path, UndoChangeOptions options, OperationContext context)
    {
        ChangeWay way = ChangeWay.For(session, Name, options);
        CancellationToken cancellation = context.Cancellation;
        context.Report($"Reading {path}", 0, null);
        using UndoFileReader file = new(path);
        ReferenceCatalog catalog = ReferenceCatalog.Read(session, withEmbedded: false);
        using ChangeRun change = new(session, catalog, Name, way, context);
        RowImages.Pin(session, cancellation);
        IReadOnlySet<int> uncommitted = new UndoOrigin(session, cancellation).Require(file, path, options.Force);
        using UndoStaging staging = new(session, catalog.Database, file, path, cancellation);
        IReadOnlyList<UndoTableStaging> tables = staging.Fill(change.Changes, uncommitted);
        change.Changes.Undoes = file.Digest;
        UndoneConstraints constraints = new(session, file, uncommitted, context);
        foreach (UndoneConstraint constraint in constraints.Plan(path))
            yield return constraint;
        UndoneSequences sequences = new(session, catalog.Database, file, uncommitted, path, context);
        foreach (UndoneSequence sequence in sequences.Plan())
            yield return sequence;
        UndoState state = new(session, cancellation);
        context.Report("Comparing the rows with the database", 0, null);
        UndoCounts counts = new(0, 0, 0);
        Action? apply = null;
        if (!state.IsUndone(tables, path, file.Header.Operation))
        {
            UndoPlan plan = new(session, cancellation);
            counts = plan.Make(tables);
            foreach (RowChange row in options.Detailed ? plan.Describe(tables, catalog) : [])
                yield return row;
            UndoReferences references = new(catalog.Database, tables);
            RestoredOrphans orphans = new(
                catalog.Database, references, [.. file.Batches.Where((_, i) => !uncommitted.Contains(i))]);
            // Rows may have changed between the comparison and the plan; since the lock they cannot.
            change.Confirm(() => state.IsUndone(tables, path, file.Header.Operation));
            change.Confirm(
                new UndoChecks(session, catalog.Database, tables, references, orphans, cancellation).Require);
            apply = () =>
            {
                context.Report($"Undoing {file.Header.Operation}", 0, counts.Total);
                new UndoApply(session, tables, orphans, cancellation).Run();
            };
        }
        if (constraints.Count > 0)
            change.Last(constraints.Drop);
        if (sequences.Count > 0)
            change.Last(sequences.Restore);
        long others = constraints.Count + sequences.Count;
        ChangeResult done = change.Finish(apply);
        yield return done.With(new UndoResult
        {
            Path = path, Undoes = file.Header.Operation, Written = file.Header.Written, Tables = tables.Count,
            Constraints = constraints.Count, Sequences = sequences.Count,
        }) with
        {
            Inserted = counts.Inserted, Updated = counts.Updated, Deleted = counts.Deleted,
            Count = done.Count + (done.Changed ? others : 0), WouldChange = done.WouldChange + others,
        };
    }
}
