namespace DataOps.Core.PageRepair;

/// <summary>
/// Makes plain pages of those whose specific half is missing: they, and what is kept about them under their old type,
/// get the type of wagtailcore.page.
/// </summary>
internal sealed class PlainPages(Session session, ReferenceCatalog catalog, ChangeSet changes, SelectedRows pages,
    Func<TablePlan, NewValues> newValues, CancellationToken cancellation)
{
    /// <summary>Hands what changes to the plan; entries of indexes, which the application makes anew, go.</summary>
    public void Plan()
    {
        Table table = pages.Rows.Table;
        int plain = catalog.ModelOf(table)!.ContentType;
        newValues(pages.Rows).Add(pages, Becomes(table.Find("content_type_id")!, plain));
        int number = 0;
        foreach (GenericReference reference in catalog.References.OfType<GenericReference>().Where(
            r => r.Severity != Severity.Expected))
        {
            SqlText from = $"""
                from {reference.Table} t join {pages.Name} o
                on o.{table.SingleKey!}::text = t.{reference.Column}::text
                    and t.{reference.ContentTypeColumn}::text = o._value
                """;
            TablePlan rows = changes.Of(reference.Table);
            if (catalog.ModelOf(reference.Table) is { } model && DjangoTables.Derived.Contains(model.Label))
            {
                rows.PlanDelete(from);
                continue;
            }
            SelectedRows theirs = new(session, $"dataops_plain_{++number}", rows, cancellation);
            theirs.Add($"''", from);
            if (theirs.Count > 0)
                newValues(rows).Add(theirs, Becomes(reference.ContentTypeColumn, plain));
        }
    }

    private static Dictionary<string, SqlText> Becomes(Column column, int contentType) =>
        new() { [column.Name] = $"{contentType}::{column.TypeSql}" };
}
