using DataOps.Core.Features.Audits;
using DataOps.Core.Features.Orphans;
using DataOps.Core.Features.Schema.Constraints;
using DataOps.Core.Features.Schema.Duplicates;
using Npgsql;

namespace DataOps.Core.Features.Repairs;

/// <summary>A decision that a policy leaves open.</summary>
/// <param name="Choice">What the policy can say.</param>
/// <param name="Count">Rows that it is about.</param>
/// <param name="Problems">What is wrong with them, a sentence for each kind.</param>
/// <param name="First">The first of them, in a line for a person; null where nobody has looked.</param>
internal sealed record PolicyQuestion(
    PolicyChoice Choice, long Count, IReadOnlyList<string> Problems, string? First)
{
    private const int Most = 3;

    /// <summary>What is wrong, in a line.</summary>
    public string Problem
    {
        get
        {
            string rows = Counted.Of(Count, "row");
            string problems = string.Join("; ", Problems.Take(Most)) + (Problems.Count > Most ? "; …" : "");
            return problems.StartsWith(rows, StringComparison.Ordinal) ? problems : $"{rows}: {problems}";
        }
    }
}

/// <summary>
/// What a policy leaves open on a site, found by reading alone: no row is locked while a person thinks about it.
/// </summary>
internal static class PolicyQuestions
{
    /// <summary>Finds it: one question for a reference, a setting of trees, a model that is gone.</summary>
    public static IReadOnlyList<PolicyQuestion> Of(Session session, RepairPolicy policy, OperationContext context)
    {
        using NpgsqlTransaction snapshot = session.BeginSnapshot();
        ReferenceCatalog catalog = ReferenceCatalog.Read(session, withEmbedded: false);
        ReferenceRules rules = new(catalog, policy, context);
        TestDatabaseOptions asked =
            new() { Audit = [Audit.Tree, Audit.ContentType, Audit.Uniqueness, Audit.Orphan] };
        Finding[] findings = [.. TestDatabase.Find(session, catalog, asked, context)];
        return
        [
            .. findings.Select(f => (Finding: f, Choice: PolicyChoice.Of(catalog, f)))
                .Where(f => f.Choice is not null && IsOpen(catalog, rules, policy, f.Finding, f.Choice))
                .GroupBy(f => (f.Choice!.Member, f.Choice.Name))
                .Select(g => new PolicyQuestion(
                    g.First().Choice!, g.Sum(f => f.Finding.Count), [.. g.Select(f => f.Finding.Problem).Distinct()],
                    g.Key.Member == PolicyChoice.References ? First(g.First().Finding) : null)),
        ];
    }

    /// <summary>References that have no foreign key and could have one, as all their rows have a target.</summary>
    public static IReadOnlyList<string> Constraints(Session session, RepairPolicy policy, OperationContext context) =>
    [
        .. new RepairConstraint().Run(session, new() { WhatIf = true }, context).OfType<ConstraintRepair>()
            .Where(c => c.Status == ConstraintStatus.Suggested).Select(c => c.Reference).OfType<string>()
            .Where(r => !policy.Adds(r)),
    ];

    /// <summary>Asks a person about each, and adds the answers to the policy.</summary>
    /// <exception cref="DataOpsException"><c>NobodyToAsk</c>: there is nobody.</exception>
    public static RepairPolicy Ask(Session session, RepairPolicy policy, OperationContext context)
    {
        Func<Question, int> ask = context.Ask ?? throw new DataOpsException(
            ErrorIds.NobodyToAsk, FailureKind.InvalidArgument, "Nobody can be asked here.",
            "Leave -Interactive out, and decide with -Policy; New-RepairPolicy writes one.");
        IReadOnlyList<PolicyQuestion> questions = Of(session, policy, context);
        for (int i = 0; i < questions.Count; i++)
        {
            PolicyChoice choice = questions[i].Choice;
            // Where to point at would be a question of its own.
            string[] actions =
                [.. choice.Actions.Where(a => a != nameof(OrphanAction.Repoint)), ReferenceRule.Leave];
            int answer = ask(new Question(
                $"{i + 1} of {questions.Count}: {choice.Name}",
                questions[i].Problem + (questions[i].First is { } rows ? $"\n{rows}" : ""),
                actions, actions.Length - 1));
            policy = With(policy, choice, actions[answer]);
        }
        return policy;
    }

    private static RepairPolicy With(RepairPolicy policy, PolicyChoice choice, string action) => choice.Member switch
    {
        PolicyChoice.References => policy with
        {
            References = [new() { Reference = choice.Name, Action = action }, .. policy.References ?? []],
        },
        _ when action == ReferenceRule.Leave => policy,
        PolicyChoice.Duplicates => policy with
        {
            Duplicates = [.. policy.Duplicates ?? [], choice.Rows! with { Keep = Enum.Parse<KeptRow>(action) }],
        },
        PolicyChoice.ContentTypes => policy with
        {
            ContentTypes = (policy.ContentTypes ?? new()) with
            {
                StaleModels = [.. policy.ContentTypes?.StaleModels ?? [], choice.Name],
            },
        },
        _ => policy with { Trees = (policy.Trees ?? new()).With(choice.Name, action) },
    };

    // What a default or a rule decides is no question.
    private static bool IsOpen(
        ReferenceCatalog catalog, ReferenceRules rules, RepairPolicy policy, Finding finding, PolicyChoice choice) =>
        choice.Member switch
        {
            PolicyChoice.References => PolicyChoice.ReferenceOf(catalog, finding) is var reference
                && rules.For(reference) is null && reference.DefaultRepair(catalog) is null,
            PolicyChoice.Duplicates => policy.Duplicates?.Any(r => r with { Keep = null } == choice.Rows) != true,
            PolicyChoice.Trees => !(policy.Trees ?? new()).Decides(choice.Name),
            _ => policy.ContentTypes?.StaleModels?.Contains(choice.Name, StringComparer.OrdinalIgnoreCase) != true,
        };

    // The search that counts an orphan keeps the first, and their labels have been read.
    private static string? First(Finding finding) =>
        finding.Label is { } rows ? $"{finding.Model ?? finding.Table} {rows}" : null;
}
