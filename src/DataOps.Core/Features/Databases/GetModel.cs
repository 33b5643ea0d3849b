namespace DataOps.Core.Features.Databases;

/// <summary>Which models to list. Wildcards are PowerShell's: * ? [a-z].</summary>
public sealed partial record GetModelOptions
{
    /// <summary>Models, as app or app.model. Default: all.</summary>
    [Option(Position = 0, Pipeline = true, Wildcards = true, Completes = OptionNames.ModelName)]
    public IReadOnlyList<string> Model { get; init; } = [];

    /// <summary>Tables, as table or schema.table. Default: all.</summary>
    [Option(Pipeline = true, Wildcards = true, Completes = OptionNames.TableName)]
    public IReadOnlyList<string> Table { get; init; } = [];
}

/// <summary>A model, or a table or content type without a model.</summary>
/// <param name="Server">The server.</param>
/// <param name="Database">The database.</param>
/// <param name="Model">app_label.model; null for a table without a content type.</param>
/// <param name="Table">Its table; null for a content type without one.</param>
/// <param name="Kind">Model, ManyToMany (an automatic table), Table (no content type), NoTable (a content type of a
/// removed, proxy or unmanaged model), or View, MaterializedView, ForeignTable: not handled.</param>
/// <param name="Key">The primary key's columns, joined by commas.</param>
/// <param name="Rows">Rows as of the last ANALYZE; null when it never ran.</param>
/// <param name="Bytes">Size of the main data as of the last ANALYZE, in bytes.</param>
/// <param name="Parent">The parent's table, with multi-table inheritance.</param>
/// <param name="Fields">Its own fields as a fixture names them, joined by commas.</param>
/// <param name="ManyToMany">Its many-to-many fields, joined by commas.</param>
/// <param name="ContentType">django_content_type.id.</param>
/// <param name="KnownBy">How one knows that the table is the model's; null where there is no model, or no
/// table.</param>
public sealed record ModelInfo(
    string Server,
    string Database,
    string? Model,
    string? Table,
    string Kind,
    string? Key,
    long? Rows,
    long? Bytes,
    string? Parent,
    string? Fields,
    string? ManyToMany,
    int? ContentType,
    KnownBy? KnownBy) : IOfSchema
{
    /// <summary>The schema of the site, where -Schema asks for several; otherwise null.</summary>
    public string? Schema { get; init; }

    IOfSchema IOfSchema.InSchema(string schema) => this with { Schema = schema };
}

/// <summary>Lists the models of a database with their tables, and tables and content types without a model.</summary>
[Operation("Get", "Model")]
public sealed class GetModel : Operation<GetModelOptions, ModelInfo>
{
    /// <inheritdoc/>
    protected override bool NeedsAllNames => false;

    /// <inheritdoc/>
    protected override IEnumerable<ModelInfo> Execute(
        Session session, GetModelOptions options, OperationContext context)
    {
        ReferenceCatalog catalog = ReferenceCatalog.Read(session, withEmbedded: false, reading: context);
        ModelInfo[] all =
        [
            .. catalog.Models.Select(m => Describe(session, m.Label, m.Table, "Model", m, KnownByOf(catalog, m))),
            .. catalog.Database.Tables.Where(t => catalog.ModelOf(t) is null).Select(
                t => Describe(session, catalog.LabelOf(t), t, KindOf(catalog, t), null, KnownByOf(catalog, t))),
            .. catalog.ContentTypesWithoutTable
                .Select(c =>
                    new ModelInfo(session.Server, session.Database, c.Label, null, "NoTable", null, null, null, null,
                    null, null, c.Id, null)),
        ];
        NameFilter models = new(options.Model);
        NameFilter tables = new(options.Table);
        context.ReportUnmatched(models, all.Select(ModelNames), ErrorIds.UnknownModel, "model");
        context.ReportUnmatched(tables, all.Select(TableNames), ErrorIds.UnknownTable, "table");
        return all.Where(m => models.Matches(ModelNames(m)) && tables.Matches(TableNames(m)));
    }

    private static string?[] ModelNames(ModelInfo m) =>
        m.Model is null ? [] : ReferenceFilter.ModelNames(ModelLabel.Parse(m.Model)!);

    private static string?[] TableNames(ModelInfo m) => m.Table is null
        ? []
        : [m.Table, m.Table.Contains('.') ? m.Table[(m.Table.IndexOf('.') + 1)..] : "public." + m.Table];

    private static string KindOf(ReferenceCatalog catalog, Table table) =>
        !table.IsReadable ? table.Kind.ToString() : catalog.LabelOf(table) is null ? "Table" : "ManyToMany";

    private static KnownBy KnownByOf(ReferenceCatalog catalog, Model model) =>
        catalog.Site.Tables.ContainsKey(model.Label) ? KnownBy.SiteDescription
        : DjangoTables.TableNames.GetValueOrDefault(model.Label) == model.Table.Name ? KnownBy.BuiltIn
        : KnownBy.Name;

    // A list is found by its three columns and its name, unless the description has its table.
    private static KnownBy? KnownByOf(ReferenceCatalog catalog, Table table) =>
        catalog.LabelOf(table) is null ? null
        : catalog.Site.ManyToManyOf(table) is not null ? KnownBy.SiteDescription
        : KnownBy.Name;

    private static ModelInfo Describe(
        Session session, string? label, Table table, string kind, Model? model, KnownBy? known) => new(
        session.Server,
        session.Database,
        label,
        table.DisplayName,
        kind,
        table.PrimaryKey.Count == 0 ? null : string.Join(",", table.PrimaryKey),
        table.EstimatedRows,
        table.Bytes,
        model?.Parent?.DisplayName,
        model is null ? null : string.Join(",", model.Fields.Select(f => f.Name)),
        model is not { ManyToMany.Count: > 0 } ? null : string.Join(",", model.ManyToMany.Select(l => l.Name)),
        model?.ContentType,
        known);
}
