namespace DataOps.Core.Changes;

/// <summary>What every operation takes that changes rows.</summary>
public abstract record ChangeOptions
{
    /// <summary>Also tell each row that comes or goes, and each value that changes, before the sum.</summary>
    public bool Detailed { get; init; }

    /// <summary>The undo file to write; a name of its own in the folder for undo files when absent.</summary>
    public string? UndoPath { get; init; }

    /// <summary>Write no undo file.</summary>
    public bool NoUndo { get; init; }

    /// <summary>Say what would change, and change nothing.</summary>
    public bool WhatIf { get; init; }
}
