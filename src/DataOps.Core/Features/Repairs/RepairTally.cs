namespace DataOps.Core.Features.Repairs;

/// <summary>Adds up what the parts of a repair did.</summary>
internal sealed class RepairTally
{
    private readonly List<ChangeResult> _parts = [];
    private long _constraints;
    private long _sequences;
    private long _undecided;
    private long _left;

    /// <summary>Rows deleted so far.</summary>
    public long Deleted => _parts.Sum(p => p.Deleted);

    /// <summary>Adds the sum of a part.</summary>
    public void Add(ChangeResult part) => _parts.Add(part);

    /// <summary>Counts what is told; true, so that it is told.</summary>
    public bool Add(IChangeResult told)
    {
        switch (told)
        {
            case DatabaseRepairStep { Operation: "Repair-Constraint" }:
                _constraints++;
                break;
            case DatabaseRepairStep { Operation: "Reset-Sequence" }:
                _sequences++;
                break;
            case DatabaseRepairStep { Action: ReferenceRule.Leave }:
                _left++;
                break;
            case DatabaseRepairStep { Action: DatabaseRepairStep.Undecided }:
                _undecided++;
                break;
        }
        return true;
    }

    /// <summary>The sum.</summary>
    public RepairDatabaseResult Result(
        Session session, string operation, bool isWhatIf, string? undoPath, OperationContext context)
    {
        long rows = _parts.Sum(p => p.WouldChange);
        long all = rows + _constraints + _sequences;
        return new RepairDatabaseResult
        {
            Server = session.Server,
            Database = session.Database,
            Operation = operation,
            Changed = !isWhatIf && all > 0,
            Count = isWhatIf ? 0 : all,
            WouldChange = all,
            Deleted = Deleted,
            Updated = _parts.Sum(p => p.Updated),
            Inserted = _parts.Sum(p => p.Inserted),
            DeletedPages = Joined(p => p.DeletedPages, ", ", "; "),
            Stale = Joined(p => p.Stale, ", ", ", "),
            Afterwards = Joined(p => p.Afterwards, "; ", "; "),
            UndoPath = undoPath,
            Duration = context.Seconds,
            Constraints = _constraints,
            Sequences = _sequences,
            Undecided = _undecided,
            Left = _left,
        };
    }

    // What several parts say is said once.
    private string? Joined(Func<ChangeResult, string?> text, string between, string separator)
    {
        string[] texts = [.. _parts.Select(text).OfType<string>().SelectMany(t => t.Split(between)).Distinct()];
        return texts.Length == 0 ? null : string.Join(separator, texts);
    }
}
