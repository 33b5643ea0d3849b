using DataOps.Core.Features.Audits;
using DataOps.Core.Features.Orphans;

namespace DataOps.Core.Features.Repairs;

/// <summary>Options of <see cref="RepairDatabase"/>.</summary>
public sealed partial record RepairDatabaseOptions : DeletingOptions
{
    /// <summary>
    /// What to do where more than one repair is possible, by reference, class or model: a file, or its JSON. Default:
    /// only what follows from other rows is written, references that may be NULL are cleared, and no row is deleted.
    /// </summary>
    [Option(Position = 0, Form = OptionForm.Definition)]
    [MustExist(FileAdvice.Policy)]
    public string Policy { get; init; } = "";

    /// <summary>Ask about each reference, and each kind of problem in trees, that the policy does not decide.</summary>
    public bool Interactive { get; init; }

    /// <summary>
    /// Findings of Test-Database to repair: all that is alike in trees and content types, and the references,
    /// constraints and sequences that they name. Default: everything.
    /// </summary>
    public IReadOnlyList<FindingInput>? InputObject { get; init; }

    // Of a plan and the change that follows it, which are of one record: nobody is asked twice.
    internal PolicyAnswers Answers { get; init; } = new();
}

/// <summary>The policy with the answers of a person, once there are any.</summary>
internal sealed class PolicyAnswers
{
    /// <summary>It; null before anybody was asked.</summary>
    public RepairPolicy? Policy { get; set; }
}

/// <summary>One thing that a repair of a database does, or a problem that it leaves.</summary>
/// <param name="Server">The server.</param>
/// <param name="Database">The database.</param>
/// <param name="Operation">
/// The cmdlet that does it alone, as <c>Repair-Tree</c>; null for a problem that is left.
/// </param>
/// <param name="Action">
/// What is done: an action of Repair-Orphan, or what the cmdlet calls it; <c>Undecided</c> where nobody has decided,
/// <c>Leave</c> where the policy leaves it.
/// </param>
/// <param name="Count">
/// Rows that change with it, dependent rows included, or rows with the problem; 1 for a constraint or a sequence.
/// </param>
/// <param name="Subject">The reference, constraint, sequence, table or model; null for all trees.</param>
/// <param name="Note">The problem, or what else there is to know.</param>
public sealed record DatabaseRepairStep(
    string Server, string Database, string? Operation, string Action, long Count, string? Subject, string? Note)
    : IChangeResult
{
    /// <summary>What <see cref="Action"/> is of a problem about which nobody has decided.</summary>
    public const string Undecided = "Undecided";

    /// <summary>The audit that finds a problem that is left; otherwise null.</summary>
    public Audit? Audit { get; init; }

    /// <summary>
    /// The line to add to the policy, with the actions that suit, to choose from; null where no policy can decide.
    /// </summary>
    public string? PolicyLine { get; init; }

    /// <summary>The command or statement that shows or repairs it; null where a person has to decide.</summary>
    public string? Remedy { get; init; }
}

/// <summary>The sum of a repair of a database.</summary>
public sealed record RepairDatabaseResult : ChangeResult
{
    /// <summary>Constraints that were added, validated or enabled.</summary>
    public long Constraints { get; init; }

    /// <summary>Sequences that were set.</summary>
    public long Sequences { get; init; }

    /// <summary>Kinds of problems that are left and about which nobody has decided.</summary>
    public long Undecided { get; init; }

    /// <summary>Kinds of problems that the policy leaves.</summary>
    public long Left { get; init; }

    /// <inheritdoc/>
    public override string Describe()
    {
        string[] others =
        [
            .. new[] { (Constraints, "constraint"), (Sequences, "sequence") }.Where(o => o.Item1 > 0)
                .Select(o => $"{o.Item1} {o.Item2}{(o.Item1 == 1 ? "" : "s")}"),
        ];
        bool hasRows = Deleted + Updated + Inserted > 0;
        string[] parts = [.. hasRows ? [base.Describe()] : Array.Empty<string>(),
            .. others.Length > 0 ? [$"repair {string.Join(" and ", others)}"] : Array.Empty<string>()];
        string left = Undecided == 0 ? "" : $"; {Undecided} undecided {(Undecided == 1 ? "problem" : "problems")} left";
        return (parts.Length == 0 ? "change nothing" : string.Join(", ", parts)) + left;
    }
}
