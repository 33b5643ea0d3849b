using DataOps.Core.Files;
using DataOps.Core.Postgres.Copy;
using Npgsql;

namespace DataOps.Core.Features.Datasets.Export;

/// <summary>
/// Writes the rows of models as fixture objects, and tells of those of them without a target that were not searched
/// before.
/// </summary>
internal sealed class DatasetWriter(
    Session session,
    DatasetLayout layout,
    DatasetEncoders encoders,
    ReferenceForm references,
    MissingReferences? missing,
    Stream stream,
    OperationContext context,
    long? estimatedRows)
{
    private const int RowsPerReport = 4096;

    private readonly Utf8Output _output = new(stream);
    private long _count;

    public void Begin() => _output.WriteText(layout.Begin);

    /// <summary>Writes a part's rows, in the order of their key.</summary>
    public void Write(ExportPart part)
    {
        ModelColumns columns =
            ModelColumns.Of(encoders, part, layout, references,
                [.. missing?.Asked(part).Select(r => r.For(session, context.Cancellation)) ?? []]);
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
        if (columns.MissesAny(row))
            foreach ((TargetReference reference, string key, string value) in columns.Missing(row))
                missing!.Add(reference, key, value);
        if (_count % RowsPerReport == 0)
            context.Report($"Exporting {columns.Label}", _count, estimatedRows);
    }
}
