using System.Text.Json;
using DataOps.Core.Definitions;
using ValueType = DataOps.Core.Definitions.ValueType;

namespace DataOps.Core.Features.Rows;

/// <summary>Primary keys that a user, or another command, has named: one for each row.</summary>
internal sealed class RowKeys
{
    private readonly Session _session;
    private readonly Table _table;
    private readonly IReadOnlyList<(Column Column, string Field, ValueType? Type)> _columns;
    private readonly List<(string Name, string[] Values)> _keys = [];
    private readonly bool _isWhole;

    /// <summary>Keys of a table.</summary>
    /// <param name="session">The session.</param>
    /// <param name="table">The table.</param>
    /// <param name="model">Its model; null without one.</param>
    /// <param name="areWhole">Whether each is one text, the parts of a composite key joined by commas.</param>
    /// <exception cref="DataOpsException"><c>UselessInput</c>: the table has no primary key.</exception>
    public RowKeys(Session session, Table table, Model? model, bool areWhole)
    {
        (_session, _table) = (session, table);
        if (table.PrimaryKey.Count == 0)
            throw new DataOpsException(
                ErrorIds.UselessInput, FailureKind.InvalidArgument,
                $"Table {table} has no primary key, so that no key names a row of it. Nothing was changed.",
                "Leave its rows out.", table.DisplayName);
        _columns = [.. table.PrimaryKey.Select(k => table.Find(k)!).Select(
            c => (c, model?.FieldOf(c) ?? c.Name, ValueType.Of(c.Type)))];
        _isWhole = areWhole && _columns.Count > 1;
    }

    /// <summary>Adds keys.</summary>
    /// <exception cref="DataOpsException"><c>InvalidValue</c> or <c>UnknownField</c>: one is none of the
    /// table's.</exception>
    public void AddRange(IEnumerable<string> keys) => _keys.AddRange(keys.Select(k => (k, Values(k))));

    /// <summary>From the table on, its rows t of these keys: each once.</summary>
    public SqlText From => $"from {_table} t join (select distinct {Typed("u")} from {Given("u")}) k on {Is("t", "k")}";

    /// <summary>The keys of which there is no row.</summary>
    public IReadOnlyList<string> Missing(CancellationToken cancellation) =>
        [.. _session.Query<long>(
            $"""
            select k.number from (select {Typed("u")}, u.number from {Given("u")}) k
            where not exists (select 1 from {_table} t where {Is("t", "k")}) order by 1
            """,
            cancellation).Select(n => _keys[(int)n - 1].Name).Distinct()];

    private static readonly JsonPlace s_place = new(null, "-Key", 0);

    private IEnumerable<Alias> Names => Enumerable.Range(1, _isWhole ? 1 : _columns.Count).Select(
        i => new Alias($"k{i}"));

    private SqlText Given(Alias alias)
    {
        IEnumerable<SqlText> arrays = Names.Select((_, i) => (SqlText)$"{_keys.Select(k => k.Values[i]).ToArray()}");
        return $"unnest({arrays}) with ordinality {alias}({Names.Select(n => (SqlText)$"{n}")}, number)";
    }

    // Of a type that has no look-ups the text is compared.
    private SqlText Typed(Alias alias) => SqlText.Join(", ", Names.Select((n, i) =>
        (SqlText)$"{alias}.{n}::{(_isWhole ? null : _columns[i].Type)?.Cast ?? $"text"} as {n}"));

    private SqlText Is(Alias row, Alias key) => _isWhole
        ? (SqlText)$"{KeyText.Of(_table, row)} = {key}.k1"
        : SqlText.Join(" and ", _columns.Zip(Names, (c, n) => c.Type is { } type
            ? (SqlText)$"{c.Column.In(row)} {type.Operator("=")} {key}.{n}"
            : $"{c.Column.In(row)}::text = {key}.{n}"));

    private string[] Values(string key)
    {
        if (_isWhole)
            return [key];
        if (!DefinitionFile.IsJson(key))
            return _columns.Count == 1
                ? [Text(0, PlacedJson.OfText(key, s_place))]
                : throw DefinitionError.At(
                    s_place, $"\"{key}\" is not a key of {_table}, which has several columns.",
                    $"Use a JSON object, as {{{string.Join(", ", _columns.Select(c => $"\"{c.Field}\": …"))}}}.",
                    ErrorIds.InvalidValue);
        PlacedJson parts = DefinitionFile.OfText(key, s_place.Path).Json;
        if (parts.Members.FirstOrDefault(m => !_columns.Any(c => IsNamed(c, m.Key))) is
            { Key: { } other, Value: var at })
            throw DefinitionError.At(
                at.Place, $"the key of {_table} has no field \"{other}\".",
                $"It has: {string.Join(", ", _columns.Select(c => c.Field))}.", ErrorIds.UnknownField);
        return [.. _columns.Select((c, i) => parts.Members.FirstOrDefault(m => IsNamed(c, m.Key)).Value is { } value
            ? Text(i, value)
            : throw DefinitionError.At(
                parts.Place, $"the key of {_table} needs \"{c.Field}\".", id: ErrorIds.InvalidValue))];
    }

    private bool IsNamed((Column Column, string Field, ValueType? Type) column, string name) =>
        name == column.Field || name == column.Column.Name || (name == "pk" && _columns.Count == 1);

    private string Text(int column, PlacedJson value) => _columns[column].Type is { } type
        ? type.TextOf(value, "UTC")
        : value.Kind is JsonValueKind.String or JsonValueKind.Number && !value.Text.Contains('\0')
            ? value.Text
            : throw DefinitionError.At(
                value.Place, $"{value.Described} is not a key of {_table}.", id: ErrorIds.InvalidValue);
}
