using DataOps.Core.Django.Pages;
using DataOps.Core.Django.Values;

namespace DataOps.Core.Features.Pages;

/// <summary>Says in Wagtail's log what happened to pages, as Wagtail itself does.</summary>
internal static class PageLog
{
    /// <summary>
    /// Plans the entries; none where the site keeps no log, or one that asks for what is not known here.
    /// </summary>
    /// <param name="entries">A query of number, id, title, action, data, content_type_id, content_changed and deleted;
    /// in the order of number.</param>
    /// <param name="tables">The site's tables.</param>
    /// <param name="change">The change.</param>
    /// <param name="context">Takes the warning.</param>
    public static void Plan(SqlText entries, PageTables tables, ChangeRun change, OperationContext context)
    {
        if (tables.Find(WagtailTables.PageLogEntry) is not { } log)
            return;
        Dictionary<string, SqlText> all = new()
        {
            ["label"] = $"m.title",
            ["action"] = $"m.action",
            ["data"] = $"m.data",
            ["timestamp"] = $"clock_timestamp()",
            ["content_changed"] = $"m.content_changed",
            ["deleted"] = $"m.deleted",
            ["content_type_id"] = $"m.content_type_id",
            ["page_id"] = $"m.id",
            ["uuid"] = $"gen_random_uuid()",
        };
        KeyValuePair<string, SqlText>[] known = [.. all.Where(c => log.Find(c.Key) is not null)];
        if (log.Columns.FirstOrDefault(c => EmptyValue.IsNeeded(c) && !all.ContainsKey(c.Name)) is { } unknown)
        {
            context.Warning?.Invoke(
                $"{log} needs a value for {unknown.Name}, which is unknown, so Wagtail's log has no entry of this "
                    + "change.");
            return;
        }
        SqlText select = $"select {known.Select(c => c.Value)} from ({entries}) m order by m.number";
        change.Insert(log, [.. known.Select(c => c.Key)], select);
    }
}
