namespace DataOps.Core.Features.Orphans;

/// <summary>What is typed about the orphans of a reference: each command shows first what it would do.</summary>
internal sealed class OrphanRemedies
{
    private readonly ReferenceCatalog _catalog;
    private readonly Dictionary<uint, int> _defaults = [];

    /// <summary>
    /// Reads the rows that references mean by default, before the orphans are read: a connection answers one query at
    /// a time.
    /// </summary>
    public OrphanRemedies(
        Session session, ReferenceCatalog catalog, IEnumerable<Reference> references, CancellationToken cancellation)
    {
        _catalog = catalog;
        foreach (Reference reference in references.DistinctBy(r => r.Target?.Oid))
            if (KnownDefaults.Target(catalog, reference) is { } row && reference.Target!.IsReadable
                && session.Query<int?>(row, cancellation).Single() is { } key)
                _defaults.Add(reference.Target.Oid, key);
    }

    /// <summary>The remedy: a cmdlet, or a pipeline of two.</summary>
    /// <param name="reference">The reference.</param>
    /// <param name="isCertain">Whether the rows are orphans, and not only such as nobody can check.</param>
    public string For(Reference reference, bool isCertain)
    {
        string find = $"Find-Orphan -Reference '{reference.Name}'";
        if (reference.Severity == Severity.Expected || !isCertain)
            return find + " -IncludeExpected";
        // What Test-Tree finds as well is repaired as it says.
        if (reference.IsRevisionPointer && _catalog.IsPage(reference.Table))
            return $"Repair-Tree -Table {reference.Table} -WhatIf";
        if (reference.Class == ReferenceClass.Tree)
            return $"Repair-Tree -Table {reference.Table} -Orphan Reattach -WhatIf";
        if (reference.Repairs(_catalog).Contains(OrphanAction.RebuildHalf))
            return $"Repair-Tree -Table {reference.Table} -MissingSpecific FromRevision -WhatIf";
        if (reference.DefaultRepair(_catalog) is not null)
            return $"{find} | Repair-Orphan -WhatIf";
        // What is only a guess, and what no action suits, a person has to look at.
        return reference.KnownBy == KnownBy.Name || Action(reference) is not { } action
            ? find
            : $"{find} | Repair-Orphan -Action {action} -WhatIf";
    }

    // The mildest that loses nothing and invents no more than it must. A page or a user is never put aside unasked.
    private string? Action(Reference reference)
    {
        IReadOnlyList<OrphanAction> actions = reference.Repairs(_catalog);
        OrphanAction[] suitable =
        [
            OrphanAction.SetNull,
            .. _catalog.To(reference.Table).Any() ? [OrphanAction.RecreateParent] : Array.Empty<OrphanAction>(),
            .. _catalog.IsPageOrHalf(reference.Table) || KnownNaturalKeys.UserName(reference.Table) is not null
                ? []
                : new[] { OrphanAction.Quarantine },
        ];
        return actions.Contains(OrphanAction.Repoint) && reference.Target is { } target
            && _defaults.TryGetValue(target.Oid, out int key)
                ? $"{OrphanAction.Repoint} -To {key}"
                : suitable.Where(actions.Contains).Select(a => $"{a}").FirstOrDefault();
    }
}
