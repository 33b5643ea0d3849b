using DataOps.Core.Connections;
using DataOps.Core.Rows;
using Npgsql;

namespace DataOps.Core.Datasets;

/// <summary>Writes the rows of models as fixture objects.</summary>
internal sealed class DatasetWriter(
    Session session,
    DatasetLayout layout,
    DatasetEncoders encoders,
    ReferenceForm references,
    Stream stream,
    OperationContext context,
    long? estimatedRows)
{
    private const int RowsPerReport = 4096;

    private readonly Utf8Output _output = new(stream);
    private long _count;

    public void Begin() => _output.WriteText(layout.Begin);

    /// <summary>Writes a part's rows, in the order of their key, and returns their number.</summary>
    public long Write(ExportPart part)
    {
        long before = _count;
        ModelColumns columns = ModelColumns.Of(encoders, part, layout, references);
        try
        {
            using CopyReader rows = new(session.Connection, columns.Query, context.Cancellation);
            while (rows.Read())
                WriteObject(columns, rows);
        }
        catch (Exception e) when (PostgresFailure.Translate(e, session.Settings, context.Cancellation) is { } failure)
        {
            throw failure;
        }
        context.Report($"Exporting {columns.Label}", _count, estimatedRows);
        return _count - before;
    }

    /// <summary>Ends the file and returns the number of objects in it.</summary>
    public long End()
    {
        _output.WriteText(_count > 0 ? layout.End : layout.EndEmpty);
        _output.Flush();
        return _count;
    }

    private void WriteObject(ModelColumns columns, CopyReader row)
    {
        if (_count++ > 0)
            _output.WriteText(layout.Between);
        _output.Write(columns.Opening);
        columns.WriteKey(row, _output);
        _output.Write(columns.BeforeFields);
        for (int i = 0; i < columns.Values.Count; i++)
            columns.Values[i].Write(row, _output);
        _output.Write(columns.Closing);
        if (_count % RowsPerReport == 0)
            context.Report($"Exporting {columns.Label}", _count, estimatedRows);
    }
}
