namespace DataOps.Core.Features.Orphans;

/// <summary>The orphans of one reference, and what becomes of them.</summary>
/// <param name="Reference">The reference.</param>
/// <param name="Orphans">The rows.</param>
/// <param name="Missing">The ways in which a row is an orphan of it.</param>
/// <param name="Choices">The actions that suit.</param>
/// <param name="Action">The action; null where nobody has said.</param>
/// <param name="IsNamed">Whether the reference was asked for by its name, and not by a class or a pattern.</param>
internal sealed record RepairStep(
    Reference Reference, SelectedRows Orphans, IReadOnlyList<MissingTarget> Missing,
    IReadOnlyList<OrphanAction> Choices, OrphanAction? Action, bool IsNamed)
{
    /// <summary>The name of the reference as messages have it.</summary>
    public string Name => Reference.Name.StartsWith(Reference.Table.DisplayName, StringComparison.Ordinal)
        ? Reference.Name : $"{Reference.Table}.{Reference.Column.Name} ({Reference.Name})";

    /// <summary>Whether it takes rows away.</summary>
    public bool Deletes => Action is OrphanAction.Delete or OrphanAction.Quarantine;

    /// <summary>A line that names it, for a message.</summary>
    public string Line => $"{Name}  {(Orphans.Count == 1 ? "1 row" : $"{Orphans.Count} rows")}";

    /// <summary>What it does, for a plan.</summary>
    public OrphanPlan Describe(Session session, ReferenceCatalog catalog) => new(
        session.Server, session.Database, Reference.Class, Reference.Table.DisplayName,
        catalog.LabelOf(Reference.Table),
        Reference.ColumnText, Reference.Target?.DisplayName, Orphans.Count, Action, string.Join(", ", Choices),
        Reference.Name);
}
