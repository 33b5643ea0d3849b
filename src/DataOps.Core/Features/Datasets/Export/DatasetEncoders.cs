using DataOps.Core.Django.Values;
using DataOps.Core.Files;

namespace DataOps.Core.Features.Datasets.Export;

/// <summary>
/// Makes the converters of an export's fields, and reports afterwards what they could not write exactly.
/// </summary>
internal sealed class DatasetEncoders(
    IReadOnlySet<(ModelLabel Model, string Column)> streamFields, DatasetLayout layout, TimePrecision precision,
    JsonFields jsonFields)
{
    private readonly Dictionary<string, LossCount> _losses = [];
    private readonly List<LossCount> _fields = [];

    /// <summary>How many values a reader of the file does not get back exactly.</summary>
    public long Inexact => _fields.Sum(f => f.Count);

    /// <summary>Which those are, joined by semicolons; null when there are none.</summary>
    public string? InexactFields => Inexact == 0 ? null : string.Join("; ", _fields.Where(f => f.Count > 0));

    /// <summary>What makes the converter of each of a model's columns.</summary>
    public Func<Column, ValueConverter> Of(Model model) => column =>
    {
        string field = model.Fields.FirstOrDefault(f => f.Column == column)?.Name ?? "pk";
        string name = $"{model.Label}.{field}";
        if (!_losses.TryGetValue(name, out LossCount? losses))
            _fields.Add(_losses[name] = losses = new(name));
        return ValueConverter.For(column, new ValueForm
        {
            Precision = precision,
            Separator = layout.Embedded,
            Indent = layout.Indent,
            Losses = losses,
            StreamField = jsonFields.UseOf(model, field) switch
            {
                StreamFieldUse.Unknown when streamFields.Contains((model.Label, column.Name)) => StreamFieldUse.Found,
                StreamFieldUse use => use,
            },
        });
    };
}
