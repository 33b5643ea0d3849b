using DataOps.Core.Django.Models;
using DataOps.Core.Django.Values;
using DataOps.Core.Files;
using DataOps.Core.Postgres.Catalog;

namespace DataOps.Core.Features.Datasets.Export;

/// <summary>Makes the encoders of an export's fields, and tells afterwards what they could not write exactly.</summary>
internal sealed class DatasetEncoders(
    IReadOnlySet<(ModelLabel Model, string Column)> streamFields, DatasetLayout layout, TimePrecision precision, JsonFields jsonFields)
{
    private readonly List<LossCount> _fields = [];

    /// <summary>How many values a reader of the file does not get back exactly.</summary>
    public long Inexact => _fields.Sum(f => f.Count);

    /// <summary>Which those are, joined by semicolons; null when there are none.</summary>
    public string? InexactFields => Inexact == 0 ? null : string.Join("; ", _fields.Where(f => f.Count > 0));

    /// <summary>What makes the encoder of each of a model's columns.</summary>
    public Func<Column, PgToJson> Of(Model model) => column =>
    {
        string field = model.Fields.FirstOrDefault(f => f.Column == column)?.Name ?? "pk";
        LossCount inexact = new($"{model.Label}.{field}");
        _fields.Add(inexact);
        PgToJson encoder = PgToJson.For(column.Type, precision, layout.Embedded, layout.Indent, inexact);
        bool? isStreamField = JsonFields.IsJson(column) ? jsonFields.IsStreamField(model, field) : null;
        if (!(isStreamField ?? streamFields.Contains((model.Label, column.Name))))
            return encoder;
        return new StreamFieldEncoder(column.Type.Underlying.Name == "jsonb", isStreamField is null ? encoder : null, inexact);
    };
}
