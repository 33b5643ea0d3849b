using System.Text;
using DataOps.Core.Catalog;
using DataOps.Core.Connections;
using DataOps.Core.Rows;

namespace DataOps.Core.Datasets;

/// <summary>How a model is read and written: the query, and for each of its columns the text before it and its encoder.</summary>
internal sealed class ModelColumns
{
    private readonly Value[] _key;

    private ModelColumns(Model model, DatasetLayout layout, string query, Value[] key, IReadOnlyList<Value> values)
    {
        (Label, Query, _key, Values) = (model.Label, query, key, values);
        Opening = Encoding.UTF8.GetBytes($"{layout.Open}\"model\": \"{model.Label}\"{layout.Member}\"pk\": {(key.Length == 1 ? "" : key.Length == 0 ? "null" : "[")}");
        BeforeFields = Encoding.UTF8.GetBytes($"{(key.Length > 1 ? "]" : "")}{layout.Member}\"fields\": {(values.Count == 0 ? "{" : layout.OpenFields)}");
        Closing = Encoding.UTF8.GetBytes((values.Count == 0 ? "}" : layout.CloseFields) + layout.Close);
    }

    public string Label { get; }

    public string Query { get; }

    public byte[] Opening { get; }

    public byte[] BeforeFields { get; }

    public byte[] Closing { get; }

    public IReadOnlyList<Value> Values { get; }

    public static ModelColumns Of(Session session, Model model, DatasetLayout layout)
    {
        HashSet<string> streamFields = StreamFields.Of(session, model);
        List<string> expressions = [];
        Value Add(string before, Column column)
        {
            FieldEncoder encoder = streamFields.Contains(column.Name) ? new StreamFieldEncoder() : FieldEncoder.For(column.Type, TimePrecision.Millisecond, layout.Embedded);
            expressions.Add(encoder.Expression("t." + Sql.Identifier(column.Name)));
            return new Value(expressions.Count - 1, Encoding.UTF8.GetBytes(before), encoder);
        }
        Value[] key = model.Key.Select((c, i) => Add(i == 0 ? "" : layout.Item, c)).ToArray();
        List<Value> values = [];
        string Before(string field) => $"{(values.Count == 0 ? "" : layout.Field)}\"{field}\": ";
        foreach (Field field in model.Fields)
            values.Add(Add(Before(field.Name), field.Column));
        StringBuilder joins = new();
        foreach (ManyToManyList list in model.ManyToMany)
        {
            expressions.Add($"'[' || coalesce(m{expressions.Count}.list, '') || ']'");
            joins.Append(Join(model, list, $"m{expressions.Count - 1}", layout));
            values.Add(new Value(expressions.Count - 1, Encoding.UTF8.GetBytes(Before(list.Name)), null));
        }
        string order = model.Key.Count == 0 ? "" : $" order by {string.Join(", ", model.Key.Select(c => "t." + Sql.Identifier(c.Name)))}";
        string query = $"select {string.Join(", ", expressions)} from {model.Table.Sql} t{joins}{order}";
        return new ModelColumns(model, layout, query, key, values);
    }

    public void WriteKey(CopyReader row, Utf8Output output)
    {
        foreach (Value part in _key)
            part.Write(row, output);
    }

    // One aggregate over the table between the two, instead of a query a row.
    private static string Join(Model model, ManyToManyList list, string alias, DatasetLayout layout)
    {
        string owner = Sql.Identifier(list.OwnerColumn.Name);
        string target = Sql.Identifier(list.TargetColumn.Name);
        return $" left join (select {owner} as owner, string_agg(to_json({target})::text, {Sql.Literal(layout.Item)} order by {target}) as list from {list.Table.Sql} group by {owner}) {alias}"
            + $" on {alias}.owner = t.{Sql.Identifier(model.Key[0].Name)}";
    }

    /// <summary>A value of a row: where it is, what stands before it, and how it is written; without an encoder it is JSON already.</summary>
    internal sealed record Value(int Index, byte[] Before, FieldEncoder? Encoder)
    {
        public void Write(CopyReader row, Utf8Output output)
        {
            output.Write(Before);
            if (row.IsNull(Index))
                output.Write("null"u8);
            else if (Encoder is null)
                output.Write(row[Index]);
            else
                Encoder.Write(row[Index], output);
        }
    }
}
