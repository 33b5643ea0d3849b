namespace DataOps.Core.Features.Repairs;

/// <summary>The rules of a policy, and the references of a catalogue that each is about.</summary>
internal sealed class ReferenceRules
{
    private readonly ReferenceCatalog _catalog;
    private readonly (ReferenceRule Rule, HashSet<Reference> References)[] _rules;

    /// <summary>Finds the references.</summary>
    /// <exception cref="DataOpsException">The policy names what is not there.</exception>
    public ReferenceRules(ReferenceCatalog catalog, RepairPolicy policy, OperationContext context)
    {
        _catalog = catalog;
        _rules = [.. (policy.References ?? []).Select(r => (r, r.Of(catalog, context).ToHashSet()))];
        // Asked for the names alone: which of them get a foreign key follows from their rows.
        _ = new ReferenceFilter(catalog, [], [], [], policy.Constraints ?? [], context).Select();
    }

    /// <summary>
    /// The rule that decides: the first about the reference. One for many references is about those that its action
    /// suits; one that names a reference means it.
    /// </summary>
    public ReferenceRule? For(Reference reference) => _rules.FirstOrDefault(r => r.References.Contains(reference)
        && (r.Rule.Repair is not { } action || r.Rule.IsByName || reference.Repairs(_catalog).Contains(action))).Rule;
}
