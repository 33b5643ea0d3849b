using DataOps.Core.Features.Audits;

namespace DataOps.Core.Features.Repairs;

/// <summary>The findings to which a repair is limited.</summary>
/// <param name="session">Where they have to be from.</param>
/// <param name="objects">They; null for no limit.</param>
internal sealed class RepairScope(Session session, IReadOnlyList<FindingInput>? objects)
{
    /// <summary>The audits whose findings no repair is about.</summary>
    private static readonly Audit[] s_others = [Audit.Privilege, Audit.Drift, Audit.Storage];

    /// <summary>Whether there is a limit.</summary>
    public bool IsLimited => objects is not null;

    /// <summary>Makes sure that they are findings of this database, and says which are not repaired here.</summary>
    /// <exception cref="DataOpsException"><c>OtherDatabase</c> or <c>UselessInput</c>: nothing is changed.</exception>
    public void Require(OperationContext context)
    {
        if (objects?.FirstOrDefault(o => !session.Is(o.Server, o.Database)) is { } other)
            throw new DataOpsException(
                ErrorIds.OtherDatabase, FailureKind.InvalidArgument,
                $"A finding is of {other.Database} on {other.Server}, and this is {session.Database} on "
                    + $"{session.Server}.", "Nothing was changed: audit and repair the same database.");
        if (objects?.Any(o => !Enum.TryParse(o.Audit, ignoreCase: true, out Audit _)) == true)
            throw new DataOpsException(
                ErrorIds.UselessInput, FailureKind.InvalidArgument,
                "An object names no audit, so nothing was changed.", "Pass on what Test-Database writes.");
        foreach (Audit audit in s_others.Where(a => objects?.Any(o => Is(o, a)) == true))
            context.Warning?.Invoke(
                $"Repair-Database does not repair findings of {audit}: their Remedy says what does.");
    }

    /// <summary>Whether findings of an audit are repaired.</summary>
    public bool Has(Audit audit) => objects?.Any(o => Is(o, audit)) != false;

    /// <summary>Whether orphans of a reference are repaired.</summary>
    public bool Has(Reference reference) =>
        objects?.Any(o => Is(o, Audit.Orphan) && o.Reference == reference.Name
            && (o.Table is null || o.Table == reference.Table.DisplayName)) != false;

    /// <summary>The tables of an audit's findings; none without a limit.</summary>
    public IReadOnlyList<string> Tables(Audit audit) => Named(audit, o => o.Table);

    /// <summary>The references of an audit's findings; none without a limit.</summary>
    public IReadOnlyList<string> References(Audit audit) => Named(audit, o => o.Reference);

    private string[] Named(Audit audit, Func<FindingInput, string?> name) =>
        [.. (objects ?? []).Where(o => Is(o, audit)).Select(name).OfType<string>().Distinct()];

    private static bool Is(FindingInput input, Audit audit) =>
        Enum.TryParse(input.Audit, ignoreCase: true, out Audit its) && its == audit;
}
