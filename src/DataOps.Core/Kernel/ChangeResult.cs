namespace DataOps.Core.Kernel;

/// <summary>
/// A result of an operation that changes a database: its plan, with Detailed each row, and last its <see
/// cref="ChangeResult"/>.
/// </summary>
public interface IChangeResult
{
    /// <summary>The server.</summary>
    string Server { get; }

    /// <summary>The database.</summary>
    string Database { get; }
}

/// <summary>
/// What an operation changed, or with WhatIf would change; operations derive their own results from it.
/// </summary>
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

    /// <summary>Rows (constraints, sequences) that the operation changed or, with WhatIf, would change.</summary>
    public long WouldChange { get; init; }

    /// <summary>Rows deleted, or to be deleted, dependent rows included.</summary>
    public long Deleted { get; init; }

    /// <summary>Rows updated, or to be updated.</summary>
    public long Updated { get; init; }

    /// <summary>Rows inserted, or to be inserted.</summary>
    public long Inserted { get; init; }

    /// <summary>
    /// The pages among the rows deleted, or to be deleted: how many, and the first by address; null when there is none.
    /// </summary>
    public string? DeletedPages { get; init; }

    /// <summary>
    /// What the application derives from the rows and is now out of date, joined by commas; null when there is nothing.
    /// </summary>
    public string? Stale { get; init; }

    /// <summary>The management commands that update it, joined by semicolons; null when none is due.</summary>
    public string? Afterwards { get; init; }

    /// <summary>The undo file for Undo-Change; null when there is none.</summary>
    public string? UndoPath { get; init; }

    /// <summary>Seconds.</summary>
    public double Duration { get; init; }

    /// <summary>Whether somebody is asked before it happens: rows go.</summary>
    public virtual bool NeedsYes() => Deleted > 0;

    /// <summary>
    /// What it would change, as a question says it: <c>delete 98 rows (12 pages: …), update 3 rows</c>.
    /// </summary>
    public virtual string Describe()
    {
        string pages = DeletedPages is null ? "" : $" ({DeletedPages})";
        string[] parts = [.. new[] { ("delete", Deleted, pages), ("update", Updated, ""), ("insert", Inserted, "") }
            .Where(p => p.Item2 > 0)
            .Select(p => $"{p.Item1} {p.Item2} {(p.Item2 == 1 ? "row" : "rows")}{p.Item3}")];
        return parts.Length > 0 ? string.Join(", ", parts)
            : WouldChange == 0 ? "change nothing"
            // Constraints and sequences are no rows.
            : $"{WouldChange} {(WouldChange == 1 ? "change" : "changes")}";
    }

    /// <summary>An operation's own result, with what this one says of the change.</summary>
    internal T With<T>(T own)
        where T : ChangeResult => (T)((ChangeResult)own with
        {
            Server = Server,
            Database = Database,
            Operation = Operation,
            Changed = Changed,
            Count = Count,
            WouldChange = WouldChange,
            Deleted = Deleted,
            Updated = Updated,
            Inserted = Inserted,
            DeletedPages = DeletedPages,
            Stale = Stale,
            Afterwards = Afterwards,
            UndoPath = UndoPath,
            Duration = Duration,
        });
}
