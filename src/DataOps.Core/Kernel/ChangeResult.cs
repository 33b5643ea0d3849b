namespace DataOps.Core.Kernel;

/// <summary>Every object that a changing operation emits: its plan, with Detailed each row, and last its <see cref="ChangeResult"/>.</summary>
public interface IChangeResult
{
    /// <summary>The server.</summary>
    string Server { get; }

    /// <summary>The database.</summary>
    string Database { get; }
}

/// <summary>What a changing operation did, or with WhatIf would do. Operations with more to tell derive their record from it.</summary>
public record ChangeResult : IChangeResult
{
    /// <inheritdoc/>
    public string Server { get; init; } = "";

    /// <inheritdoc/>
    public string Database { get; init; } = "";

    /// <summary>The operation, as <c>Repair-Orphan</c>.</summary>
    public string Operation { get; init; } = "";

    /// <summary>Whether the database was changed.</summary>
    public bool Changed { get; init; }

    /// <summary>Rows changed (constraints, sequences); 0 with WhatIf.</summary>
    public long Count { get; init; }

    /// <summary>Rows (constraints, sequences) that the operation changes, or would.</summary>
    public long WouldChange { get; init; }

    /// <summary>Rows deleted, or to be deleted, with all that depends on them.</summary>
    public long Deleted { get; init; }

    /// <summary>Rows updated, or to be updated.</summary>
    public long Updated { get; init; }

    /// <summary>Rows inserted, or to be inserted.</summary>
    public long Inserted { get; init; }

    /// <summary>What the application keeps besides the rows and does not know of the change, joined by commas; null when there is nothing.</summary>
    public string? Stale { get; init; }

    /// <summary>The management commands that bring it up to date, joined by semicolons; null when none is due.</summary>
    public string? Afterwards { get; init; }

    /// <summary>The file with which Undo-Change takes the change back; null when there is none.</summary>
    public string? UndoPath { get; init; }

    /// <summary>Seconds.</summary>
    public double Duration { get; init; }
}
