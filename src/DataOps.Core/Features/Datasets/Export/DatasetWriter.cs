using System.Text;
using DataOps.Core.Files;
using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Features.Datasets.Export;

/// <summary>Writes a fixture of the objects that are read for it.</summary>
/// <param name="layout">How objects are laid out.</param>
/// <param name="stream">Where they are written.</param>
/// <param name="context">Progress and cancellation.</param>
/// <param name="estimatedRows">How many rows there are, about; null where nobody knows.</param>
internal sealed class DatasetWriter(
    DatasetLayout layout, Stream stream, OperationContext context, long? estimatedRows)
{
    private readonly Utf8Output _output = new(stream);
    private readonly int _between = Encoding.UTF8.GetByteCount(layout.Between);

    /// <summary>Writes the file, and returns the number of objects in it.</summary>
    public long Write(DatasetReader reader, IReadOnlyList<DatasetSlice> slices)
    {
        long count = 0;
        _output.WriteText(layout.Begin);
        reader.Read(slices, chunk =>
        {
            // Nothing stands in front of the first.
            _output.Write(chunk.Text.Written[(count == 0 && chunk.Count > 0 ? _between : 0)..]);
            count += chunk.Count;
            context.Report($"Exporting {chunk.Label}", count, estimatedRows);
        }, context.Cancellation);
        _output.WriteText(count > 0 ? layout.End : layout.EndEmpty);
        _output.Flush();
        return count;
    }
}
