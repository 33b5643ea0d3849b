using System.Text;
using System.Text.Json;
using DataOps.Core.Django.Values;
using DataOps.Core.Files;

namespace DataOps.Core.Features.Datasets.Import;

/// <summary>
/// A model's rows on their way into a staging table that has the target's types and none of its constraints.
/// </summary>
/// <remarks>
/// Objects need not have the same fields. Each set of fields that occurs is a shape; a row tells its own, and each
/// shape is applied by itself.
/// </remarks>
internal sealed class StagingTable
{
    private const int Few = 50;
    private const int Ignored = -1;
    private const int Unknown = -2;
    private const int Inherited = -3;

    // The slot of the key's first column; those of the others are below.
    private const int FirstKey = -4;

    private readonly Dictionary<string, int> _slots = [];
    private readonly List<(byte[] Name, int Slot)> _previous = [];
    private readonly Dictionary<string, int> _shapes = [];
    private readonly List<IReadOnlyList<StagingColumn>> _shapeColumns = [];
    private readonly FixtureSlice?[] _values;
    private readonly FixtureSlice?[] _keys;
    private readonly SortedSet<string> _inherited = new(StringComparer.Ordinal);
    private readonly char[] _shape;

    public StagingTable(Session session, Model model, ReferenceCatalog catalog, NaturalKeys keys)
    {
        (Model, Natural) = (model, keys.Of(model.Table));
        Keys = [.. model.Key.Select(k => Staged("pk", k))];
        Columns =
            [.. model.Fields.Where(f => f.Column.IsWritable && !model.Key.Contains(f.Column)).Select(
                f => Staged(f.Name, f.Column))];
        (_values, _shape, _keys) =
            (new FixtureSlice?[Columns.Count + model.ManyToMany.Count], new char[Columns.Count],
            new FixtureSlice?[Keys.Count]);
        StagingColumn[] all = [.. Keys, .. Columns];
        Buffer = new StagingBuffer(
            NameOf("raw", model.Table), ["_row", "_place", "_shape", .. all.SelectMany(c => c.StagedNames)]);
        TemporaryTable.CreateEmpty(session, Buffer.Table, $"""
            select null::bigint as _row, null::bigint as _place, null::int as _shape, {all.Select(c => c.StagedSql)}
            from {model.Table}
            """, CancellationToken.None, outlives: true);
        Name = Buffer.Table;
        Lists = [.. model.ManyToMany.Select(list =>
        {
            Reference? reference = catalog.ReferenceOf(list.Table, list.TargetColumn);
            return new StagingList(session, list, reference, reference is null ? null : keys.Of(reference));
        })];
        NameSlots(catalog);

        StagingColumn Staged(string field, Column column)
        {
            // A value that is a natural key says itself that its column refers.
            Reference? reference = catalog.ReferenceOf(model.Table, column)
                ?? catalog.From(model.Table).OfType<ImpliedReference>().FirstOrDefault(r => r.Column == column);
            return new StagingColumn(field, column, reference, reference is null ? null : keys.Of(reference))
            {
                IsUniqueText = !column.NotNull
                    && column.Type.Underlying.Name is "text" or "varchar" or "bpchar" or "citext"
                    && model.Table.UniqueKeys.Any(k => k is [{ } only] && only == column.Name),
            };
        }
    }

    public Model Model { get; }

    /// <summary>The model's natural key; null when it has none.</summary>
    public NaturalKey? Natural { get; }

    /// <summary>
    /// The rows with the keys and references that they have in this database: _row, _place, _shape, and the columns
    /// under their names.
    /// </summary>
    /// <remarks>That is the staging table itself where all keys are the file's, and else a view.</remarks>
    public SqlText Name { get; private set; }

    /// <summary>Fields of a parent model in objects of this one, which loaddata takes and does not write.</summary>
    public IReadOnlyCollection<string> InheritedFields => _inherited;

    /// <summary>Whether a row came without a key of its own.</summary>
    public bool HasKeyless { get; private set; }

    public IReadOnlyList<StagingColumn> Keys { get; }

    /// <summary>
    /// Whether the rows are found by their key; so few as others have are as soon read, and an index is locked, too.
    /// </summary>
    public bool HasIndex => Buffer.Rows > Few;

    /// <summary>All columns that can be written, besides the key.</summary>
    public IReadOnlyList<StagingColumn> Columns { get; }

    public IReadOnlyList<StagingList> Lists { get; }

    public StagingBuffer Buffer { get; }

    /// <summary>The columns of each shape, by its number.</summary>
    public IReadOnlyList<IReadOnlyList<StagingColumn>> Shapes => _shapeColumns;

    /// <summary>The columns that a shape lacks.</summary>
    public IEnumerable<StagingColumn> Lacking(int shape) => Columns.Except(_shapeColumns[shape]);

    public IEnumerable<StagingBuffer> Buffers => Lists.Select(l => l.Buffer).Prepend(Buffer);

    /// <summary>The name of a temporary table of the load that has to do with a table.</summary>
    public static SqlText NameOf(string what, Table table) => SqlText.Raw($"pg_temp.dataops_{what}_{table.Oid}");

    /// <summary>Has a view stand for the rows.</summary>
    /// <param name="session">The session, in the load's transaction.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="cancellation">Cancels it.</param>
    public void View(Session session, SqlText rows, CancellationToken cancellation)
    {
        Name = NameOf("import", Model.Table);
        session.Run($"create or replace temporary view {Name} as {rows}", cancellation);
    }

    /// <summary>Takes an object of this model.</summary>
    /// <param name="source">The object.</param>
    /// <param name="row">Its number in the file, from 1.</param>
    /// <param name="problems">Takes what is wrong with it.</param>
    /// <param name="unknownField">Takes the names of fields that the model does not have.</param>
    public void Take(FixtureObject source, long row, ImportProblems problems, Action<string> unknownField)
    {
        Array.Clear(_values);
        Array.Clear(_keys);
        for (int i = 0; i < source.Fields.Count; i++)
        {
            FixtureSlice value = source.Fields[i].Value;
            int slot = SlotOf(source, i);
            if (slot == Unknown)
                unknownField(source.NameOf(source.Fields[i]));
            else if (slot == Inherited)
                _inherited.Add(source.NameOf(source.Fields[i]));
            else if (slot >= 0)
                _values[slot] = value;
            else if (slot <= FirstKey)
                _keys[FirstKey - slot] = source[value].SequenceEqual("null"u8) ? null : value;
        }
        // Without "pk" the fields of the key say it.
        bool hasKey = source.Key is { } key ? TryKeys(source, key) : _keys.All(k => k is not null);
        if (!hasKey && (source.Key is not null || Natural is null || Keys.Count != 1))
        {
            AddMissingKey(source, problems);
            return;
        }
        HasKeyless |= !hasKey;
        TakeRow(source, row, hasKey, problems);
        for (int i = 0; i < Lists.Count; i++)
            if (_values[Columns.Count + i] is { } value && Lists[i].Take(source, row, value) is { } problem)
                Report(source, value, Lists[i].List.Name, problem, problems);
    }

    private void AddMissingKey(FixtureObject source, ImportProblems problems)
    {
        string candidates = string.Join(
            " or ", Model.Table.UniqueKeys.Select(k => $"{Model.Label}={string.Join('+', k)}"));
        problems.Add(source.Place, new(
            ErrorIds.MissingKey, new("object", "has no key of its own", "have no key of their own"),
            "Export with plain keys, or give the fields of their natural key with "
                + $"-NaturalKey{(candidates.Length > 0 ? $", as {candidates}" : "")}.",
            Model.Label, "", "pk",
            source.Key is null ? "missing, and no natural key is known" : "not the key's columns"));
    }

    private void TakeRow(FixtureObject source, long row, bool hasKey, ImportProblems problems)
    {
        bool isGood = true;
        Buffer.Add(row);
        Buffer.Add(source.Place);
        Buffer.Add(ShapeOf());
        for (int i = 0; i < Keys.Count; i++)
        {
            if (hasKey)
                isGood &= Write(Keys[i], source, _keys[i]!.Value, problems);
            else
                Keys[i].WriteNull(Buffer);
        }
        for (int i = 0; i < Columns.Count; i++)
        {
            if (_values[i] is { } value)
                isGood &= Write(Columns[i], source, value, problems);
            else
                Columns[i].WriteNull(Buffer);
        }
        if (isGood)
            Buffer.EndRow(source.Place);
        else
            Buffer.DiscardRow();
    }

    private bool Write(StagingColumn column, FixtureObject source, FixtureSlice value, ImportProblems problems)
    {
        string? problem = column.Write(source[value], Buffer);
        if (problem is not null)
            Report(source, value, column.Field, problem, problems);
        else if (column is { Naive.Count: > 0, FirstNaive: null })
            column.FirstNaive = (KeyOf(source), source.Place);
        return problem is null;
    }

    private void Report(FixtureObject source, FixtureSlice value, string field, string problem, ImportProblems problems)
    {
        problems.Add(source.PlaceOf(value), new(
            ErrorIds.InvalidValue, new("value", "cannot be stored", "cannot be stored"),
            "Correct them in the file, or where it was exported.",
            Model.Label, KeyOf(source), field, $"{Shown(source[value])}: {problem}"));
    }

    private static string KeyOf(FixtureObject source) =>
        source.Key is { } own ? Shown(source[own]).Trim('"') : "";

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
        // The automatic key of a partitioned table; the fields have the other columns.
        if (reader.TokenType != JsonTokenType.StartArray && Model.FixtureKey is [{ } own])
        {
            _keys[Enumerable.Range(0, Keys.Count).First(i => Keys[i].Column == own)] = key;
            return _keys.All(k => k is not null);
        }
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

    private void NameSlots(ReferenceCatalog catalog)
    {
        for (int i = 0; i < Columns.Count; i++)
            _slots[Columns[i].Field] = i;
        for (int i = 0; i < Lists.Count; i++)
            _slots[Lists[i].List.Name] = Columns.Count + i;
        // A reference may be called as its column is, and one without a constraint has its name from its model, which
        // may come with the file.
        for (int i = 0; i < Columns.Count; i++)
            AddNames(Columns[i].Column, i);
        for (int i = 0; i < Keys.Count; i++)
            AddNames(Keys[i].Column, FirstKey - i);
        // Whatever its column is called, Django's attribute of a reference has this name.
        for (int i = 0; i < Columns.Count; i++)
            if (Columns[i].Reference is not null)
                _slots.TryAdd($"{Columns[i].Field}_id", i);
        foreach (Column generated in Model.Table.Columns.Where(c => !c.IsWritable))
            AddNames(generated, Ignored);
        for (Table? parent = Model.Parent; parent is not null; parent = catalog.ParentLink(parent)?.Target)
        {
            foreach (Column column in parent.Columns)
                AddNames(column, parent.PrimaryKey.Contains(column.Name) ? Ignored : Inherited);
            foreach (ManyToManyList list in catalog.ModelOf(parent)?.ManyToMany ?? [])
                _slots.TryAdd(list.Name, Inherited);
        }
    }

    private void AddNames(Column column, int slot)
    {
        _slots.TryAdd(column.Name, slot);
        if (Field.Referring(column.Name) is { } name)
            _slots.TryAdd(name, slot);
    }
}

/// <summary>
/// A many-to-many list on its way into its staging table: a row for each owner whose list the file has, without a
/// target, and one for each entry.
/// </summary>
internal sealed class StagingList
{
    private readonly StagingColumn _target;

    public StagingList(Session session, ManyToManyList list, Reference? reference, NaturalKey? natural)
    {
        List = list;
        _target = new StagingColumn(list.Name, list.TargetColumn, reference, natural);
        Buffer = new StagingBuffer(
            StagingTable.NameOf("rawlist", list.Table), ["_row", "_place", "_position", .. _target.StagedNames]);
        TemporaryTable.CreateEmpty(session, Buffer.Table, $"""
            select null::bigint as _row, null::bigint as _place, null::bigint as _position, {_target.StagedSql}
            from {list.Table}
            """, CancellationToken.None, outlives: true);
    }

    public ManyToManyList List { get; }

    /// <summary>The column of what the entries refer to.</summary>
    public StagingColumn Target => _target;

    public StagingBuffer Buffer { get; }

    /// <summary>The entries with the keys that they have in this database: _place, _position, owner, target.</summary>
    public SqlText Name => StagingTable.NameOf("list", List.Table);

    /// <summary>The temporary table of the entries that the database's lists lack: owner, target.</summary>
    public SqlText Added => StagingTable.NameOf("added", List.Table);

    /// <summary>Takes an object's list; returns what is wrong with it, or null.</summary>
    public string? Take(FixtureObject source, long row, FixtureSlice value)
    {
        Utf8JsonReader reader = JsonText.Reader(source[value]);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
            return "not a list";
        AddRow(source, row, 0, []);
        for (long position = 1; reader.Read() && reader.TokenType != JsonTokenType.EndArray; position++)
        {
            int start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (AddRow(source, row, position, source[value][start..(int)reader.BytesConsumed]) is { } problem)
                return $"entry {position}: {problem}";
        }
        return null;
    }

    private string? AddRow(FixtureObject source, long row, long position, ReadOnlySpan<byte> target)
    {
        Buffer.Add(row);
        Buffer.Add(source.Place);
        Buffer.Add(position);
        string? problem = null;
        if (position == 0)
            _target.WriteNull(Buffer);
        else
            problem = target.SequenceEqual("null"u8) ? "null" : _target.Write(target, Buffer);
        if (problem is null)
            Buffer.EndRow(source.Place);
        else
            Buffer.DiscardRow();
        return problem;
    }
}
