using DataOps.Core.Django.References;
using DataOps.Core.Kernel;
using DataOps.Core.Operations;
using DataOps.Core.Postgres.Connections;
using Npgsql;

namespace DataOps.Core.Features.Orphans;

/// <summary>What <see cref="FindOrphan"/> looks at. Wildcards are PowerShell's: * ? [a-z].</summary>
public sealed partial record FindOrphanOptions
{
    /// <summary>Referencing tables, as table or schema.table. Default: all.</summary>
    [Option(Position = 0, Pipeline = true, Wildcards = true, Completes = OptionNames.TableName)]
    public IReadOnlyList<string> Table { get; init; } = [];

    /// <summary>Referencing models, as app or app.model. Default: all.</summary>
    [Option(Pipeline = true, Wildcards = true, Completes = OptionNames.ModelName)]
    public IReadOnlyList<string> Model { get; init; } = [];

    /// <summary>Classes of reference. Default: all.</summary>
    [Option(Pipeline = true)]
    public IReadOnlyList<ReferenceClass> Class { get; init; } = [];

    /// <summary>Names of references, as Get-Reference lists them. Default: all.</summary>
    [Option(Pipeline = true, Wildcards = true, Completes = OptionNames.ReferenceName)]
    public IReadOnlyList<string> Reference { get; init; } = [];

    /// <summary>
    /// More references without a foreign key, as table.column=target_table; their orphans count as history.
    /// </summary>
    public IReadOnlyList<string> SoftReference { get; init; } = [];

    /// <summary>Also report history that outlives its target by design (Wagtail's log entries).</summary>
    public bool IncludeExpected { get; init; }

    /// <summary>Report one result per reference, with the number of its orphans, instead of one per row.</summary>
    public bool Summary { get; init; }
}

/// <summary>Finds rows whose reference has no target, in one snapshot: one result a row, in the catalogue's order.</summary>
/// <remarks>One pass over each child table serves all its references; a column of few values is answered from its index.</remarks>
[Operation("Find", "Orphan")]
public sealed class FindOrphan : Operation<FindOrphanOptions, IOrphanFinding>
{
    /// <inheritdoc/>
    /// <exception cref="DataOpsException">A name in <paramref name="options"/> matches nothing, or the server refused a query.</exception>
    protected override IEnumerable<IOrphanFinding> Execute(Session session, FindOrphanOptions options, OperationContext context)
    {
        using NpgsqlTransaction snapshot = session.BeginSnapshot();
        ReferenceCatalog catalog = ReferenceCatalog.Read(session, options.SoftReference);
        foreach (IOrphanFinding finding in Find(session, catalog, options, context))
            yield return finding;
    }

    /// <summary>Finds them in a snapshot that is the caller's, with other audits.</summary>
    internal static IEnumerable<IOrphanFinding> Find(Session session, ReferenceCatalog catalog, FindOrphanOptions options, OperationContext context)
    {
        // Hash tables of parents' keys should not spill to disk: the keys of a million rows need about 50 MB.
        session.Execute("set local work_mem = '64MB'");
        IEnumerable<Reference> references = new ReferenceFilter(catalog, options.Table, options.Model, options.Class, options.Reference).Select()
            .Where(r => options.IncludeExpected || r.Severity != Severity.Expected);
        IEnumerable<DanglingReference> found = new ReferenceSearch(session, catalog, context).In([.. references]);
        return options.Summary ? Summarize(session, catalog, found) : found.Select(d => Describe(session, catalog, d));
    }

    private static Orphan Describe(Session session, ReferenceCatalog catalog, DanglingReference d) => new(
        session.Server,
        session.Database,
        d.Reference.Class.ToString(),
        d.Reference.Severity.ToString(),
        d.Reference.Table.DisplayName,
        catalog.LabelOf(d.Reference.Table),
        d.Key,
        d.Reference.ColumnText,
        d.Value,
        (d.Target ?? d.Reference.Target)?.DisplayName,
        d.Reference.Name,
        d.Note);

    private static IEnumerable<IOrphanFinding> Summarize(Session session, ReferenceCatalog catalog, IEnumerable<DanglingReference> found)
    {
        Dictionary<Reference, (long Count, SortedSet<string> Targets)> counts = [];
        foreach (DanglingReference d in found)
        {
            (long count, SortedSet<string> targets) = counts.GetValueOrDefault(d.Reference, (0, new(StringComparer.Ordinal)));
            if ((d.Target ?? d.Reference.Target)?.DisplayName is { } target)
                targets.Add(target);
            counts[d.Reference] = (count + 1, targets);
        }
        return counts.Select(c => new OrphanSummary(
            session.Server,
            session.Database,
            c.Key.Class.ToString(),
            c.Key.Severity.ToString(),
            c.Value.Count,
            c.Key.Table.DisplayName,
            catalog.LabelOf(c.Key.Table),
            c.Key.ColumnText,
            c.Value.Targets.Count == 0 ? null : string.Join(",", c.Value.Targets),
            c.Key.Name));
    }
}
