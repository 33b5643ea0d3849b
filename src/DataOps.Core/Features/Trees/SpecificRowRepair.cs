using DataOps.Core.Django.Pages;
using DataOps.Core.Django.Trees;
using DataOps.Core.PageRepair;

namespace DataOps.Core.Features.Trees;

/// <summary>
/// Repairs pages of which a half is missing, and content types that are not those of the rows that exist.
/// </summary>
internal sealed class SpecificRowRepair(
    Session session, PageTables tables, ChangeRun change, RepairTreeOptions options, CancellationToken cancellation)
{
    private readonly Dictionary<TablePlan, NewValues> _values = [];
    private RebuiltSpecificRows? _rebuilt;
    private int _number;

    /// <summary>The temporary table of pages that come back; null without.</summary>
    public SqlText? Inserted => _rebuilt?.RowsOf(tables.Pages);

    /// <summary>Plans what becomes of them.</summary>
    public void Plan(IReadOnlyList<Problem> problems)
    {
        foreach (var type in problems.Where(p => p is { Class: TreeProblem.ContentType, Expected: not null }).GroupBy(
            p => p.Expected!))
            SetType(tables.Catalog.Models.First(m => m.Label == type.Key).ContentType, [.. type]);
        Problem[] missing = [.. problems.Where(p => p.Class == TreeProblem.MissingSpecific)];
        Problem[] strays = [.. problems.Where(p => p.Class == TreeProblem.StraySpecific)];
        List<SelectedRows> steps = [];
        if (missing.Length > 0 && options.MissingSpecific != MissingSpecific.Report)
            steps.Add(Select(
                tables.Catalog.References.OfType<SpecificRowReference>().First(r => r.Table == tables.Pages), missing));
        foreach (IGrouping<Table, Problem> table in strays.GroupBy(p => p.Table))
            if (options.MissingSpecific is MissingSpecific.FromRevision or MissingSpecific.Delete)
                steps.Add(Select(tables.Catalog.ParentLink(table.Key)!, [.. table]));
        Plan([.. steps.Where(s => s.Count > 0)]);
        foreach (NewValues values in _values.Values)
            change.Plan(values);
    }

    private void Plan(SelectedRows[] halves)
    {
        foreach (SelectedRows rows in halves)
            if (options.MissingSpecific == MissingSpecific.Delete)
                rows.Rows.PlanDelete(rows.From);
            else if (options.MissingSpecific == MissingSpecific.PlainPage)
                new PlainPages(session, tables.Catalog, change.Changes, rows, ValuesOf, cancellation).Plan();
        if (options.MissingSpecific != MissingSpecific.FromRevision || halves.Length == 0)
            return;
        _rebuilt = change.Plan(
            new RebuiltSpecificRows(session, tables.Catalog, change.Changes, halves, locks: false, cancellation));
    }

    // With Delete also what is stray beside a page of another type; a revision brings back only what is missing.
    private SelectedRows Select(Reference reference, Problem[] problems)
    {
        Table pages = tables.Pages;
        SqlText condition = options.MissingSpecific == MissingSpecific.Delete || reference is SpecificRowReference
            ? SqlText.Empty
            : (SqlText)$" and not exists (select 1 from {pages} p where p.{pages.SingleKey!} = t.{reference.Column})";
        return Select(change.Changes.Of(reference.Table), problems, reference.Value("t"), condition);
    }

    private void SetType(int contentType, Problem[] problems) =>
        ValuesOf(change.Changes.Of(tables.Pages)).Add(
            Select(change.Changes.Of(tables.Pages), problems, $"''", SqlText.Empty),
            new Dictionary<string, SqlText>
            {
                ["content_type_id"] = $"{contentType}::{tables.Pages.Find("content_type_id")!.TypeSql}",
            });

    private SelectedRows Select(TablePlan table, Problem[] problems, SqlText value, SqlText condition)
    {
        SelectedRows rows = new(session, $"dataops_half_of_{++_number}", table, cancellation);
        string[] keys = [.. problems.Select(p => p.Key!).Distinct()];
        rows.Add(value, $"from {table.Table} t where {KeyText.Of(table.Table, "t")} = any({keys}){condition}");
        return rows;
    }

    private NewValues ValuesOf(TablePlan rows)
    {
        if (!_values.TryGetValue(rows, out NewValues? values))
            _values[rows] = values = new NewValues(session, tables.Catalog, rows, cancellation);
        return values;
    }
}
