namespace DataOps.Core.Changes;

/// <summary>
/// Gives columns of selected rows of one table another value, all in one statement: a row without a key cannot be found
/// again after the first.
/// </summary>
internal sealed class NewValues(
    Session session, ReferenceCatalog catalog, TablePlan rows, CancellationToken cancellation) : IRepair
{
    private readonly List<(SelectedRows Rows, IReadOnlyDictionary<string, SqlText> Values)> _sets = [];
    private bool _isTaken;

    /// <summary>The plan of the table.</summary>
    public TablePlan Rows => rows;

    /// <summary>The columns that get other values.</summary>
    public IReadOnlyList<string> Columns => [.. _sets.SelectMany(s => s.Values.Keys).Distinct()];

    /// <summary>Adds rows and what their columns become, as SQL.</summary>
    public void Add(SelectedRows selected, IReadOnlyDictionary<string, SqlText> values) =>
        _sets.Add((selected, values));

    /// <inheritdoc/>
    public void Plan()
    {
        foreach ((SelectedRows selected, _) in _sets)
            rows.PlanUpdate(selected.From);
    }

    /// <summary>Leaves the writing to who changes other columns of the same rows.</summary>
    /// <returns>The new rows, as <see cref="NewRows"/>.</returns>
    public SqlText Take()
    {
        _isTaken = true;
        return NewRows;
    }

    /// <inheritdoc/>
    public void Apply()
    {
        if (!_isTaken)
            WrittenRows.Update(session, rows, RowWrite.Set(Columns), NewRows, cancellation);
    }

    /// <inheritdoc/>
    public IEnumerable<RowChange> Describe(RowChanges changed) =>
        changed.Updated(rows, catalog.LabelOf(rows.Table), NewRows, Columns);

    // The planned rows, by what they are known again, with the new value of each column, or the old one.
    private SqlText NewRows
    {
        get
        {
            IEnumerable<SqlText> joins =
                _sets.Select((s, i) => (SqlText)$"left join {s.Rows.Name} {Set(i)} on {s.Rows.IsPlanned(Set(i), "c")}");
            IEnumerable<SqlText> any = _sets.Select((_, i) => IsIn(i));
            // A column of the key keeps its value, so that it may be here twice under one name.
            return $"""
                (select {rows.PlannedKey("c")}, {Columns.Select(Value)}
                 from {rows.Name} c {SqlText.Join(" ", joins)} where c._action = 'U' and ({SqlText.Join(" or ", any)}))
                """;
        }
    }

    private SqlText Value(string column)
    {
        IEnumerable<SqlText> cases =
            _sets.Select((s, i) => s.Values.TryGetValue(column, out SqlText? value)
                ? (SqlText)$" when {IsIn(i)} then {value}"
                : SqlText.Empty);
        Alias old = "c";
        return $"case{SqlText.Join("", cases)} else {old.Column(column)} end as {SqlText.Identifier(column)}";
    }

    private static SqlText IsIn(int set) => $"{Set(set)}._key is not null";

    private static Alias Set(int number) => $"o{number}";
}
