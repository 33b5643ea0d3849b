using DataOps.Core.Django.Values;

namespace DataOps.Core.Django.Models;

/// <summary>The SQL of the natural keys of a relation's rows, all of them at once; t is the relation.</summary>
internal sealed class NaturalKeySql
{
    private readonly List<SqlText> _joins = [];
    private readonly IReadOnlyList<Value> _values;

    /// <summary>Follows the references of a natural key.</summary>
    /// <param name="key">The natural key.</param>
    /// <param name="rowsOf">What to read instead of a table that the key leads to; the table itself when null.</param>
    public NaturalKeySql(NaturalKey key, Func<Table, SqlText>? rowsOf = null)
    {
        rowsOf ??= table => table.Sql;
        Dictionary<(Alias From, Column Column), Alias> aliases = [];
        _values = [.. key.Parts.Select(part =>
        {
            Alias alias = Follow(part.Path, rowsOf, aliases);
            Table table = part.Path.Count == 0 ? key.Table : part.Path[^1].Target!;
            return new Value(alias, part.Column, part.AlongTree, rowsOf(table));
        })];
    }

    /// <summary>The joins to put behind the relation.</summary>
    public SqlText Joins => SqlText.Join("", _joins);

    /// <summary>The key as Django writes it: a JSON list.</summary>
    /// <param name="list">How the list is laid out.</param>
    public SqlText Json(ListLayout list)
    {
        SqlText between = SqlText.Literal(list.Item);
        IEnumerable<SqlText> texts = _values.Select(v => v.Path is null
            ? (SqlText)$"coalesce(to_json({v.Own})::text, 'null')"
            : v.Over($"string_agg(to_json(a.{v.Column})::text, {between} order by a.{v.Path})"));
        IEnumerable<SqlText> parts = texts.SelectMany(text => new[] { between, text }).Skip(1);
        return SqlText.Join(" || ", [SqlText.Literal(list.Open), .. parts, SqlText.Literal(list.Close)]);
    }

    /// <summary>The key as a list of texts, to be compared; NULL where a value is missing.</summary>
    public SqlText Texts()
    {
        IEnumerable<SqlText> lists = _values.Select(v => v.Path is null
            ? (SqlText)$"array[{v.Own}::text]"
            : v.Over($"array_agg(a.{v.Column}::text order by a.{v.Path})"));
        IEnumerable<SqlText> present = _values.Select(v => (SqlText)$"{(v.Path ?? v.Column).In(v.Alias)} is not null");
        return $"case when {SqlText.Join(" and ", present)} then {SqlText.Join(" || ", lists)} end";
    }

    // Two values over the same reference share its join.
    private Alias Follow(IReadOnlyList<Reference> path, Func<Table, SqlText> rowsOf,
        Dictionary<(Alias From, Column Column), Alias> aliases)
    {
        Alias from = "t";
        foreach (Reference step in path)
        {
            if (!aliases.TryGetValue((from, step.Column), out Alias alias))
            {
                aliases[(from, step.Column)] = alias = $"n{aliases.Count + 1}";
                _joins.Add(
                    $" left join {rowsOf(step.Target!)} {alias} on " +
                        $"{step.TargetColumns[0].In(alias)} = {step.Column.In(from)}");
            }
            from = alias;
        }
        return from;
    }

    private sealed record Value(Alias Alias, Column Column, Column? Path, SqlText Rows)
    {
        public SqlText Own => Column.In(Alias);

        // A treebeard path starts with the paths of all that is above it.
        public SqlText Over(SqlText aggregate) =>
            $"(select {aggregate} from {Rows} a where starts_with({Path!.In(Alias)}, a.{Path}))";
    }
}
