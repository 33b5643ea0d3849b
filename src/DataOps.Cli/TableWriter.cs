using System.Text;

namespace DataOps.Cli;

/// <summary>
/// Aligned columns, as wide as the terminal. The first results decide the widths; columns that are empty in all of
/// them, or a count of 1, are left out, and those that find no room.
/// </summary>
internal sealed class TableWriter(ProgressLine progress, Stream output) : ResultWriter(progress, output)
{
    private const int Sample = 200;
    private const int Least = 16;
    private const string Gap = "  ";
    private Column[] _all = [];
    private readonly List<object> _waiting = [];
    private readonly StringBuilder _text = new();
    private (Column Column, int Width)[]? _columns;
    private Type? _type;
    private (Column Column, string Text)[] _left = [];
    private string? _place;

    protected override void WriteCore(object item)
    {
        // What was left out of the table, as it was the same in its first rows, may be another from here on.
        if (item.GetType() != _type || (_columns is not null && _left.Any(l => l.Column.Text(item) != l.Text)))
            BeginOther(item.GetType());
        if (_columns is null)
        {
            _waiting.Add(item);
            if (_waiting.Count == Sample)
                Begin();
            return;
        }
        AddRow(c => c.Text(item));
        if (_text.Length > 4096)
            Flush();
    }

    protected override void FinishCore()
    {
        if (_columns is null && _waiting.Count > 0)
            Begin();
    }

    protected override void Flush()
    {
        Send(Encoding.UTF8.GetBytes(_text.ToString()));
        _text.Clear();
    }

    // Results of another type get a table of their own.
    private void BeginOther(Type type)
    {
        FinishCore();
        if (_type is not null)
            _text.Append('\n');
        (_type, _columns, _left) = (type, null, []);
    }

    private void Begin()
    {
        _all = Column.Of(_waiting[0].GetType());
        _columns = Fit(Shown(), Terminal.TableWidth);
        AddRow(c => c.Name);
        AddRow(c => new string('-', c.Name.Length));
        foreach (object item in _waiting)
            AddRow(c => c.Text(item));
        _waiting.Clear();
        Flush();
    }

    // Which database it is, everybody knows who reads a table; it is said once, above it.
    private List<Column> Shown()
    {
        Column[] place = _all.Where(c => c.Name is "Server" or "Database").ToArray();
        bool severalColumns = _all.Length > place.Length;
        if (place.Length == 2 && severalColumns && _waiting.All(i => place.All(c => c.Text(i) == c.Text(_waiting[0]))))
            SayPlace($"{place[1].Text(_waiting[0])} on {place[0].Text(_waiting[0])}");
        else
            place = [];
        Column[] ones = _all.Where(c => c.Name == "Count" && _waiting.All(i => c.Text(i) == "1")).ToArray();
        // Where each finding is one row, their number says nothing.
        _left = [.. place.Concat(ones).Select(c => (c, c.Text(_waiting[0])))];
        return _all.Where(c => !place.Contains(c) && !ones.Contains(c)
            && _waiting.Any(i => c.Text(i).Length > 0)).ToList();
    }

    private void SayPlace(string place)
    {
        if (place != _place && place != " on ")
            _text.Append($"{place}\n\n");
        _place = place;
    }

    // Leaves out what has no room even when all are narrow, then takes from the widest columns.
    private (Column Column, int Width)[] Fit(List<Column> columns, int room)
    {
        List<(Column Column, int Width)> fitted = columns.ConvertAll(
            c => (c, Math.Max(c.Name.Length, _waiting.Max(i => c.Text(i).Length))));
        while (fitted.Count > 1 && Total(fitted.Select(c => Math.Min(c.Width, Narrowest(c.Column)))) > room)
            fitted.RemoveAt(LeastOfUse(fitted));
        for (int excess = Total(fitted.Select(c => c.Width)) - room; excess > 0; excess--)
        {
            int[] shrinkable = Enumerable.Range(0, fitted.Count).Where(
                i => fitted[i].Width > Narrowest(fitted[i].Column)).ToArray();
            if (shrinkable.Length == 0)
                break;
            int widest = shrinkable.MaxBy(i => fitted[i].Width);
            fitted[widest] = (fitted[widest].Column, fitted[widest].Width - 1);
        }
        return [.. fitted];
    }

    private static int Total(IEnumerable<int> widths) => widths.Sum(w => w + Gap.Length) - Gap.Length;

    private static int Narrowest(Column column) => Math.Max(column.Name.Length, Least);

    // Behind a table its model says little that is new, and an audit's name where it is that of all; otherwise results
    // begin with what matters most.
    private int LeastOfUse(List<(Column Column, int Width)> columns)
    {
        int model = columns.FindIndex(c => c.Column.Name == "Model");
        int audit = columns.FindIndex(
            c => c.Column.Name == "Audit" && _waiting.All(i => c.Column.Text(i) == c.Column.Text(_waiting[0])));
        return model > 0 ? model : audit > 0 ? audit : columns.Count - 1;
    }

    private void AddRow(Func<Column, string> text)
    {
        int start = _text.Length;
        foreach ((Column column, int width) in _columns!)
        {
            string cell = text(column);
            if (cell.Length > width)
                cell = cell[..(width - 1)] + "…";
            _text.Append(column.IsNumber ? cell.PadLeft(width) : cell.PadRight(width)).Append(Gap);
        }
        while (_text.Length > start && _text[^1] == ' ')
            _text.Length--;
        _text.Append('\n');
    }
}
