namespace DataOps.Core.Features.Sites.Environments;

/// <summary>Options of <see cref="SwitchEnvironment"/>.</summary>
public sealed partial record SwitchEnvironmentOptions : ChangeOptions
{
    /// <summary>
    /// What differs in the environment to switch to (sites, e-mail addresses, scheduled publishing, SQL of one's own):
    /// a file, or its JSON.
    /// </summary>
    [Option(Position = 0, Mandatory = true, Form = OptionForm.Definition)]
    [MustExist(FileAdvice.Definition)]
    public string Environment { get; init; } = "";
}

/// <summary>What a step of a switch is about.</summary>
public enum EnvironmentPart : long
{
    /// <summary>A site.</summary>
    Site,

    /// <summary>A column with e-mail addresses.</summary>
    Address,

    /// <summary>A model whose rows are published or unpublished at a time that was set.</summary>
    Schedule,

    /// <summary>A statement of the definition.</summary>
    Sql,
}

/// <summary>One step of a switch.</summary>
/// <param name="Server">The server.</param>
/// <param name="Database">The database.</param>
/// <param name="Part">What it is about.</param>
/// <param name="Subject">The site, column, model or statement.</param>
/// <param name="NewValue">What it becomes; null for a statement.</param>
/// <param name="Count">Rows that change.</param>
public sealed record EnvironmentStep(
    string Server, string Database, EnvironmentPart Part, string Subject, string? NewValue, long Count)
    : IChangeResult;

/// <summary>A site that was switched to another environment, or would be.</summary>
public sealed record EnvironmentResult : ChangeResult
{
    /// <summary>Rows of sites that change.</summary>
    public long Sites { get; init; }

    /// <summary>E-mail addresses that change, those in revisions included.</summary>
    public long Addresses { get; init; }

    /// <summary>Times of publishing or unpublishing that are unset.</summary>
    public long Schedules { get; init; }

    /// <summary>Statements of the definition.</summary>
    public int Statements { get; init; }

    /// <inheritdoc/>
    public override bool NeedsYes() => WouldChange > 0 || Statements > 0;

    /// <inheritdoc/>
    public override string Describe()
    {
        string[] parts =
        [
            .. new[] { ("change", Sites, "row of sites", "rows of sites"),
                ("replace", Addresses, "address", "addresses"),
                ("unset", Schedules, "time of publishing", "times of publishing"),
                ("run", Statements, "statement of SQL, which no undo file takes back",
                    "statements of SQL, which no undo file takes back") }
                .Where(p => p.Item2 > 0).Select(p => $"{p.Item1} {Counted.Of(p.Item2, p.Item3, p.Item4)}"),
        ];
        return parts.Length == 0 ? "change nothing" : string.Join(", ", parts);
    }
}

/// <summary>
/// Switches a site to another environment as a definition says: addresses of sites, e-mail addresses, scheduled
/// publishing and SQL of one's own, in one transaction.
/// </summary>
[Operation("Switch", "Environment", AsksFirst = true)]
public sealed class SwitchEnvironment : Operation<SwitchEnvironmentOptions, IChangeResult>
{
    private const string Name = "Switch-Environment";

    /// <inheritdoc/>
    /// <exception cref="DataOpsException">The definition names what is not there, or the server refuses something:
    /// nothing is changed.</exception>
    protected override IEnumerable<IChangeResult> Execute(
        Session session, SwitchEnvironmentOptions options, OperationContext context)
    {
        EnvironmentDefinition definition = EnvironmentDefinition.Read(options.Environment);
        EnvironmentTally tally = new();
        string? undoPath;
        using (WholeChange whole = new(session, Name, options, context.Cancellation))
        {
            EnvironmentChange change = new(session, definition, options with { Whole = whole }, tally, context);
            foreach (IChangeResult told in change.Run())
                yield return told;
            if (!options.WhatIf)
                whole.Commit();
            undoPath = whole.UndoPath;
        }
        if (undoPath is not null && definition.Statements.Count > 0)
            context.Warning?.Invoke(
                $"{undoPath} takes back sites, addresses and times, and not what the definition's SQL did.");
        yield return tally.Result(session, Name, definition, options.WhatIf, undoPath, context);
    }
}
