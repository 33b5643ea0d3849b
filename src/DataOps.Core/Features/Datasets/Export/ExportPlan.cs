using DataOps.Core.Definitions;

namespace DataOps.Core.Features.Datasets.Export;

/// <summary>What an export writes: parts in their order, each row in one of them.</summary>
internal sealed class ExportPlan
{
    private readonly Func<Model, Alias, SqlText?> _condition;

    private ExportPlan(
        IReadOnlyList<ExportPart> parts, IEnumerable<DatasetSpec> specs, Func<Model, Alias, SqlText?> condition) =>
        (Parts, Specs, _condition) = (parts, [.. specs], condition);

    /// <summary>The specs that the file is made from; one for each model where there is no definition.</summary>
    public IReadOnlyList<DatasetSpec> Specs { get; }

    /// <summary>The parts.</summary>
    public IReadOnlyList<ExportPart> Parts { get; }

    /// <summary>The number of rows as of the last ANALYZE; null where filters leave some out.</summary>
    public long? EstimatedRows =>
        Parts.Any(p => p.Condition is not null) ? null : Parts.Sum(p => p.Model.Table.EstimatedRows ?? 0);

    /// <summary>All rows of some models.</summary>
    public static ExportPlan Of(IReadOnlyList<Model> models) =>
        new([.. models.Select(ExportPart.All)], models.Select(m => new DatasetSpec(m.Label, Filter.Everything)),
            (_, _) => null);

    /// <summary>
    /// The rows of a dataset; its filters are checked, and their values are set in the session's transaction.
    /// </summary>
    /// <exception cref="DataOpsException">A model, a field, a look-up or a value is wrong, or nothing is
    /// left.</exception>
    public static ExportPlan Of(
        Session session,
        ReferenceCatalog catalog,
        DatasetCall call,
        ExportDatasetOptions options,
        OperationContext context)
    {
        ExportDatasetOptions derived = options with { IncludeDerived = true };
        HashSet<string> chosen = [.. ModelSelection.Of(catalog, derived, context).Select(m => m.Label)];
        (DatasetSpec Spec, Model Model)[] specs =
        [
            .. call.Dataset.Specs
                .SelectMany(t => SpecExpansion.Of(catalog, t, call.Arguments, options.IncludeDerived))
                .Where(s => chosen.Contains(s.Spec.Model)),
        ];
        if (specs.Length == 0)
            throw new DataOpsException(
                ErrorIds.NothingSelected, FailureKind.NotFound,
                $"No model of dataset {call.Dataset.Name} is left to export.",
                "Check -Model and -Exclude.", call.Dataset.Name);
        FilterParameters parameters = new(call.Dataset.TimeZone);
        List<ExportPart> parts = [];
        for (int i = 0; i < specs.Length; i++)
        {
            (DatasetSpec spec, Model model) = specs[i];
            // A row that an earlier spec has written is not written again.
            Filter[] earlier = [.. specs.Take(i).Where(s => s.Model == model).Select(s => s.Spec.Filter)];
            if (!earlier.Any(f => f.IsEverything))
                parts.Add(ExportPart.Of(spec, model, earlier, catalog, parameters));
        }
        ILookup<Model, DatasetSpec> byModel = specs.ToLookup(s => s.Model, s => s.Spec);
        Dictionary<(Model Model, Alias Alias), SqlText?> all = [];
        foreach (IGrouping<Model, DatasetSpec> model in byModel)
            foreach (Alias alias in new Alias[] { "c", "o" })
                all[(model.Key, alias)] = model.Any(s => s.Filter.IsEverything)
                    ? null
                    : SqlText.Join(" or ", model.Select(s =>
                        (SqlText)$"({FilterSql.Compile(s.Filter, model.Key, catalog, alias, parameters)})"));
        parameters.Bind(session);
        // The planner takes the chosen rows for spread over the whole key, and would walk it from its start to the
        // first of them.
        session.Run($"set local enable_mergejoin = off");
        foreach ((DatasetSpec spec, Model model) in specs.Where(s => s.Spec.Filter.HasSql))
            SpecCheck.Explain(session, spec, model, all[(model, "c")]);
        return new ExportPlan(parts, specs.Select(s => s.Spec), (model, alias) => all[(model, alias)]);
    }

    /// <summary>
    /// The parts that have rows, asked in one query; those of a large table, where the first row may take as long as
    /// all, without asking.
    /// </summary>
    public IReadOnlyList<ExportPart> PartsWithRows(Session session, CancellationToken cancellation)
    {
        ExportPart[] asked = [.. Parts.Where(p => p.Model.Table.IsSmall)];
        if (asked.Length == 0)
            return Parts;
        IEnumerable<SqlText> rows = asked.Select(
            p => (SqlText)$"exists (select 1 from {p.Model.Table} t where {p.OfEachRow ?? $"true"})");
        bool[] found =
            session.Read($"select array[{rows}]", row => row.GetFieldValue<bool[]>(0), cancellation).Single();
        HashSet<ExportPart> without = [.. asked.Where((_, i) => !found[i])];
        return [.. Parts.Where(p => !without.Contains(p))];
    }

    /// <summary>
    /// Which rows of a table are written, in SQL with c for the table: a model's, or those of a many-to-many list of
    /// rows that are written; null for all.
    /// </summary>
    public SqlText? ConditionOn(Table table)
    {
        if (Parts.FirstOrDefault(p => p.Model.Table.Oid == table.Oid) is { } part)
            return _condition(part.Model, "c");
        (Model model, ManyToManyList list) = Parts.SelectMany(p => p.Model.ManyToMany.Select(l => (p.Model, l))).First(
            l => l.l.Table.Oid == table.Oid);
        return _condition(model, "o") is { } owners
            ? (SqlText)$"c.{list.OwnerColumn} in (select o.{model.Key[0]} from {model.Table} o where {owners})"
            : null;
    }
}
