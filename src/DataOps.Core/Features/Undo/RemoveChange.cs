namespace DataOps.Core.Features.Undo;

/// <summary>Which undo files are removed.</summary>
public sealed partial record RemoveChangeOptions : PlanOptions
{
    /// <summary>
    /// Undo files, folders of them, or file names with wildcards. Default: your folder for undo files, with -OlderThan.
    /// </summary>
    [Unless(nameof(OlderThan))]
    [Option(Position = 0, Pipeline = true, Aliases = ["Path", "UndoPath", "PSPath", "FullName"], Wildcards = true,
        Completes = OptionNames.UndoFile, Form = OptionForm.File)]
    public IReadOnlyList<string> UndoFile { get; init; } = [];

    /// <summary>Only those of changes that are older, in days.</summary>
    [Range(0, int.MaxValue)]
    public int? OlderThan { get; init; }
}

/// <summary>Removes undo files: their changes can then no longer be undone.</summary>
/// <remarks>A file that cannot be read as an undo file is never removed.</remarks>
[Operation("Remove", "Change", AsksFirst = true)]
public sealed class RemoveChange : FileOperation<RemoveChangeOptions, RecordedChange>
{
    /// <inheritdoc/>
    /// <exception cref="DataOpsException">A file is not there, or cannot be removed.</exception>
    protected override IEnumerable<RecordedChange> Execute(RemoveChangeOptions options, OperationContext context)
    {
        TimeSpan? age = options.OlderThan is { } days ? TimeSpan.FromDays(days) : null;
        foreach (RecordedChange change in RecordedChanges.Read(options.UndoFile, context).Where(
            c => age is null || DateTime.UtcNow - c.Written > age))
        {
            if (change.State == ChangeState.Unreadable)
            {
                context.Warning?.Invoke($"{change.Path} is left where it is: it cannot be read. {change.Problem}");
                continue;
            }
            if (!options.WhatIf)
                Remove(change.Path);
            yield return change;
        }
    }

    private static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataOpsException(
                ErrorIds.WriteFailed, FailureKind.InvalidOperation, $"{path} could not be removed: {e.Message}",
                "Those before it in the list are removed.", path, e);
        }
    }
}
