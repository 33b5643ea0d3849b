using DataOps.Core.Features.Audits;
using DataOps.Core.Features.ContentTypes;
using DataOps.Core.Features.Orphans;
using DataOps.Core.Features.Schema;
using DataOps.Core.Features.Schema.Duplicates;
using DataOps.Core.Features.Trees;

namespace DataOps.Core.Features.Repairs;

/// <summary>
/// The parts of a repair that write rows, one after the other in one transaction: trees, content types, duplicates,
/// orphans, and the trees again where rows were deleted.
/// </summary>
internal sealed class RowRepairs(
    Session session, RepairPolicy policy, RepairScope scope, RepairDatabaseOptions options, WholeChange whole,
    RepairTally tally, OperationContext context)
{
    private readonly TreePolicy _trees = policy.Trees ?? new();

    /// <summary>Does them, a step each.</summary>
    /// <exception cref="DataOpsException">A part is refused: nothing is changed.</exception>
    public IEnumerable<IChangeResult> Run()
    {
        IEnumerable<IChangeResult> parts = (scope.Has(Audit.Tree) ? Trees() : [])
            .Concat(scope.Has(Audit.ContentType) ? ContentTypes() : [])
            .Concat(scope.Has(Audit.Uniqueness) ? Duplicates() : [])
            .Concat(scope.Has(Audit.Orphan) ? Orphans() : []);
        foreach (IChangeResult told in parts)
            yield return told;
        // Deleted nodes leave numbers of children and places behind.
        if (tally.Deleted > 0)
            foreach (IChangeResult told in Trees())
                yield return told;
    }

    /// <summary>What the audits of rows find when all parts are done.</summary>
    public IEnumerable<DatabaseRepairStep> Left()
    {
        ReferenceCatalog catalog = ReferenceCatalog.Read(session);
        // What the names of the policy mean was asked before; a repair may have taken the last reference of one away.
        ReferenceRules rules = new(catalog, policy, context with { NotFound = _ => { }, Warning = null });
        Audit[] all = [Audit.Orphan, Audit.ContentType, Audit.Tree, Audit.Uniqueness, Audit.Schema];
        Audit[] audits = [.. all.Where(scope.Has)];
        TestDatabaseOptions asked = new() { Audit = audits, InstalledApp = policy.ContentTypes?.InstalledApps ?? [] };
        // None would be all.
        IEnumerable<Finding> found = audits.Length == 0 ? [] : TestDatabase.Find(session, catalog, asked, context);
        // Constraints and indexes come after the rows, but where only some findings are repaired, which name none.
        foreach (Finding finding in found.Where(
            f => (scope.IsLimited || f.Class is not (UniquenessProblem.MissingConstraint or SchemaProblem.InvalidIndex))
                && (f.Class is not ReferenceClass || scope.Has(PolicyChoice.ReferenceOf(catalog, f)))))
            yield return Undecided(catalog, rules, finding);
        whole.EndPart();
    }

    private IEnumerable<IChangeResult> Trees() => Part(
        new RepairTree(),
        new RepairTreeOptions
        {
            Orphan = _trees.Orphan,
            To = _trees.To,
            MissingSpecific = _trees.MissingSpecific,
            DuplicateSlug = _trees.DuplicateSlug,
            LostParent = _trees.LostParent,
            OnDependent = policy.OnDependent,
        },
        "Repair-Tree", null, "Repair",
        sum => sum is RepairTreeResult tree ? $"{tree.Problems} problems, {tree.Remaining} of them left" : null);

    private IEnumerable<IChangeResult> ContentTypes() => policy.ContentTypes is not { } types ? [] : Part(
        new RemoveStaleContentType(),
        new RemoveStaleContentTypeOptions
        {
            StaleModel = types.StaleModels ?? [],
            InstalledApp = types.InstalledApps ?? [],
            Permission = types.Permissions,
            Repoint = types.Repoint ?? [],
            OnDependent = policy.OnDependent,
        },
        "Remove-StaleContentType", null, "Delete", _ => null);

    private IEnumerable<IChangeResult> Duplicates() => (policy.Duplicates ?? []).SelectMany(rule => Part(
        new RepairDuplicate(),
        new RepairDuplicateOptions
        {
            Model = rule.Model is { } model ? [model] : [],
            Table = rule.Table is { } table ? [table] : [],
            Field = rule.Field is { } field ? [field] : [],
            Keep = rule.Keep,
        },
        "Repair-Duplicate", rule.Model ?? rule.Table, $"Keep {rule.Keep}",
        sum => sum is RepairDuplicateResult { Groups: var groups }
            ? $"{groups} {(groups == 1 ? "group" : "groups")}"
            : null));

    private IEnumerable<IChangeResult> Orphans()
    {
        foreach (OrphanDecision decision in Decisions())
        {
            RepairOrphanOptions repair = new()
            {
                Action = decision.Rule is null ? null : decision.Action,
                To = decision.Rule?.To,
                OnDependent = policy.OnDependent,
                IncludeExpected = decision.IsExpected,
            };
            // Only a rule that names the reference may delete what could be cleared.
            repair = decision.Rule is { IsByName: true }
                ? repair with { Table = [decision.Table], Reference = [decision.Reference.Name] }
                : repair with
                {
                    InputObject =
                    [
                        new()
                        {
                            Server = session.Server, Database = session.Database, Table = decision.Table,
                            Reference = decision.Reference.Name,
                        },
                    ],
                };
            foreach (IChangeResult told in Part(
                new RepairOrphan(), repair, "Repair-Orphan", decision.Reference.Name, $"{decision.Action}",
                // Some may have gone with what was repaired before.
                sum => sum is RepairOrphanResult { Orphans: var orphans }
                    ? $"{orphans} {(orphans == 1 ? "orphan" : "orphans")}"
                    : null))
                yield return told;
        }
    }

    // What is cleared or made anew comes before what is deleted: fewer rows go.
    private OrphanDecision[] Decisions()
    {
        ReferenceCatalog catalog = ReferenceCatalog.Read(session, withEmbedded: false);
        ReferenceRules rules = new(catalog, policy, context);
        bool withExpected = policy.References?.Any(r => r.IsByName) == true;
        OrphanDecision[] decisions =
        [
            .. FindOrphan.Find(session, catalog, new() { Summary = true, IncludeExpected = withExpected }, context)
                .Where(f => f.Class is ReferenceClass)
                .Select(f => Decide(catalog, rules, f))
                .OfType<OrphanDecision>()
                .Where(d => scope.Has(d.Reference))
                .OrderBy(d => d.Action is OrphanAction.Delete or OrphanAction.Quarantine),
        ];
        whole.EndPart();
        return decisions;
    }

    private static OrphanDecision? Decide(ReferenceCatalog catalog, ReferenceRules rules, Finding finding)
    {
        Reference reference = PolicyChoice.ReferenceOf(catalog, finding);
        ReferenceRule? rule = rules.For(reference);
        bool isExpected = finding.Severity == Severity.Expected;
        OrphanAction? action = rule is null ? reference.DefaultRepair(catalog) : rule.ActionFor(reference);
        // History is repaired only where it is named.
        return action is not { } chosen || (isExpected && rule is not { IsByName: true })
            ? null
            : new(reference, finding.Table!, rule, chosen, isExpected);
    }

    private DatabaseRepairStep Undecided(ReferenceCatalog catalog, ReferenceRules rules, Finding finding)
    {
        bool isLeft = finding.Class is ReferenceClass
            && rules.For(PolicyChoice.ReferenceOf(catalog, finding)) is { Repair: null };
        return new DatabaseRepairStep(
            session.Server, session.Database, null, isLeft ? ReferenceRule.Leave : DatabaseRepairStep.Undecided,
            finding.Count, finding.Reference ?? finding.Table ?? finding.Model, finding.Problem)
        {
            Audit = finding.Audit,
            PolicyLine = isLeft ? null : PolicyChoice.Of(catalog, finding)?.Line,
            Remedy = finding.Remedy,
        };
    }

    // Rows one by one where they are asked for, and then the step.
    private IEnumerable<IChangeResult> Part<TOptions>(
        Operation<TOptions, IChangeResult> operation, TOptions part, string name, string? subject, string action,
        Func<ChangeResult, string?> note)
        where TOptions : DeletingOptions, IOptions
    {
        part = part with
        {
            Whole = whole, WhatIf = options.WhatIf, Detailed = options.Detailed, MaxDelete = MostDeleted(),
        };
        foreach (IChangeResult told in operation.Run(session, part, context))
            if (told is RowChange)
                yield return told;
            else if (told is ChangeResult sum)
            {
                tally.Add(sum);
                if (sum.WouldChange > 0)
                    yield return new DatabaseRepairStep(
                        session.Server, session.Database, name, action, sum.WouldChange, subject,
                        string.Join("; ", new[] { note(sum), sum.DeletedPages }.OfType<string>()));
            }
        whole.EndPart();
    }

    private string? MostDeleted() =>
        options.MaxDelete is { } text && long.TryParse(text, out long most)
            ? $"{Math.Max(most - tally.Deleted, 0)}"
            : options.MaxDelete;

    private sealed record OrphanDecision(
        Reference Reference, string Table, ReferenceRule? Rule, OrphanAction Action, bool IsExpected);
}
