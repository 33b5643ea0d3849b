using System.Management.Automation;
using DataOps.Core.Features.Undo;

namespace DataOps.PowerShell.Commands;

/// <summary>Removes undo files.</summary>
[CmdletOf<RemoveChange>]
[OutputType(typeof(RecordedChange))]
public sealed partial class RemoveChangeCommand : FileCommand
{
    private readonly List<string> _files = [];

    /// <inheritdoc/>
    protected override void Take() => _files.AddRange(FileSystemPath(UndoFile));

    /// <inheritdoc/>
    protected override void Process()
    {
        List<string> going = [];
        Emit(context => new RemoveChange().Run(Options() with { UndoFile = _files, WhatIf = true }, context), change =>
        {
            string what = $"Remove the undo file of {change.Operation} in {change.Database}";
            if (ShouldProcess(change.Path, what))
                going.Add(change.Path);
        });
        if (going.Count > 0)
            Emit(new RemoveChange(), Options() with { UndoFile = going });
    }
}
