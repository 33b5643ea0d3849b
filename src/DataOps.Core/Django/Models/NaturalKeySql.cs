using System.Text;
using DataOps.Core.Django.References;
using DataOps.Core.Django.Values;
using DataOps.Core.Postgres.Catalog;
using DataOps.Core.Postgres.Sql;

namespace DataOps.Core.Django.Models;

/// <summary>The SQL of the natural keys of a relation's rows, all of them at once; t is the relation.</summary>
internal sealed class NaturalKeySql
{
    private readonly StringBuilder _joins = new();
    private readonly IReadOnlyList<Value> _values;

    /// <summary>Follows the references of a natural key.</summary>
    /// <param name="key">The natural key.</param>
    /// <param name="rowsOf">What to read instead of a table that the key leads to, as SQL; the table itself when null.</param>
    public NaturalKeySql(NaturalKey key, Func<Table, string>? rowsOf = null)
    {
        rowsOf ??= table => table.Sql;
        Dictionary<string, string> aliases = [];
        _values = [.. key.Parts.Select(part =>
        {
            string alias = Follow(part.Path, rowsOf, aliases);
            Table table = part.Path.Count == 0 ? key.Table : part.Path[^1].Target!;
            return new Value(alias, SqlText.Identifier(part.Column.Name), part.AlongTree is { } path ? SqlText.Identifier(path.Name) : null, rowsOf(table));
        })];
    }

    /// <summary>The joins to put behind the relation.</summary>
    public string Joins => _joins.ToString();

    /// <summary>The key as Django writes it: a JSON list.</summary>
    /// <param name="list">How the list is laid out.</param>
    public string Json(ListLayout list)
    {
        string between = SqlText.Literal(list.Item);
        IEnumerable<string> texts = _values.Select(v => v.Path is null
            ? $"coalesce(to_json({v.Alias}.{v.Column})::text, 'null')"
            : v.Over($"string_agg(to_json(a.{v.Column})::text, {between} order by a.{v.Path})"));
        return $"{SqlText.Literal(list.Open)} || {string.Join($" || {between} || ", texts)} || {SqlText.Literal(list.Close)}";
    }

    /// <summary>The key as a list of texts, to be compared; NULL where a value is missing.</summary>
    public string Texts()
    {
        IEnumerable<string> lists = _values.Select(v => v.Path is null
            ? $"array[{v.Alias}.{v.Column}::text]"
            : v.Over($"array_agg(a.{v.Column}::text order by a.{v.Path})"));
        IEnumerable<string> present = _values.Select(v => $"{v.Alias}.{v.Path ?? v.Column} is not null");
        return $"case when {string.Join(" and ", present)} then {string.Join(" || ", lists)} end";
    }

    // Two values over the same reference share its join.
    private string Follow(IReadOnlyList<Reference> path, Func<Table, string> rowsOf, Dictionary<string, string> aliases)
    {
        string from = "t";
        foreach (Reference step in path)
        {
            string place = $"{from}.{SqlText.Identifier(step.Column.Name)}";
            if (!aliases.TryGetValue(place, out string? alias))
            {
                aliases[place] = alias = $"n{aliases.Count + 1}";
                _joins.Append($" left join {rowsOf(step.Target!)} {alias} on {alias}.{SqlText.Identifier(step.TargetColumns[0].Name)} = {place}");
            }
            from = alias;
        }
        return from;
    }

    private sealed record Value(string Alias, string Column, string? Path, string Rows)
    {
        // A treebeard path starts with the paths of all that is above it.
        public string Over(string aggregate) => $"(select {aggregate} from {Rows} a where starts_with({Alias}.{Path}, a.{Path}))";
    }
}
