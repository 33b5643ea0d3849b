using System.Management.Automation;
using DataOps.Core.Features.Undo;

namespace DataOps.PowerShell.Commands;

/// <summary>Lists the changes that undo files can undo.</summary>
[CmdletOf<GetChange>]
[OutputType(typeof(RecordedChange))]
public sealed partial class GetChangeCommand : FileCommand
{
    private readonly List<string> _files = [];

    /// <inheritdoc/>
    protected override void Take() => _files.AddRange(FileSystemPath(UndoFile));

    /// <inheritdoc/>
    protected override void Process() => Emit(new GetChange(), Options() with { UndoFile = _files });
}
