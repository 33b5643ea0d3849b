using System.Text;

namespace DataOps.Cli;

/// <summary>One line a property, an empty line between results.</summary>
internal sealed class ListWriter(Type result, ProgressLine progress) : ResultWriter(progress)
{
    private readonly Column[] _columns = Column.Of(result);
    private bool _first = true;

    protected override void WriteCore(object item)
    {
        StringBuilder text = new(_first ? "" : "\n");
        _first = false;
        int width = _columns.Max(c => c.Name.Length);
        foreach (Column column in _columns)
            text.Append($"{column.Name.PadRight(width)} : {column.Text(item)}\n");
        Send(Encoding.UTF8.GetBytes(text.ToString()));
    }

    protected override void Flush()
    {
    }
}
