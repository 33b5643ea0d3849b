using DataOps.Core.Django.Trees;
using DataOps.Core.Features.Orphans;
using DataOps.Core.Features.Schema;
using DataOps.Core.Features.Schema.Duplicates;
using DataOps.Core.Features.Trees;

namespace DataOps.Core.Features.Repairs;

/// <summary>What a policy can say about a problem.</summary>
/// <param name="Member">
/// The member of the policy: <c>references</c>, <c>trees</c>, <c>contentTypes</c>, <c>duplicates</c>.
/// </param>
/// <param name="Name">The reference, the setting of trees, the model, the columns of doubled rows.</param>
/// <param name="Actions">The actions that suit, besides leaving the problem.</param>
internal sealed record PolicyChoice(string Member, string Name, IReadOnlyList<string> Actions)
{
    /// <summary>The members of a policy.</summary>
    public const string References = "references", Trees = "trees", ContentTypes = "contentTypes",
        Duplicates = "duplicates";

    /// <summary>Of doubled rows, the rule but for which of them is kept; otherwise null.</summary>
    public DuplicateRule? Rows { get; init; }

    /// <summary>The line to add, with the actions to choose from.</summary>
    public string Line => Member switch
    {
        References =>
            $$"""references: { "reference": "{{Name}}", "action": "{{string.Join('|', Actions)}}|Leave" }""",
        Trees => $$"""trees: { "{{Name}}": "{{string.Join('|', Actions)}}" }""",
        Duplicates => $"duplicates: {{ \"{Doubled.Member}\": \"{Doubled.Name}\", \"field\": \"{Rows!.Field}\", "
            + $"\"keep\": \"{string.Join('|', Actions)}\" }}",
        _ => $$"""contentTypes: { "staleModels": ["{{Name}}"] }""",
    };

    /// <summary>Of doubled rows, the model or the table, as a rule names it.</summary>
    public (string Member, string Name) Doubled => Rows!.Model is { } model ? ("model", model) : ("table", Rows.Table!);

    /// <summary>The choice about a finding; null where no policy can decide.</summary>
    public static PolicyChoice? Of(ReferenceCatalog catalog, Finding finding) => finding switch
    {
        { Class: ReferenceClass } => OfReference(catalog, ReferenceOf(catalog, finding)),
        { Class: TreeProblem problem } => OfTree(problem),
        { Class: UniquenessProblem.DoubledRow, Column: { } columns } => new(
            Duplicates, $"{finding.Model ?? finding.Table}.{columns}", Enum.GetNames<KeptRow>())
        {
            Rows = new()
            {
                Model = finding.Model, Table = finding.Model is null ? finding.Table : null, Field = columns,
            },
        },
        { Audit: Audit.ContentType, Model: { } model } => new(ContentTypes, model, [nameof(OrphanNodes.Delete)]),
        _ => null,
    };

    /// <summary>The reference that a finding is about.</summary>
    public static Reference ReferenceOf(ReferenceCatalog catalog, Finding finding) =>
        catalog.References.First(r => r.Name == finding.Reference && r.Table.DisplayName == finding.Table);

    private static PolicyChoice? OfReference(ReferenceCatalog catalog, Reference reference) =>
        reference.Repairs(catalog) is { Count: > 0 } choices
            // Where to point at has to be said besides.
            ? new(References, reference.Name,
                [.. choices.OrderBy(c => c == OrphanAction.Repoint).Select(c => $"{c}")])
            : null;

    private static PolicyChoice? OfTree(TreeProblem problem) => problem switch
    {
        TreeProblem.Orphan or TreeProblem.BelowOrphan or TreeProblem.Alphabet or TreeProblem.Length
            or TreeProblem.Cycle or TreeProblem.Duplicate => OfTree<OrphanNodes>("orphan"),
        TreeProblem.MissingSpecific or TreeProblem.StraySpecific => OfTree<MissingSpecific>("missingSpecific"),
        TreeProblem.Slug => OfTree<DuplicateSlug>("duplicateSlug"),
        TreeProblem.LostParent => OfTree<LostParent>("lostParent"),
        _ => null,
    };

    private static PolicyChoice OfTree<T>(string setting)
        where T : struct, Enum =>
        new(Trees, setting, [.. Enum.GetNames<T>().Where(c => c != nameof(OrphanNodes.Report))]);
}
