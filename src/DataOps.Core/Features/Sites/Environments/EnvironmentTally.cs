namespace DataOps.Core.Features.Sites.Environments;

/// <summary>Adds up what the steps of a switch did.</summary>
internal sealed class EnvironmentTally
{
    private readonly List<ChangeResult> _parts = [];
    private readonly Dictionary<EnvironmentPart, long> _rows = [];

    /// <summary>Adds the sum of a part.</summary>
    public void Add(ChangeResult part) => _parts.Add(part);

    /// <summary>Counts the rows of a step.</summary>
    public EnvironmentStep Add(EnvironmentStep step)
    {
        _rows[step.Part] = _rows.GetValueOrDefault(step.Part) + step.Count;
        return step;
    }

    /// <summary>The sum.</summary>
    public EnvironmentResult Result(
        Session session, string operation, EnvironmentDefinition definition, bool isWhatIf, string? undoPath,
        OperationContext context)
    {
        long rows = _parts.Sum(p => p.WouldChange) + _rows.GetValueOrDefault(EnvironmentPart.Sql);
        return new()
        {
            Server = session.Server,
            Database = session.Database,
            Operation = operation,
            // What a statement changes that returns no count, as CREATE, nobody knows.
            Changed = !isWhatIf && (rows > 0 || definition.Statements.Count > 0),
            Count = isWhatIf ? 0 : rows,
            WouldChange = rows,
            Updated = _parts.Sum(p => p.Updated),
            Stale = Joined(p => p.Stale, ", "),
            Afterwards = Joined(p => p.Afterwards, "; "),
            UndoPath = undoPath,
            Duration = context.Seconds,
            Sites = _rows.GetValueOrDefault(EnvironmentPart.Site),
            Addresses = _rows.GetValueOrDefault(EnvironmentPart.Address),
            Schedules = _rows.GetValueOrDefault(EnvironmentPart.Schedule),
            Statements = definition.Statements.Count,
        };
    }

    // What several parts say is said once.
    private string? Joined(Func<ChangeResult, string?> text, string between)
    {
        string[] texts = [.. _parts.Select(text).OfType<string>().SelectMany(t => t.Split(between)).Distinct()];
        return texts.Length == 0 ? null : string.Join(between, texts);
    }
}
