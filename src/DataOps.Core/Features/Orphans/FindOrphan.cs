using Npgsql;

namespace DataOps.Core.Features.Orphans;

/// <summary>Options of <see cref="FindOrphan"/>. Wildcards are PowerShell's: * ? [a-z].</summary>
public sealed partial record FindOrphanOptions : ReferenceOptions
{
    /// <summary>Also report history that outlives its target by design (Wagtail's log entries).</summary>
    public bool IncludeExpected { get; init; }

    /// <summary>Report one result per reference, with the number of its orphans, instead of one per row.</summary>
    public bool Summary { get; init; }

    /// <summary>
    /// Columns that name a model's rows in results, as app.model=column; several joined by commas, none for no label.
    /// Default: title, name, slug, username or the like.
    /// </summary>
    [Option(Form = OptionForm.Label, Wildcards = true)]
    public IReadOnlyList<string> Label { get; init; } = [];
}

/// <summary>Finds orphans: rows whose reference has no target, one result per row, in one snapshot.</summary>
/// <remarks>
/// One pass over each child table serves all its references; a column of few values is answered from its index.
/// References that cannot be searched, as the role may not read a table, are findings themselves
/// (<see cref="AuditProblem.CheckFailed"/>).
/// </remarks>
[Operation("Find", "Orphan")]
public sealed class FindOrphan : Operation<FindOrphanOptions, Finding>
{
    // Rows come in any order, and their first ones should be the same each time; a longer number is a larger one.
    private static readonly Comparer<string> s_byNumber = Comparer<string>.Create((a, b) =>
        a.Length != b.Length ? a.Length.CompareTo(b.Length) : string.CompareOrdinal(a, b));

    /// <inheritdoc/>
    protected override bool NeedsAllNames => false;

    /// <inheritdoc/>
    /// <exception cref="DataOpsException">The connection is lost.</exception>
    protected override IEnumerable<Finding> Execute(
        Session session, FindOrphanOptions options, OperationContext context)
    {
        using NpgsqlTransaction snapshot = session.BeginSnapshot();
        // The texts are read only where somebody asks for what is in them; a name may be that of such a reference.
        bool withEmbedded = options.Class.Count == 0 || options.Class.Contains(ReferenceClass.Embedded)
            || options.Reference.Count > 0;
        ReferenceCatalog catalog = ReferenceCatalog.Read(
            session, options.SoftReference, withEmbedded, reading: context, texts: options.Texts,
            labels: options.Label);
        using FindingLabels labels = new(session, catalog, context);
        foreach (Finding finding in Find(session, catalog, options, context, labels))
            yield return finding;
    }

    /// <summary>
    /// Finds them in a snapshot that is the caller's, with other audits; labels of rows are read where somebody wants
    /// them.
    /// </summary>
    internal static IEnumerable<Finding> Find(
        Session session, ReferenceCatalog catalog, FindOrphanOptions options, OperationContext context,
        FindingLabels? labels = null)
    {
        // Hash tables of parents' keys should not spill to disk: the keys of a million rows need about 50 MB.
        session.Run($"set local work_mem = '64MB'");
        ReferenceFilter filter =
            new(catalog, options.Table, options.Model, options.Class, options.Reference, context);
        Reference[] references =
            [.. filter.Select().Where(r => options.IncludeExpected || r.Severity != Severity.Expected)];
        long total = references.Select(r => r.Table).DistinctBy(t => t.Oid).Sum(t => t.EstimatedRows ?? 0);
        long done = 0;
        Check check = new(session, Audit.Orphan, context with { Progress = null });
        foreach (IGrouping<uint, Reference> table in references.GroupBy(r => r.Table.Oid))
        {
            Table child = table.First().Table;
            context.Report($"Searching {child}", done, total > 0 ? total : null);
            IEnumerable<Finding> found = Find(session, catalog, [.. table], options, check);
            foreach (Finding finding in labels?.AddTo(found) ?? found)
                yield return finding;
            done += child.EstimatedRows ?? 0;
        }
    }

    // All references of one table in one check; where it is refused, each in one of its own.
    private static IEnumerable<Finding> Find(
        Session session, ReferenceCatalog catalog, Reference[] references, FindOrphanOptions options, Check check)
    {
        Reference first = references[0];
        string? model = catalog.LabelOf(first.Table);
        string? name = references.Length == 1 ? first.Name : null;
        IEnumerable<Finding> Search()
        {
            OrphanRemedies remedies = new(session, catalog, references, check.Context.Cancellation);
            IEnumerable<DanglingReference> found = new ReferenceSearch(session, catalog, check.Context).In(references)
                .Where(d => d.IsCertain || options.IncludeExpected);
            return options.Summary
                ? Summarize(session, catalog, remedies, found)
                : found.Select(d => Describe(session, catalog, remedies, d));
        }
        IEnumerable<Finding> Parts() => references.SelectMany(r => Find(session, catalog, [r], options, check));
        return check
            .Run(Search, [first.Table, .. references.Select(r => r.Target).OfType<Table>()], model,
                references.Length == 1 ? null : Parts)
            .Select(f => f.Class is AuditProblem.CheckFailed ? f with { Reference = f.Reference ?? name } : f);
    }

    private static Finding Describe(
        Session session, ReferenceCatalog catalog, OrphanRemedies remedies, DanglingReference d)
    {
        string? target = (d.Target ?? d.Reference.Target)?.DisplayName;
        string problem = $"{d.Reference.ColumnText} {d.Value} is not in {target ?? "any table"}";
        return Of(session, catalog, remedies, d.Reference, d.IsCertain) with
        {
            Key = d.Key,
            Value = d.Value,
            References = target,
            Problem = d.Problem is not null ? $"{d.Reference.ColumnText} {d.Value}: {d.Problem}"
                : !d.IsCertain ? $"{d.Reference.ColumnText} {d.Value} {d.Note}"
                : d.Note is null ? problem : $"{problem}: {d.Note}",
        };
    }

    private static IEnumerable<Finding> Summarize(
        Session session, ReferenceCatalog catalog, OrphanRemedies remedies, IEnumerable<DanglingReference> found)
    {
        Dictionary<(Reference, bool), (long Count, SortedSet<string> Targets, SortedSet<string> First)> counts = [];
        foreach (DanglingReference d in found)
        {
            (long count, SortedSet<string> targets, SortedSet<string> first) = counts.GetValueOrDefault(
                (d.Reference, d.IsCertain), (0, new(StringComparer.Ordinal), new(s_byNumber)));
            if (first.Add(d.Key) && first.Count > FirstRows.Most)
                first.Remove(first.Max!);
            if ((d.Target ?? d.Reference.Target)?.DisplayName is { } target)
                targets.Add(target);
            counts[(d.Reference, d.IsCertain)] = (count + 1, targets, first);
        }
        foreach (((Reference reference, bool isCertain), (long count, SortedSet<string> targets,
            SortedSet<string> first)) in counts)
        {
            string? references = targets.Count == 0 ? null : string.Join(",", targets);
            yield return Of(session, catalog, remedies, reference, isCertain) with
            {
                Count = count,
                FirstRows = new([.. first]),
                References = references,
                Problem = !isCertain
                    ? $"{count} {(count == 1 ? "row" : "rows")} cannot be checked: the table is not known"
                    : reference.Count(count, references),
            };
        }
    }

    private static Finding Of(Session session, ReferenceCatalog catalog, OrphanRemedies remedies, Reference reference,
        bool isCertain) => new()
    {
        Server = session.Server,
        Database = session.Database,
        Severity = isCertain ? reference.Severity : Severity.Expected,
        Audit = Audit.Orphan,
        Class = isCertain ? reference.Class : AuditProblem.Unchecked,
        Model = catalog.LabelOf(reference.Table),
        Table = reference.Table.DisplayName,
        Column = reference.ColumnText,
        Reference = reference.Name,
        Remedy = remedies.For(reference, isCertain),
    };
}
