namespace DataOps.Core.Features.Undo;

/// <summary>Which undo files are listed.</summary>
public sealed partial record GetChangeOptions
{
    /// <summary>
    /// Undo files, folders of them, or file names with wildcards. Default: your folder for undo files.
    /// </summary>
    [Option(Position = 0, Pipeline = true, Aliases = ["Path", "UndoPath", "PSPath", "FullName"], Wildcards = true,
        Completes = OptionNames.UndoFile, Form = OptionForm.File)]
    public IReadOnlyList<string> UndoFile { get; init; } = [];

    /// <summary>Databases by name.</summary>
    [Option(Wildcards = true)]
    public IReadOnlyList<string> DatabaseName { get; init; } = [];

    /// <summary>Operations, as Repair-Orphan.</summary>
    [Option(Wildcards = true)]
    public IReadOnlyList<string> Operation { get; init; } = [];
}

/// <summary>
/// Lists the changes that undo files can undo, the oldest first: when, where, by whom, how many rows, and whether they
/// are undone.
/// </summary>
/// <remarks>No database is needed. Every file is read to its end: one that is damaged says so.</remarks>
[Operation("Get", "Change")]
public sealed class GetChange : FileOperation<GetChangeOptions, RecordedChange>
{
    /// <inheritdoc/>
    protected override IEnumerable<RecordedChange> Execute(GetChangeOptions options, OperationContext context)
    {
        (NameFilter databases, NameFilter operations) = (new(options.DatabaseName), new(options.Operation));
        return RecordedChanges.Read(options.UndoFile, context).Where(
            c => databases.Matches(c.Database) && operations.Matches(c.Operation));
    }
}
