using DataOps.Core.Features.Schema.Duplicates;
using DataOps.Core.Postgres.Schemas;

namespace DataOps.Core.Features.Schema.Constraints;

/// <summary>The rows that violate a constraint, in one snapshot.</summary>
/// <param name="Count">How many rows there are.</param>
/// <param name="First">The first of them; of a unique one the first values that several rows have.</param>
/// <param name="Note">What they are and what to do; empty where there are none.</param>
internal sealed record Violations(long Count, IReadOnlyList<ConstraintViolation> First, string Note)
{
    private const int Named = 5;

    private static readonly Violations s_none = new(0, [], "");

    /// <summary>Finds them, in the transaction at hand.</summary>
    public static Violations Find(
        Session session, ReferenceCatalog catalog, string own, ConstraintStep step, OperationContext context)
    {
        if (step is { Reference: null, Key: null, IsViolated: null })
            return s_none;
        context.Report($"Checking {step.Table} for {step.Name}", 0, step.Table.EstimatedRows);
        ConstraintViolation violation = Of(session, catalog, step) with
        {
            Remedy = step.Key is null ? null : FindDuplicate.Command(catalog, step.Key, step.Name),
        };
        Violations found = step.Reference is { } reference
            ? OfReference(session, catalog, reference, violation, context)
            : SchemaReader.Under(
                session, own,
                () => step.Key is null
                    ? OfCondition(session, step, violation, context)
                    : OfKey(session, step, violation, context),
                context.Cancellation);
        using FindingLabels labels = new(session, catalog, context);
        return found with { First = [.. labels.AddTo(found.First)] };
    }

    private static ConstraintViolation Of(Session session, ReferenceCatalog catalog, ConstraintStep step) => new()
    {
        Server = session.Server,
        Database = session.Database,
        Severity = Severity.Error,
        Audit = Audit.Constraint,
        Class = ConstraintProblem.Violated,
        Model = catalog.LabelOf(step.Table),
        Table = step.Table.DisplayName,
        Column = string.Join(",", step.Columns),
        References = step.Target?.DisplayName,
        Reference = step.Reference?.Name,
        Constraint = step.Name,
    };

    private static Violations OfReference(
        Session session, ReferenceCatalog catalog, Reference reference, ConstraintViolation violation,
        OperationContext context)
    {
        List<ConstraintViolation> first = [];
        long count = 0;
        foreach (DanglingReference row in reference.Find(session, catalog, context.Cancellation))
            if (++count <= RowList.Most)
                first.Add(violation with
                {
                    Key = row.Key,
                    Value = row.Value,
                    Problem = $"{reference.ColumnText} {row.Value} is not in {reference.Target}",
                    Remedy = $"Find-Orphan -Reference '{reference.Name}'",
                });
        return new(count, first, count == 0 ? "" :
            $"{(count == 1 ? "1 row has" : $"{count} rows have")} no target "
                + $"({List(first.Select(f => $"{f.Key} -> {f.Value}"), count)}): Find-Orphan -Reference "
                + $"{reference.Name} | Repair-Orphan");
    }

    private static Violations OfKey(
        Session session, ConstraintStep step, ConstraintViolation violation, OperationContext context)
    {
        List<ConstraintViolation> first = [];
        (long rows, long values) = (0, 0);
        step.Key!.ReadPastIndexes(session, context.Cancellation);
        foreach ((string? value, long count, FirstRows rowsOfValue) in step.Key.Read(session, context.Cancellation))
        {
            rows += count;
            if (++values <= RowList.Most)
                first.Add(violation with
                {
                    Count = count,
                    FirstRows = rowsOfValue,
                    Value = value,
                    Problem = $"{count} rows have {step.Key.Names} {value ?? "NULL"}",
                });
        }
        DuplicateKey.ReadAsUsual(session, context.Cancellation);
        return new(rows, first, rows == 0 ? "" :
            $"{rows} rows share {(values == 1 ? "1 value" : $"{values} values")} of {step.Key.Names} "
                + $"({List(first.Select(f => f.Value ?? "NULL"), values)}): {violation.Remedy}");
    }

    private static Violations OfCondition(
        Session session, ConstraintStep step, ConstraintViolation violation, OperationContext context)
    {
        List<ConstraintViolation> first = [];
        long count = 0;
        bool isReference = step.Target is not null;
        string what = isReference ? $"refers to a row that {step.Target} has not"
            : step.Kind == SchemaObjectKind.Column ? $"has no {step.Columns[0]}"
            : $"does not pass {step.Name}";
        foreach ((string key, long all) in session.Read(
            $"""
            select {KeyText.Of(step.Table, "t")}, count(*) over () from {step.Table} t where {step.IsViolated!}
            order by 1 limit {RowList.Most}
            """, r => (r.GetString(0), r.GetInt64(1)), context.Cancellation))
        {
            count = all;
            first.Add(violation with { Key = key, Problem = $"row {key} {what}" });
        }
        string advice = isReference
            ? $": Find-Orphan -SoftReference '{step.Table}.{step.Columns[0]}={step.Target}' -IncludeExpected"
            : "";
        return new(count, first, count == 0 ? "" :
            $"{(count == 1 ? $"1 row {what}" : $"{count} rows violate it")} "
                + $"({List(first.Select(f => f.Key!), count)}){advice}");
    }

    private static string List(IEnumerable<string> first, long count) =>
        string.Join(", ", first.Take(Named)) + (count > Named ? ", …" : "");
}
