using DataOps.Core.Django.References;
using DataOps.Core.Postgres.Connections;
using DataOps.Core.Postgres.Sql;

namespace DataOps.Core.Changes;

/// <summary>
/// Gives columns of selected rows of one table another value, all in one statement: a row without a key cannot be found again after the first.
/// </summary>
internal sealed class NewValues(Session session, ReferenceCatalog catalog, TablePlan rows, CancellationToken cancellation) : IRepair
{
    private readonly List<(SelectedRows Rows, IReadOnlyDictionary<string, string> Values)> _sets = [];

    /// <summary>Adds rows and what their columns become, as SQL.</summary>
    public void Add(SelectedRows selected, IReadOnlyDictionary<string, string> values) => _sets.Add((selected, values));

    /// <inheritdoc/>
    public void Plan()
    {
        foreach ((SelectedRows selected, _) in _sets)
            rows.PlanUpdate(selected.From);
    }

    /// <inheritdoc/>
    public void Apply()
    {
        string set = string.Join(", ", Columns.Select(c => $"{SqlText.Identifier(c)} = s.{SqlText.Identifier(c)}"));
        session.Execute($"update {rows.Table.Sql} t set {set} from {NewRows} s where {rows.Same("s", "t")}", cancellation);
    }

    /// <inheritdoc/>
    public IEnumerable<RowChange> Describe(RowChanges changed) => changed.Updated(rows, catalog.LabelOf(rows.Table), NewRows, Columns);

    private string[] Columns => [.. _sets.SelectMany(s => s.Values.Keys).Distinct()];

    // The planned rows, by what they are known again, with the new value of each column, or the old one.
    private string NewRows
    {
        get
        {
            string key = rows.Identity.IsWholeRow ? "c._xmin" : rows.Identity.Of("c");
            string joins = string.Join(" ", _sets.Select((s, i) => $"left join {s.Rows.Name} o{i} on {s.Rows.IsPlanned($"o{i}", "c")}"));
            string any = string.Join(" or ", _sets.Select((_, i) => $"o{i}._key is not null"));
            // A column of the key keeps its value, so that it may be here twice under one name.
            return $"(select {key}, {string.Join(", ", Columns.Select(Value))} from {rows.Name} c {joins} where c._action = 'U' and ({any}))";
        }
    }

    private string Value(string column)
    {
        string cases =
            string.Concat(_sets.Select((s, i) => s.Values.TryGetValue(column, out string? value) ? $" when o{i}._key is not null then {value}" : ""));
        return $"case{cases} else c.{SqlText.Identifier(column)} end as {SqlText.Identifier(column)}";
    }
}
