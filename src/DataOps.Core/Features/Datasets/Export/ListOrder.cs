namespace DataOps.Core.Features.Datasets.Export;

/// <summary>
/// The order of the entries of a many-to-many list, which Django does not keep: as dumpdata writes them, by the
/// target's Meta.ordering where it is known (permissions, sites), else by key.
/// </summary>
internal static class ListOrder
{
    /// <summary>The joins behind the list's table, and what to order by.</summary>
    /// <param name="catalog">Tables and models.</param>
    /// <param name="reference">The reference to the target; null where it is not known.</param>
    /// <param name="target">The key of the target.</param>
    public static (SqlText Joins, SqlText Order) Of(ReferenceCatalog catalog, Reference? reference, SqlText target)
    {
        if (reference?.Target is not { SingleKey: { } key } table)
            return (SqlText.Empty, target);
        SqlText join = $" left join {table} o1 on {key.In("o1")} = {target}";
        if (table == catalog.TableOf(DjangoTables.Site) && table.Find("domain") is { } domain)
            return (join, $"{domain.In("o1")}, {target}");
        if (table == catalog.TableOf(DjangoTables.Permission) && table.Find("codename") is { } codename
            && catalog.From(table).FirstOrDefault(r => r.Column.Name == "content_type_id") is { Target: { } types } type
            && types.Find("app_label") is { } app && types.Find("model") is { } model)
            return ($"{join} left join {types} o2 on {type.TargetColumns[0].In("o2")} = {type.Column.In("o1")}",
                $"{app.In("o2")}, {model.In("o2")}, {codename.In("o1")}, {target}");
        return (SqlText.Empty, target);
    }
}
