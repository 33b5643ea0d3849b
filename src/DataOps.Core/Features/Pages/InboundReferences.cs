using DataOps.Core.Django.Pages;

namespace DataOps.Core.Features.Pages;

/// <summary>
/// Rows that refer to a page, and refer to its successor afterwards: sites, redirects, permissions, other pages'
/// fields, tags.
/// </summary>
internal sealed class InboundReferences(
    Session session, PageTables tables, ChangeRun change, CancellationToken cancellation)
{
    // What belongs to a page's drafts stays with them; what the application makes anew is made anew.
    private static readonly ModelLabel[] s_staying =
    [
        WagtailTables.Comment, WagtailTables.Revision, WagtailTables.WorkflowState, WagtailTables.ReferenceIndex,
        WagtailTables.SearchEntry, WagtailTables.EditingSession,
    ];

    private readonly Reference[] _fields =
        [.. tables.Catalog.To(tables.Pages).Where(r => Follows(tables, r) && IsField(r))];
    private readonly Reference[] _generic =
        [.. tables.Catalog.References.Where(
            r => r is { Class: ReferenceClass.Generic, ContentTypeColumn: not null } && Follows(tables, r))];

    /// <summary>
    /// Names rows that cannot be changed: a table without a key has none by which they could be known again.
    /// </summary>
    public void FindProblems(ConversionProblems problems)
    {
        foreach (Reference reference in _fields.Where(r => change.Changes.Of(r.Table).Identity.IsWholeRow))
            problems.Find(PagesToConvert.RowsOf(reference.Table, reference.Column),
                $"rows in {reference.Table} ({reference.Column.Name}), which has no key: give it a primary key, or " +
                    $"delete them");
    }

    /// <summary>Plans them.</summary>
    /// <param name="old">The content types that the pages are known under.</param>
    /// <param name="target">The one that they are known under afterwards.</param>
    public void Plan(IReadOnlyCollection<int> old, int target)
    {
        foreach (IGrouping<Table, Reference> table in _fields.GroupBy(r => r.Table))
            Plan(table.Key, [.. table.Select(r => r.Column).Distinct()]);
        foreach (Reference reference in _generic)
            Plan(reference, old, target);
    }

    /// <summary>Points fields of new rows that refer to pages at those pages' successors.</summary>
    /// <param name="rows">The new rows.</param>
    /// <param name="table">Their table.</param>
    /// <param name="columns">The columns that they have.</param>
    public void Redirect(InsertedRows rows, Table table, IReadOnlyCollection<string> columns)
    {
        foreach (Reference reference in tables.Catalog.To(tables.Pages).Where(
            r => r.Table == table && IsField(r) && columns.Contains(r.Column.Name)))
            session.Run($"""
                update {rows.Name} s set {reference.Column} = d.new_id from {PagesToConvert.Name} d
                where d.id = s.{reference.Column}
                """, cancellation);
    }

    /// <summary>
    /// The condition for rows that depend on the old page all the same; see <see cref="DependentRows"/>.
    /// </summary>
    public SqlText Except(Table table, Column? column) =>
        // What was below the old page is below the new one.
        (table == tables.Pages && column?.Name is "path" or "numchild")
            || _fields.Concat(_generic).Any(r => r.Table == table && r.Column == column)
            ? (SqlText)$" and false"
            : SqlText.Empty;

    private static bool Follows(PageTables tables, Reference r) => r.Severity != Severity.Expected
        && r.Table != tables.Pages && !s_staying.Contains(tables.Catalog.ModelOf(r.Table)?.Label);

    private static bool IsField(Reference r) => r is { Columns.Count: 1, ContentTypeColumn: null, IsParentLink: false }
        && r.Class is ReferenceClass.ForeignKey or ReferenceClass.Unvalidated or ReferenceClass.Soft;

    private void Plan(Table table, Column[] columns)
    {
        TablePlan rows = change.Changes.Of(table);
        Alias[] joined = [.. columns.Select((_, i) => new Alias($"d{i}"))];
        SqlText joins = SqlText.Join(" ", columns.Zip(
            joined, (c, d) => (SqlText)$"left join {PagesToConvert.Name} {d} on {d}.id = {c.In("t")}"));
        SqlText from = $"from {table} t {joins} where coalesce({joined.Select(d => (SqlText)$"{d}.id")}) is not null";
        SqlText Value(Column column) => Array.IndexOf(columns, column) is >= 0 and int i
            ? (SqlText)$"coalesce({joined[i]}.new_id, {column.In("t")}) as {column}"
            : column.In("t");
        if (rows.Identity.IsWholeRow)
            return;
        if (!rows.Identity.Columns.Intersect(columns).Any())
        {
            SqlText select = $"select {rows.Identity.Of("t")}, {columns.Select(Value)} {from}";
            change.Update(table, [.. columns.Select(c => c.Name)], select);
            return;
        }
        // A row that is known by the page it belongs to is another row afterwards.
        Column[] all = [.. table.Columns.Where(c => c.IsWritable)];
        change.Insert(table, [.. all.Select(c => c.Name)], (SqlText)$"select {all.Select(Value)} {from}");
        rows.PlanDelete(from);
    }

    private void Plan(Reference reference, IReadOnlyCollection<int> old, int target)
    {
        TablePlan rows = change.Changes.Of(reference.Table);
        if (rows.Identity.IsWholeRow)
            return;
        Column type = reference.ContentTypeColumn!;
        Column id = reference.Column;
        int page = tables.ContentType;
        int[] known = [.. old.Append(page).Distinct()];
        change.Update(reference.Table, [type.Name, id.Name], (SqlText)$"""
            select {rows.Identity.Of("t")},
              (case when t.{type} = {page} then {page} else {target} end)::{type.TypeSql} as {type},
                   d.new_id::{id.TypeSql} as {id}
            from {reference.Table} t join {PagesToConvert.Name} d on d.id::text = t.{id}::text
            where t.{type} = any({known})
            """);
    }
}
