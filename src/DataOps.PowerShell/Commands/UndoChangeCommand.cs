using System.Management.Automation;
using DataOps.Core.Changes;
using DataOps.Core.Features.Undo;
using DataOps.Core.Kernel;
using DataOps.Core.Postgres.Connections;
using DataOps.PowerShell.Completers;

namespace DataOps.PowerShell.Commands;

/// <summary>Restores the rows that an operation changed.</summary>
[CmdletOf<UndoChange>]
[OutputType(typeof(UndoResult), typeof(RowChange), typeof(UndoneConstraint), typeof(UndoneSequence))]
public sealed partial class UndoChangeCommand : ChangeCommand
{
    /// <summary>The undo file; that of a result from the pipeline, which need not have a Path, when absent.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "FullName", "LiteralPath")]
    [ArgumentCompleter(typeof(UndoFileCompleter))]
    public string? Path { get; set; }

    // Not every result has a Path besides.
    /// <inheritdoc/>
    protected override IEnumerable<string> NamesTaken() => base.NamesTaken().Append(nameof(UndoPath));

    /// <inheritdoc/>
    protected override void Process(Session session)
    {
        string? file = FileSystemPath(PathOf(InputObject) ?? Path);
        Change(session, $"Undo {file ?? "the last change"} in", new UndoChange(), Options() with { Path = file });
    }

    // A changing cmdlet's result names the file that it read as Path, and the one that undoes it as UndoPath.
    private static string? PathOf(PSObject? result) => result?.Properties["UndoPath"] switch
    {
        null => null,
        { Value: string path } => path,
        _ => throw new DataOpsException(
            ErrorIds.NoUndoFile, FailureKind.InvalidArgument,
            "The result names no undo file: nothing was changed, or -NoUndo was given.", target: result),
    };
}
