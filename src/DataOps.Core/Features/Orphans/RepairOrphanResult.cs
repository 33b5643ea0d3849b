using DataOps.Core.Kernel;

namespace DataOps.Core.Features.Orphans;

/// <summary>What a repair did, or would do.</summary>
/// <param name="Server">The server.</param>
/// <param name="Database">The database.</param>
/// <param name="Operation">Repair-Orphan.</param>
/// <param name="Changed">Whether the database was changed.</param>
/// <param name="Count">Rows changed; 0 with WhatIf.</param>
/// <param name="WouldChange">Rows that the repair changes, or would.</param>
/// <param name="Orphans">Orphans repaired; a row with two references without a target counts twice.</param>
/// <param name="Deleted">Rows that go, with all that depends on them.</param>
/// <param name="Updated">Rows that stay and change.</param>
/// <param name="Inserted">Rows that come: parents made anew, and copies in the quarantine table.</param>
/// <param name="Skipped">Orphans that were named and left alone, for reasons that a warning tells.</param>
/// <param name="Batches">Transactions.</param>
/// <param name="Stale">What the application keeps besides the rows and does not know of the change, joined by commas; null when there is nothing.</param>
/// <param name="Afterwards">The management commands that bring it up to date, joined by semicolons.</param>
/// <param name="UndoPath">The file with which Undo-Change takes the repair back; null when there is none.</param>
/// <param name="Duration">Seconds.</param>
public sealed record RepairOrphanResult(
    string Server,
    string Database,
    string Operation,
    bool Changed,
    long Count,
    long WouldChange,
    long Orphans,
    long Deleted,
    long Updated,
    long Inserted,
    long Skipped,
    int Batches,
    string? Stale,
    string? Afterwards,
    string? UndoPath,
    double Duration) : IChangeResult;

/// <summary>What a repair does to the orphans of one reference.</summary>
/// <param name="Server">The server.</param>
/// <param name="Database">The database.</param>
/// <param name="Class">The class of the reference.</param>
/// <param name="Table">The table that refers.</param>
/// <param name="Model">Its model; null for a table that belongs to none.</param>
/// <param name="Column">The column that refers.</param>
/// <param name="References">The table referred to, where it is known.</param>
/// <param name="Orphans">Its orphans.</param>
/// <param name="Action">What becomes of them; null where nobody has said.</param>
/// <param name="Choices">The actions that suit, joined by commas.</param>
/// <param name="Reference">The reference's name.</param>
public sealed record OrphanPlan(
    string Server, string Database, string Class, string Table, string? Model, string Column, string? References, long Orphans, string? Action,
        string Choices, string Reference) : IChangeResult;
