using DataOps.Core.Definitions;

namespace DataOps.Core.Features.Repairs;

/// <summary>Options of <see cref="NewRepairPolicy"/>.</summary>
public sealed partial record NewRepairPolicyOptions
{
    /// <summary>The file to write, .psd1 or .json; it must not exist.</summary>
    [Option(Position = 0, Mandatory = true, Form = OptionForm.File)]
    public string Path { get; init; } = "";
}

/// <summary>A policy that was written.</summary>
/// <param name="Server">The server.</param>
/// <param name="Database">The database.</param>
/// <param name="Path">The file.</param>
/// <param name="Decisions">Decisions that it offers: references, settings of trees, models, foreign keys.</param>
/// <param name="Rows">Rows that they are about.</param>
public sealed record RepairPolicyFile(string Server, string Database, string Path, int Decisions, long Rows);

/// <summary>
/// Writes a policy for Repair-Database with what is undecided on a site, each decision as a comment: nothing is decided
/// before a person takes the comment sign away.
/// </summary>
[Operation("New", "RepairPolicy")]
public sealed class NewRepairPolicy : Operation<NewRepairPolicyOptions, RepairPolicyFile>
{
    /// <inheritdoc/>
    /// <exception cref="DataOpsException">The file is there, or cannot be written.</exception>
    protected override IEnumerable<RepairPolicyFile> Execute(
        Session session, NewRepairPolicyOptions options, OperationContext context)
    {
        DefinitionText text = DefinitionText.For(options.Path);
        IReadOnlyList<PolicyQuestion> questions = PolicyQuestions.Of(session, new(), context);
        IReadOnlyList<string> constraints = PolicyQuestions.Constraints(session, new(), context);
        PolicyText.Write(text, $"{session.Database} on {session.Server}", questions, constraints);
        text.Save();
        yield return new(session.Server, session.Database, text.Path, questions.Count + constraints.Count,
            questions.Sum(q => q.Count));
    }
}

/// <summary>A policy as text.</summary>
internal static class PolicyText
{
    /// <summary>Writes it.</summary>
    public static void Write(
        DefinitionText text, string site, IReadOnlyList<PolicyQuestion> questions, IReadOnlyList<string> constraints)
    {
        text.Note(0, $"What Repair-Database is to do about the problems of {site}, found {DateTime.UtcNow:u}.");
        text.Note(0, "Nothing is decided yet: take the comment sign before a decision away, and choose an action.");
        text.Note(0, "Repoint also needs the key to refer to, as to, beside action.");
        text.Note(0, "What needs no decision (columns that follow from other rows, references that may be NULL) is not "
            + "listed.");
        text.Begin();
        ILookup<string, PolicyQuestion> members = questions.ToLookup(q => q.Choice.Member);
        text.Member(PolicyChoice.References, isList: true, () =>
        {
            foreach (PolicyQuestion question in members[PolicyChoice.References])
            {
                Say(text, question);
                text.Note(2, text.Map(("reference", question.Choice.Name), ("action", question.Choice.Actions[0]))
                    + Others(text, question.Choice.Actions.Skip(1).Append(ReferenceRule.Leave)));
            }
        });
        text.Member(PolicyChoice.Trees, isList: false, () =>
        {
            foreach (PolicyQuestion question in members[PolicyChoice.Trees])
            {
                Say(text, question);
                text.Note(2, text.Pair(question.Choice.Name, question.Choice.Actions[0])
                    + Others(text, question.Choice.Actions.Skip(1)));
            }
        });
        text.Member(PolicyChoice.Duplicates, isList: true, () =>
        {
            foreach (PolicyQuestion question in members[PolicyChoice.Duplicates])
            {
                Say(text, question);
                PolicyChoice choice = question.Choice;
                text.Note(2, text.Map(choice.Doubled, ("field", choice.Rows!.Field!), ("keep", choice.Actions[0]))
                    + Others(text, choice.Actions.Skip(1)));
            }
        });
        foreach (PolicyQuestion question in members[PolicyChoice.ContentTypes])
            text.Note(1, $"{question.Choice.Name}: {string.Join("; ", question.Problems)}");
        if (members.Contains(PolicyChoice.ContentTypes))
            text.Note(1, text.Pair(PolicyChoice.ContentTypes, new Dictionary<string, object>
            {
                ["staleModels"] = members[PolicyChoice.ContentTypes].Select(q => q.Choice.Name).ToArray(),
            }));
        text.Member("constraints", isList: true, () =>
        {
            foreach (string reference in constraints)
            {
                text.Note(2, "has no foreign key, and all rows have a target:");
                text.Note(2, text.Item(reference));
            }
        });
        text.End();
    }

    private static void Say(DefinitionText text, PolicyQuestion question)
    {
        text.Note(2, question.Problem);
        if (question.First is { } rows)
            text.Note(2, rows);
    }

    private static string Others(DefinitionText text, IEnumerable<string> actions) =>
        actions.ToArray() is { Length: > 0 } others ? $" {text.Comment} or {string.Join(", ", others)}" : "";
}
