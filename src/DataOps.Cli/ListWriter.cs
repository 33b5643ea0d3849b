using System.Text;

namespace DataOps.Cli;

/// <summary>One line a property, an empty line between results.</summary>
internal sealed class ListWriter(ProgressLine progress, Stream output) : ResultWriter(progress, output)
{
    private bool _first = true;

    protected override void WriteCore(object item)
    {
        StringBuilder text = new(_first ? "" : "\n");
        _first = false;
        Column[] columns = Column.Of(item.GetType());
        int width = columns.Max(c => c.Name.Length);
        foreach (Column column in columns)
            text.Append($"{column.Name.PadRight(width)} : {column.Text(item)}\n");
        Send(Encoding.UTF8.GetBytes(text.ToString()));
    }

    protected override void Flush()
    {
    }
}
