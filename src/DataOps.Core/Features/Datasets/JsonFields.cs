using DataOps.Core.Django.Values;

namespace DataOps.Core.Features.Datasets;

/// <summary>
/// Which JSON fields are Wagtail's StreamFields as the user or the site's description says: their fixtures hold the
/// JSON as a text.
/// </summary>
internal sealed class JsonFields
{
    private readonly NameFilter _stream;
    private readonly NameFilter _json;

    private readonly SiteDescription _site;

    private JsonFields(NameFilter stream, NameFilter json, SiteDescription site) =>
        (_stream, _json, _site) = (stream, json, site);

    /// <summary>Takes the two lists of app.model.field, with wildcards.</summary>
    /// <exception cref="DataOpsException">A name is that of no JSON field, or a field is in both lists.</exception>
    public static JsonFields Of(
        IReadOnlyList<string> streamField,
        IReadOnlyList<string> jsonField,
        IEnumerable<Model> models,
        SiteDescription site,
        OperationContext context)
    {
        JsonFields fields = new(new NameFilter(streamField), new NameFilter(jsonField), site);
        if (fields._stream.IsEmpty && fields._json.IsEmpty)
            return fields;
        string?[][] names =
            [.. models.SelectMany(m => m.Fields.Where(f => IsJson(f.Column)).Select(f => new[] { NameOf(m, f.Name) }))];
        context.ReportUnmatched(fields._stream, names, ErrorIds.UnknownField, "JSON field");
        context.ReportUnmatched(fields._json, names, ErrorIds.UnknownField, "JSON field");
        if (!fields._stream.IsEmpty && !fields._json.IsEmpty
            && names.FirstOrDefault(n => fields._stream.Matches(n) && fields._json.Matches(n)) is [{ } both])
            throw new DataOpsException(
                ErrorIds.FieldInBoth, FailureKind.InvalidArgument, $"-StreamField and -JsonField both name {both}.",
                "Name it in one of them.", both);
        return fields;
    }

    /// <summary>Whether a column is one of those that the lists can name.</summary>
    public static bool IsJson(Column column) => column.Type.Underlying.Name is "json" or "jsonb";

    /// <summary>What the user says about a field.</summary>
    public StreamFieldUse UseOf(Model model, string field)
    {
        string name = NameOf(model, field);
        return !_stream.IsEmpty && _stream.Matches(name) ? StreamFieldUse.Yes
            : !_json.IsEmpty && _json.Matches(name) ? StreamFieldUse.No
            : _site.StreamFields.Contains((model.Label, field)) ? StreamFieldUse.Yes
            : StreamFieldUse.Unknown;
    }

    private static string NameOf(Model model, string field) => $"{model.Label}.{field}";
}
