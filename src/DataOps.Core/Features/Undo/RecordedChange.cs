namespace DataOps.Core.Features.Undo;

/// <summary>What became of a change, as far as undo files tell.</summary>
public enum ChangeState : long
{
    /// <summary>No undo file tells that it was undone.</summary>
    Done,

    /// <summary>Undo-Change has undone it, and that was not undone.</summary>
    Undone,

    /// <summary>The file is damaged, newer than this version of DataOps, or not readable for this account.</summary>
    Unreadable,
}

/// <summary>An undo file, and the change that it undoes.</summary>
public sealed record RecordedChange
{
    /// <summary>The server, as it was called; null of a file that cannot be read.</summary>
    public string? Server { get; init; }

    /// <summary>The database; null of a file that cannot be read.</summary>
    public string? Database { get; init; }

    /// <summary>The undo file.</summary>
    public string Path { get; init; } = "";

    /// <summary>When the change was made, in UTC; of a file that cannot be read, when that was last written.</summary>
    public DateTime Written { get; init; }

    /// <summary>The role that made the change; null where the file does not tell.</summary>
    public string? User { get; init; }

    /// <summary>The operation, as <c>Repair-Orphan</c>; null of a file that cannot be read.</summary>
    public string? Operation { get; init; }

    /// <summary>Tables that it changed.</summary>
    public int Tables { get; init; }

    /// <summary>Rows that it inserted, updated or deleted.</summary>
    public long Rows { get; init; }

    /// <summary>What became of it.</summary>
    public ChangeState State { get; init; }

    /// <summary>The undo file of the undoing that took it back; null where there is none.</summary>
    public string? UndoneBy { get; init; }

    /// <summary>Of an undoing, the undo file that it undid; null where that is not among the files.</summary>
    public string? Undoes { get; init; }

    /// <summary>Size of the file, in bytes.</summary>
    public long Size { get; init; }

    /// <summary>Why the file cannot be read; null when it can.</summary>
    public string? Problem { get; init; }

    // What no person asks for: the cluster's own number, and what kind of change it is.
    internal string? SystemIdentifier { get; init; }

    internal bool IsUndoing { get; init; }

    // Neither rows nor constraints: left as they are, they do no harm.
    internal bool IsOfSequences { get; init; }
}
