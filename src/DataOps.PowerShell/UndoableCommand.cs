using System.Management.Automation;

namespace DataOps.PowerShell;

/// <summary>A cmdlet that changes rows, and writes a file that undoes it.</summary>
public abstract class UndoableCommand : ChangeCommand
{
    /// <summary>One object for each row that comes or goes, and for each value that changes.</summary>
    [Parameter]
    public SwitchParameter Detailed { get; set; }

    /// <summary>The undo file to write.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? UndoPath { get; set; }

    /// <summary>Write no undo file.</summary>
    [Parameter]
    public SwitchParameter NoUndo { get; set; }

    /// <summary>Where the undo file goes; null for its own place.</summary>
    protected string? UndoFile => UndoPath is null ? null : FileSystemPath(UndoPath);
}
