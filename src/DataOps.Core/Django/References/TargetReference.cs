namespace DataOps.Core.Django.References;

/// <summary>
/// A reference with one known target: foreign keys, soft and implied references, the child half of inheritance, the
/// parents of tree nodes.
/// </summary>
/// <remarks>
/// Whoever searches, looks up, repairs or follows its rows puts together <see cref="Reference.IsSet"/> and
/// <c>IsTarget</c>.
/// </remarks>
internal abstract class TargetReference(
    string name, ReferenceClass @class, Severity severity, Table table, IReadOnlyList<Column> columns, Table target,
    IReadOnlyList<Column> targetColumns,
    string evidence) : Reference(name, @class, severity, table, columns, target, targetColumns, evidence)
{
    /// <summary>The table referred to.</summary>
    public new Table Target => base.Target!;

    /// <summary>What else there is to know of a row that refers to a value which is not there.</summary>
    protected virtual string Note(string value) => Evidence;

    /// <summary>The condition that one row is what another refers to.</summary>
    internal virtual SqlText IsTarget(Alias alias, Alias target) =>
        IsTarget([.. Columns.Select(c => c.In(alias))], target);

    /// <summary>The condition that a row is what these values of the columns, as SQL, refer to.</summary>
    internal virtual SqlText IsTarget(IReadOnlyList<SqlText> values, Alias target) =>
        SqlText.Join(" and ", values.Select((v, i) => ColumnEquality.IsValue(TargetColumns[i], target, Columns[i], v)));

    /// <summary>The condition that a row refers to one that is not there.</summary>
    internal SqlText IsDangling(Alias alias) =>
        $"{IsSet(alias)} and not exists (select 1 from {Target} p where {IsTarget(alias, "p")})";

    /// <summary>The condition that a row's target is among all keys, which are then read once.</summary>
    /// <remarks>Beside a NULL among the keys, what is not one of them is unknown.</remarks>
    internal virtual SqlText IsAmongTargets(Alias alias) =>
        ColumnEquality.IsAmong(Column, alias, Target, TargetColumns[0]);

    /// <summary>The reference with what its conditions have to know of the rows.</summary>
    internal virtual TargetReference For(Session session, CancellationToken cancellation) => this;

    /// <summary>A row that is found to dangle.</summary>
    internal DanglingReference Dangling(string key, string value) => new(this, key, value, null, Note(value));

    /// <inheritdoc/>
    internal override IReadOnlyList<MissingTarget> MissingTargets(
        Session session, ReferenceCatalog catalog, CancellationToken cancellation) =>
        [new(For(session, cancellation).IsDangling)];

    /// <inheritdoc/>
    internal override IEnumerable<DanglingReference> Find(
        Session session, ReferenceCatalog catalog, CancellationToken cancellation) =>
        TargetSearch.In(session, Table, [For(session, cancellation)], null, cancellation);

    /// <inheritdoc/>
    internal override IReadOnlyList<OrphanAction> Repairs(ReferenceCatalog catalog) => [.. RowRepairs(this, catalog)];

    /// <summary>The repairs of a row that stands by itself.</summary>
    internal static IEnumerable<OrphanAction> RowRepairs(Reference reference, ReferenceCatalog catalog)
    {
        if (reference.Clearable.Any())
            yield return OrphanAction.SetNull;
        // A row cannot be told any more when its own key changes.
        if (reference.Columns.Count == 1 && !reference.Table.PrimaryKey.Contains(reference.Column.Name))
            yield return OrphanAction.Repoint;
        if (reference is { Columns.Count: 1, Target: { } target }
            && PlaceholderRow.Obstacle(catalog, target, reference.TargetColumns[0]) is null)
            yield return OrphanAction.RecreateParent;
        yield return OrphanAction.Quarantine;
        yield return OrphanAction.Delete;
    }

    /// <summary>The repairs of a half whose parent's half is missing.</summary>
    protected IReadOnlyList<OrphanAction> HalfRepairs(ReferenceCatalog catalog) => catalog.LeadsToPage(this)
        ? [OrphanAction.RebuildHalf, OrphanAction.RecreateParent, OrphanAction.Quarantine, OrphanAction.Delete]
        : [OrphanAction.RecreateParent, OrphanAction.Quarantine, OrphanAction.Delete];
}
