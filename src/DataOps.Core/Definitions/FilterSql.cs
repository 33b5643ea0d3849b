namespace DataOps.Core.Definitions;

/// <summary>Compiles a filter to a condition in SQL, with Django's meaning of each look-up.</summary>
internal sealed class FilterSql(
    ReferenceCatalog catalog, FilterParameters parameters, Func<Table, SqlText>? rows, bool rowByRow)
{
    private readonly Func<Table, SqlText> _rows = rows ?? (t => t.Sql);
    private readonly SqlText _end = rowByRow ? (SqlText)$" offset 0" : SqlText.Empty;

    /// <summary>
    /// The condition on a row of the model; no value is in it, only <c>current_setting('dataops.pN')</c>, which
    /// <see cref="FilterParameters.Bind"/> sets.
    /// </summary>
    /// <param name="filter">The filter, its values bound.</param>
    /// <param name="model">The model whose rows are filtered.</param>
    /// <param name="catalog">The references that paths lead over.</param>
    /// <param name="alias">The alias of the model's table in the query.</param>
    /// <param name="parameters">Takes the values.</param>
    /// <param name="rows">What stands for a table that a look-up's path leads to: its rows as they will be; the table
    /// itself when absent.</param>
    /// <param name="rowByRow">Follow paths from each row by itself, as is best from few; else PostgreSQL may begin at
    /// the path's end, and join.</param>
    /// <exception cref="DataOpsException">A path, a look-up or a value is wrong.</exception>
    public static SqlText Compile(
        Filter filter, Model model, ReferenceCatalog catalog, Alias alias, FilterParameters parameters,
        Func<Table, SqlText>? rows = null, bool rowByRow = false) =>
        new FilterSql(catalog, parameters, rows, rowByRow).Condition(filter, model, alias);

    /// <summary>
    /// The steps from a row that lead to another one, without which the filter does not let it through.
    /// </summary>
    public static IReadOnlyList<Hop> Required(
        Filter filter, Model model, ReferenceCatalog catalog, FilterParameters parameters) =>
        [.. new FilterSql(catalog, parameters, null, false).Required(filter, model)];

    private IEnumerable<Hop> Required(Filter filter, Model model) => filter switch
    {
        Filter.AllOf all => all.Items.SelectMany(i => Required(i, model)),
        Filter.AnyOf any => any.Items.Select(i => Required(i, model)).Aggregate((a, b) => a.Intersect(b)),
        Filter.Lookups lookups => Tree(lookups, model).Required,
        Filter.SqlCondition { Path.Length: > 0 } sql =>
            FilterPath.ToRows(catalog, model, sql.Path, sql.Place).Hops.Take(1),
        _ => [],
    };

    private SqlText Condition(Filter filter, Model model, Alias alias) => filter switch
    {
        Filter.AllOf { Items.Count: 0 } => $"true",
        Filter.AllOf all => SqlText.Join(" and ", all.Items.Select(i => (SqlText)$"({Condition(i, model, alias)})")),
        Filter.AnyOf any => Any(any, model, alias),
        Filter.Not not => $"({Condition(not.Item, model, alias)}) is not true",
        Filter.Lookups lookups => Tree(lookups, model).Condition(alias, _rows, _end),
        Filter.SqlCondition sql => Written(sql, model, alias),
        _ => throw new InvalidOperationException($"{filter.GetType().Name} is no filter."),
    };

    // Where the choices lead over other tables, each is searched by itself: together no index would serve them.
    private SqlText Any(Filter.AnyOf any, Model model, Alias alias)
    {
        if (model.Table.SingleKey is not { } key || !any.Items.Any(i => IsElsewhere(i, model)))
            return SqlText.Join(" or ", any.Items.Select(i => (SqlText)$"({Condition(i, model, alias)})"));
        Alias inner = $"{alias}_u";
        IEnumerable<SqlText> parts = any.Items.Select(
            i => (SqlText)$"select {key.In(inner)} from {model.Table} {inner} where {Condition(i, model, inner)}");
        return $"{key.In(alias)} in ({SqlText.Join(" union ", parts)})";
    }

    private bool IsElsewhere(Filter filter, Model model) => filter switch
    {
        Filter.Several several => several.Items.Any(i => IsElsewhere(i, model)),
        Filter.Lookups lookups =>
            lookups.Items.Any(l => FilterPath.Of(catalog, model, l.Path, l.Place).Hops.Count > 0),
        Filter.SqlCondition => true,
        _ => false,
    };

    private FilterNode Tree(Filter.Lookups lookups, Model model)
    {
        FilterNode root = new(model.Table);
        foreach (Lookup lookup in lookups.Items)
        {
            FilterPath path = FilterPath.Of(catalog, model, lookup.Path, lookup.Place);
            root.At(path.Hops).Conditions.Add(new LookupSql(lookup, path, parameters));
        }
        return root;
    }

    // In a query of its own, in which no name can be taken for one of ours.
    private SqlText Written(Filter.SqlCondition sql, Model model, Alias alias)
    {
        (IReadOnlyList<Hop> hops, Model end) = sql.Path.Length == 0
            ? ([], model)
            : FilterPath.ToRows(catalog, model, sql.Path, sql.Place);
        Alias At(int hop) => hop == 0 ? alias : $"{alias}_{hop}";
        SqlText key = end.Table.SingleKey?.Sql ?? $"ctid";
        SqlText name = SqlText.Identifier(end.Table.Name);
        SqlText condition =
            $"{At(hops.Count)}.{key} in (select {name}.{key} from {end.Table} {name} where " +
                $"({AuthoredSql.Compile(sql, parameters)}))";
        for (int i = hops.Count; i > 0; i--)
        {
            SqlText isIt = ColumnEquality.Of(hops[i - 1].On, At(i), hops[i - 1].From, At(i - 1));
            condition = $"exists (select 1 from {hops[i - 1].To} {At(i)} where {isIt} and {condition}{_end})";
        }
        return condition;
    }
}
