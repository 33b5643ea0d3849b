using System.Text;
using System.Text.Json;
using DataOps.Core.Catalog;
using DataOps.Core.Connections;
using DataOps.Core.Rows;

namespace DataOps.Core.Datasets;

/// <summary>A model's rows on their way into a staging table that has the target's types and none of its constraints.</summary>
/// <remarks>Objects need not have the same fields. Each set of fields that occurs is a shape; a row tells its own, and each shape is applied by itself.</remarks>
internal sealed class StagingTable
{
    private const int Ignored = -1;
    private const int Unknown = -2;

    private readonly Dictionary<string, int> _slots = [];
    private readonly List<(byte[] Name, int Slot)> _previous = [];
    private readonly Dictionary<string, int> _shapes = [];
    private readonly List<IReadOnlyList<StagingColumn>> _shapeColumns = [];
    private readonly FixtureSlice?[] _values;
    private readonly FixtureSlice?[] _keys;
    private readonly char[] _shape;

    public StagingTable(Session session, Model model, ref int tables)
    {
        Model = model;
        Keys = [.. model.Key.Select(k => new StagingColumn("pk", k))];
        Columns = [.. model.Fields.Where(f => f.Column.IsWritable && !model.Key.Contains(f.Column)).Select(f => new StagingColumn(f.Name, f.Column))];
        (_values, _shape, _keys) = (new FixtureSlice?[Columns.Count + model.ManyToMany.Count], new char[Columns.Count], new FixtureSlice?[Keys.Count]);
        string name = $"dataops_import_{++tables}";
        StagingColumn[] all = [.. Keys, .. Columns];
        Buffer = new StagingBuffer($"pg_temp.{name}", ["_line", "_shape", .. all.Select(c => c.Column.Name)]);
        string columns = string.Join(", ", all.Select(c => c.Sql));
        session.Execute($"create temporary table {name} on commit drop as select null::bigint as _line, null::int as _shape, {columns} from {model.Table.Sql} with no data");
        List<StagingList> lists = [];
        foreach (ManyToManyList list in model.ManyToMany)
            lists.Add(new StagingList(session, list, ++tables));
        Lists = lists;
        NameSlots();
    }

    public Model Model { get; }

    public IReadOnlyList<StagingColumn> Keys { get; }

    /// <summary>All columns that can be written, besides the key.</summary>
    public IReadOnlyList<StagingColumn> Columns { get; }

    public IReadOnlyList<StagingList> Lists { get; }

    public StagingBuffer Buffer { get; }

    /// <summary>The columns of each shape, by its number.</summary>
    public IReadOnlyList<IReadOnlyList<StagingColumn>> Shapes => _shapeColumns;

    public IEnumerable<StagingBuffer> Buffers => Lists.Select(l => l.Buffer).Prepend(Buffer);

    /// <summary>Takes an object of this model.</summary>
    public void Take(FixtureObject source, ImportProblems problems, Action<string> unknownField)
    {
        Array.Clear(_values);
        for (int i = 0; i < source.Fields.Count; i++)
        {
            int slot = SlotOf(source, i);
            if (slot == Unknown)
                unknownField(source.NameOf(source.Fields[i]));
            else if (slot != Ignored)
                _values[slot] = source.Fields[i].Value;
        }
        if (source.Key is not { } key || !TryKeys(source, key))
        {
            problems.Add(
                "MissingKey", "objects in {0} have no key of their own",
                "Natural primary keys are not supported: export with plain keys (dumpdata without --natural-primary).",
                source.Line, Model.Label, "", "pk", source.Key is null ? "missing" : "not the key's columns");
            return;
        }
        TakeRow(source, key, problems);
        for (int i = 0; i < Lists.Count; i++)
            if (_values[Columns.Count + i] is { } value && Lists[i].Take(source, key, value) is { } problem)
                Report(source, value, Lists[i].List.Name, problem, problems);
    }

    private void TakeRow(FixtureObject source, FixtureSlice key, ImportProblems problems)
    {
        bool isGood = true;
        Buffer.Add(source.Line);
        Buffer.Add(ShapeOf());
        for (int i = 0; i < Keys.Count; i++)
        {
            if (Keys[i].Write(source[_keys[i]!.Value], Buffer) is { } problem)
            {
                Report(source, key, "pk", problem, problems);
                isGood = false;
            }
        }
        for (int i = 0; i < Columns.Count; i++)
        {
            if (_values[i] is not { } value)
            {
                Buffer.AddNull();
            }
            else if (Columns[i].Write(source[value], Buffer) is { } problem)
            {
                Report(source, value, Columns[i].Field, problem, problems);
                isGood = false;
            }
        }
        if (isGood)
            Buffer.EndRow(source.Line);
        else
            Buffer.DiscardRow();
    }

    private void Report(FixtureObject source, FixtureSlice value, string field, string problem, ImportProblems problems)
    {
        string text = Shown(source[value]);
        string said = problem.StartsWith("null", StringComparison.Ordinal) ? problem
            : text.StartsWith('[') && field != "pk" && problem == "not a single value" ? $"{text} is a natural key, which is not supported: export with plain keys"
            : problem.StartsWith("not ", StringComparison.Ordinal) || problem.StartsWith("out ", StringComparison.Ordinal) || problem.StartsWith("longer ", StringComparison.Ordinal) ? $"{text} is {problem}"
            : $"{text}: {problem}";
        problems.Add(
            "InvalidValue", "values in {0} cannot be stored", "Correct them in the file, or where it was exported.",
            source.LineOf(value), Model.Label, Shown(source[source.Key!.Value]).Trim('"'), field, said);
    }

    private static string Shown(ReadOnlySpan<byte> json)
    {
        string text = Encoding.UTF8.GetString(json.Length > 400 ? json[..400] : json).ReplaceLineEndings(" ");
        return text.Length > 60 ? text[..60] + "…" : text;
    }

    private bool TryKeys(FixtureObject source, FixtureSlice key)
    {
        if (Keys.Count == 1)
        {
            _keys[0] = key;
            return true;
        }
        Utf8JsonReader reader = JsonText.Reader(source[key]);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
            return false;
        int count = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            int start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (count < Keys.Count)
                _keys[count] = new FixtureSlice(key.Start + start, (int)reader.BytesConsumed - start);
            count++;
        }
        return count == Keys.Count;
    }

    private int ShapeOf()
    {
        for (int i = 0; i < _shape.Length; i++)
            _shape[i] = _values[i] is null ? '0' : '1';
        string shape = new(_shape);
        if (!_shapes.TryGetValue(shape, out int number))
        {
            _shapes[shape] = number = _shapes.Count;
            _shapeColumns.Add([.. Columns.Where((_, i) => _shape[i] == '1')]);
        }
        return number;
    }

    // Objects of a model mostly have the same fields in the same order.
    private int SlotOf(FixtureObject source, int index)
    {
        FixtureField field = source.Fields[index];
        if (index < _previous.Count && source[field.Name].SequenceEqual(_previous[index].Name))
            return _previous[index].Slot;
        int slot = _slots.GetValueOrDefault(source.NameOf(field), Unknown);
        if (index < _previous.Count)
            _previous[index] = (source[field.Name].ToArray(), slot);
        else if (index == _previous.Count)
            _previous.Add((source[field.Name].ToArray(), slot));
        return slot;
    }

    private void NameSlots()
    {
        for (int i = 0; i < Columns.Count; i++)
            _slots[Columns[i].Field] = i;
        for (int i = 0; i < Lists.Count; i++)
            _slots[Lists[i].List.Name] = Columns.Count + i;
        // A reference without a constraint has its name from its model, which may come with the file.
        for (int i = 0; i < Columns.Count; i++)
            if (WithoutId(Columns[i].Column.Name) is { } name)
                _slots.TryAdd(name, i);
        // What PostgreSQL generates, and the key's own fields, which stand in pk.
        foreach (Column column in Model.Table.Columns.Where(c => !c.IsWritable || Model.Key.Contains(c)))
        {
            _slots.TryAdd(column.Name, Ignored);
            if (WithoutId(column.Name) is { } name)
                _slots.TryAdd(name, Ignored);
        }
    }

    private static string? WithoutId(string column) => column.EndsWith("_id", StringComparison.Ordinal) ? column[..^3] : null;
}
