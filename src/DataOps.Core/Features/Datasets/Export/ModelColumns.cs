using System.Text;
using DataOps.Core.Django.Values;
using DataOps.Core.Files;
using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Features.Datasets.Export;

/// <summary>
/// How a model is read and written: the query, and for each of its columns the text before it and its converter.
/// </summary>
internal sealed class ModelColumns
{
    private readonly Value[] _key;
    private readonly IReadOnlyList<TargetReference> _asked;
    private readonly int _missing;

    private ModelColumns(
        Model model, DatasetLayout layout, SqlText query, Value[] key, bool isKeyless, IReadOnlyList<Value> values,
        IReadOnlyList<TargetReference> asked, int missing)
    {
        (Label, Query, _key, Values, _asked, _missing) = (model.Label, query, key, values, asked, missing);
        string pk = isKeyless
            ? ""
            : $"{layout.Member}\"pk\": {(key.Length == 1 ? "" : key.Length == 0 ? "null" : layout.List(1).Open)}";
        Opening = Encoding.UTF8.GetBytes($"{layout.Open}\"model\": {JsonName.Quoted(model.Label)}{pk}");
        string close = key.Length > 1 ? layout.List(1).Close : "";
        BeforeFields = Encoding.UTF8.GetBytes(
            $"{close}{layout.Member}\"fields\": {(values.Count == 0 ? "{" : layout.OpenFields)}");
        Closing = Encoding.UTF8.GetBytes((values.Count == 0 ? "}" : layout.CloseFields) + layout.Close);
    }

    public string Label { get; }

    public SqlText Query { get; }

    public byte[] Opening { get; }

    public byte[] BeforeFields { get; }

    public byte[] Closing { get; }

    public IReadOnlyList<Value> Values { get; }

    /// <summary>Makes them.</summary>
    /// <param name="encoders">Makes the converter of each column.</param>
    /// <param name="slice">The rows.</param>
    /// <param name="layout">How an object is laid out.</param>
    /// <param name="references">How keys and references are written.</param>
    /// <param name="asked">References whose targets are looked up with the rows.</param>
    public static ModelColumns Of(
        DatasetEncoders encoders, DatasetSlice slice, DatasetLayout layout, ReferenceForm references,
        IReadOnlyList<TargetReference> asked)
    {
        ExportPart part = slice.Part;
        Model model = part.Model;
        Func<Column, ValueConverter> converterOf = encoders.Of(model);
        List<SqlText> expressions = [];
        List<SqlText> joins = [];

        Value AddJson(string before, SqlText json)
        {
            expressions.Add(json);
            return new Value(expressions.Count - 1, Encoding.UTF8.GetBytes(before), null);
        }

        Value Add(string before, Column column)
        {
            SqlText place = column.In("t");
            if (references.Missing.NulledBy(model.Table, column) is { } nulled)
                place = $"case when {Exists(nulled)} then {place} end";
            ValueConverter converter = converterOf(column);
            expressions.Add(converter.Expression(place));
            return new Value(expressions.Count - 1, Encoding.UTF8.GetBytes(before), converter);
        }

        Value AddField(string before, Column column)
        {
            Alias alias = $"k{expressions.Count}";
            Reference? reference = references.Catalog.ReferenceOf(model.Table, column);
            if (references.Natural(reference, column.In("t"), alias, layout.List(2)) is not { } natural
                || references.Missing.NulledBy(model.Table, column) is not null)
                return Add(before, column);
            joins.Add(natural.Join);
            return AddJson(before, natural.Json);
        }

        Value[] key = references.IsKeyless(model)
            ? []
            : model.FixtureKey.Select((c, i) => Add(i == 0 ? "" : layout.List(1).Item, c)).ToArray();
        List<Value> values = [];
        string Before(string field) => $"{(values.Count == 0 ? "" : layout.Field)}{JsonName.Quoted(field)}: ";
        if (references.ParentLink(model) is { } link)
            values.Add(AddField(Before(Field.Referring(link.Column.Name) ?? link.Column.Name), link.Column));
        // The fields of a composite key are written in both places, and the only one of a key in none.
        bool IsOwnKey(Field field) => model.FixtureKey is [{ } only] && field.Column == only;
        foreach (Field field in model.Fields.Where(f => !part.Exclude.Contains(f.Name) && !IsOwnKey(f)))
            values.Add(AddField(Before(field.Name), field.Column));
        foreach (ManyToManyList list in model.ManyToMany.Where(l => !part.Exclude.Contains(l.Name)))
        {
            Alias alias = $"m{expressions.Count}";
            joins.Add(Join(part, list, alias, layout, references));
            SqlText open = SqlText.Literal(layout.List(2).Open);
            SqlText close = SqlText.Literal(layout.List(2).Close);
            values.Add(AddJson(Before(list.Name), $"coalesce({open} || {alias}.list || {close}, '[]')"));
        }
        int missing = expressions.Count;
        if (asked.Count > 0)
        {
            TargetLookup targets = new(model.Table, asked, "t");
            joins.Add(targets.Join);
            expressions.Add($"case when {targets.Any} then {targets.Key} end");
            expressions.AddRange(targets.Values.Select(v => v));
        }
        SqlText order = model.Key.Count == 0 ? SqlText.Empty : (SqlText)$" order by {model.Key.Select(c => c.In("t"))}";
        SqlText where = Where(references.Missing.Condition(model.Table), part.Condition, slice.Condition);
        SqlText query = $"select {expressions} from {model.Table} t{SqlText.Join("", joins)}{where}{order}";
        return new ModelColumns(model, layout, query, key, references.IsKeyless(model), values, asked, missing);
    }

    public void WriteKey(CopyReader row, Utf8Output output)
    {
        foreach (Value part in _key)
            part.Write(row, output);
    }

    /// <summary>Whether any of the row's references that were looked up has no target.</summary>
    public bool MissesAny(CopyReader row) => _asked.Count > 0 && !row.IsNull(_missing);

    /// <summary>Those that have none: the row's key and what they point at, as text.</summary>
    public IEnumerable<(TargetReference Reference, string Key, string Value)> Missing(CopyReader row)
    {
        string key = Encoding.UTF8.GetString(row[_missing]);
        for (int i = 0; i < _asked.Count; i++)
            if (!row.IsNull(_missing + 1 + i))
                yield return (_asked[i], key, Encoding.UTF8.GetString(row[_missing + 1 + i]));
    }

    // One aggregate over the table between the two, instead of a query a row; where few rows are read, their lists by
    // the index.
    private static SqlText Join(
        ExportPart part, ManyToManyList list, Alias alias, DatasetLayout layout, ReferenceForm references)
    {
        Column owner = list.OwnerColumn;
        SqlText target = list.TargetColumn.In("t");
        Reference? reference = references.Catalog.ReferenceOf(list.Table, list.TargetColumn);
        (SqlText join, SqlText json) =
            references.Natural(reference, target, "k", layout.List(3)) ?? (SqlText.Empty, $"to_json({target})::text");
        TargetReference? nulled = references.Missing.NulledBy(list.Table, list.TargetColumn);
        SqlText where = Where(references.Missing.Condition(list.Table), nulled is null ? null : Exists(nulled));
        (SqlText ordering, SqlText order) = ListOrder.Of(references.Catalog, reference, target);
        SqlText entries = $"string_agg({json}, {SqlText.Literal(layout.List(2).Item)} order by {order}) as list";
        SqlText key = part.Model.Key[0].In("t");
        if (part.Condition is not null)
        {
            SqlText own = $"select l.* from {list.Table} l where l.{owner} = {key}";
            return $" left join lateral (select {entries} from ({own}) t{join}{ordering}{where}) {alias} on true";
        }
        SqlText lists = $"select t.{owner} as owner, {entries} from {list.Table} t{join}{ordering}{where} group by 1";
        return $" left join ({lists}) {alias} on {alias}.owner = {key}";
    }

    private static SqlText Where(params IEnumerable<SqlText?> conditions)
    {
        SqlText all = SqlText.Join(" and ", conditions.OfType<SqlText>().Select(c => (SqlText)$"({c})"));
        return all.IsEmpty ? all : (SqlText)$" where {all}";
    }

    private static SqlText Exists(TargetReference reference) =>
        $"exists (select 1 from {reference.Target} p where {reference.IsTarget("t", "p")})";

    /// <summary>
    /// A value of a row: where it is, what stands before it, and how it is written; without a converter it is JSON
    /// already.
    /// </summary>
    internal sealed record Value(int Index, byte[] Before, ValueConverter? Converter)
    {
        public void Write(CopyReader row, Utf8Output output)
        {
            output.Write(Before);
            if (row.IsNull(Index))
                output.Write("null"u8);
            else if (Converter is null)
                output.Write(row[Index]);
            else
                Converter.WriteJson(row[Index], output);
        }
    }
}
