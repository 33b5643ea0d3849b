namespace DataOps.Core.Changes;

/// <summary>Options of every operation that changes a database.</summary>
public abstract record PlanOptions
{
    /// <summary>Report what would change; change nothing.</summary>
    public bool WhatIf { get; init; }
}

/// <summary>Options of every operation that writes an undo file.</summary>
public abstract record UndoableOptions : PlanOptions
{
    /// <summary>
    /// Undo file to write; it must not exist. Default: a new file in the user's folder of undo files.
    /// </summary>
    [Option(Form = OptionForm.File)]
    public string? UndoPath { get; init; }

    /// <summary>Write no undo file.</summary>
    [NotWith(nameof(UndoPath))]
    public bool NoUndo { get; init; }
}

/// <summary>Options of every operation that changes rows.</summary>
public abstract record ChangeOptions : UndoableOptions
{
    /// <summary>Also report each inserted or deleted row and each changed value.</summary>
    public bool Detailed { get; init; }

    // The changes of which it is a part, with their transaction and their undo file; null for a change of its own.
    internal WholeChange? Whole { get; init; }
}

/// <summary>Options of every operation that may delete rows which nobody named.</summary>
public abstract record DeletingOptions : ChangeOptions
{
    /// <summary>
    /// Most rows to delete, dependent rows included: a number. A plan that deletes more is refused. Default: no limit.
    /// </summary>
    public string? MaxDelete { get; init; }
}
