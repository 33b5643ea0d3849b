using System.Diagnostics;
using DataOps.Core.Django.Values;
using DataOps.Core.Files;
using Npgsql;

namespace DataOps.Core.Features.Datasets.Export;

/// <summary>Options of <see cref="ExportDataset"/>. Wildcards are PowerShell's: * ? [a-z].</summary>
public sealed partial record ExportDatasetOptions
{
    /// <summary>File to write: .json or .jsonl, with .gz to compress it.</summary>
    [Option(Position = 0, Mandatory = true, Form = OptionForm.DatasetToWrite)]
    public string Path { get; init; } = "";

    /// <summary>Models to export, as app or app.model. Default: all.</summary>
    [Option(Position = 1, Pipeline = true, Wildcards = true, Completes = OptionNames.ModelName)]
    public IReadOnlyList<string> Model { get; init; } = [];

    /// <summary>Models to leave out, as app or app.model.</summary>
    [Option(Wildcards = true, Completes = OptionNames.ModelName)]
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>
    /// File of named datasets, or its JSON: rows by filters instead of whole models; -Model and -Exclude then narrow
    /// down the dataset's models.
    /// </summary>
    [Option(Form = OptionForm.Definition)]
    [MustExist(FileAdvice.Definition)]
    public string Definition { get; init; } = "";

    /// <summary>Dataset of the definition.</summary>
    [Option(Completes = OptionNames.DatasetName)]
    [OnlyWith(nameof(Definition))]
    public string Dataset { get; init; } = "";

    /// <summary>
    /// Arguments of the dataset, in the order of its parameters or as name=value; a list takes all that follow.
    /// </summary>
    [Option(Form = OptionForm.DatasetArgument)]
    [OnlyWith(nameof(Definition))]
    public IReadOnlyList<string> Argument { get; init; } = [];

    /// <summary>Format of the file. Default: by its name.</summary>
    public DatasetFormat? Format { get; init; }

    /// <summary>
    /// Also export rows that can be regenerated: renditions, reference index, search index, sessions. A model named in
    /// full is always exported.
    /// </summary>
    public bool IncludeDerived { get; init; }

    /// <summary>Spaces per level of JSON.</summary>
    [Range(0, 16)]
    public int? Indent { get; init; }

    /// <summary>
    /// Write references as natural keys where the target's model has one, as dumpdata --natural-foreign does.
    /// </summary>
    [NotWith(nameof(Format), DatasetFormat.Feincms)]
    public bool NaturalForeign { get; init; }

    /// <summary>Leave out primary keys of models that have a natural key, as dumpdata --natural-primary does.</summary>
    [NotWith(nameof(Format), DatasetFormat.Feincms)]
    public bool NaturalPrimary { get; init; }

    /// <summary>
    /// Natural keys of your own models, as blog.author=slug or blog.post=slug+author.name; blog.author= for none. Those
    /// of Django, Wagtail and taggit are known.
    /// </summary>
    [Option(Form = OptionForm.NaturalKey)]
    public IReadOnlyList<string> NaturalKey { get; init; } = [];

    /// <summary>More references without a foreign key, as table.column=target_table.</summary>
    public IReadOnlyList<string> SoftReference { get; init; } = [];

    /// <summary>What to do with references without a target. Default: warn and keep the key.</summary>
    public OnMissingReference? OnMissingReference { get; init; }

    /// <summary>
    /// Precision of times: milliseconds as dumpdata writes them, or microseconds as PostgreSQL stores them.
    /// </summary>
    public TimePrecision Precision { get; init; }

    /// <summary>
    /// JSON fields to write as the text of a StreamField, as app.model.field. Default: those whose values are lists of
    /// blocks.
    /// </summary>
    [Option(Wildcards = true)]
    public IReadOnlyList<string> StreamField { get; init; } = [];

    /// <summary>JSON fields to write as JSON whatever they hold, as app.model.field.</summary>
    [Option(Wildcards = true)]
    public IReadOnlyList<string> JsonField { get; init; } = [];

    /// <summary>Have loading the file delete rows that it lacks (feincms3-data's format).</summary>
    [OnlyWith(nameof(Format), DatasetFormat.Feincms)]
    public bool DeleteMissing { get; init; }

    /// <summary>
    /// Connections that read large tables at the same time: what that gains depends on the server's processors.
    /// </summary>
    [Range(1, 64)]
    public int Jobs { get; init; } = 1;

    /// <summary>Overwrite an existing file.</summary>
    public bool Force { get; init; }
}

/// <summary>The file that was written.</summary>
/// <param name="Server">The server.</param>
/// <param name="Database">The database.</param>
/// <param name="Path">The file.</param>
/// <param name="Models">Number of models, including those without rows.</param>
/// <param name="Count">Number of objects: rows, many-to-many rows not included.</param>
/// <param name="Bytes">Size of the file, in bytes.</param>
/// <param name="MissingReferences">Exported references (foreign keys, parents of tree nodes) without a target.</param>
/// <param name="ExpectedMissing">
/// References without a constraint whose target is missing by design, with natural keys: they keep their keys.
/// </param>
/// <param name="Missing">
/// Those references as field -> table and their number, joined by semicolons; null when there are none.
/// </param>
/// <param name="Skipped">Rows left out because of a missing target.</param>
/// <param name="Inexact">Values that do not survive the format exactly.</param>
/// <param name="InexactFields">
/// Those values as field, their number and kind, joined by semicolons; null when there are none.
/// </param>
/// <param name="NotExported">
/// Tables without a model, which are not exported, joined by commas; null when there are none.
/// </param>
/// <param name="RowsLeftOut">
/// Those of them that have rows; null when there are none, or when models were chosen.
/// </param>
/// <param name="Duration">Seconds.</param>
public sealed record ExportResult(
    string Server,
    string Database,
    string Path,
    int Models,
    long Count,
    long Bytes,
    long MissingReferences,
    long ExpectedMissing,
    string? Missing,
    long Skipped,
    long Inexact,
    string? InexactFields,
    string? NotExported,
    string? RowsLeftOut,
    double Duration) : IJudged
{
    Severity? IJudged.Severity => RowsLeftOut is null ? null : Severity.Warning;
}

/// <summary>
/// Exports models in the format of Django's dumpdata, from one snapshot, in constant memory; a failure leaves no file.
/// </summary>
/// <remarks>
/// Rows come straight from the tables, so no custom manager hides any of them, and a row without its target is written
/// too.
/// </remarks>
[Operation("Export", "Dataset")]
public sealed class ExportDataset : Operation<ExportDatasetOptions, ExportResult>
{
    /// <inheritdoc/>
    /// <exception cref="DataOpsException">
    /// The file is there already, its ending names no format, a name matches no model, or the server refused a query.
    /// </exception>
    protected override IEnumerable<ExportResult> Execute(
        Session session, ExportDatasetOptions options, OperationContext context)
    {
        Stopwatch clock = Stopwatch.StartNew();
        DatasetFile file = DatasetFile.Create(options.Path, options.Format, options.Force);
        DatasetLayout layout = DatasetLayout.For(file.Format, options.Indent);
        DatasetCall? call = DatasetCall.Of(options.Definition, options.Dataset, options.Argument);
        using NpgsqlTransaction snapshot = session.BeginSnapshot();
        ExportSessions.LiftLimits(session, context.Cancellation);
        ReferenceCatalog catalog = ReferenceCatalog.Read(
            session, options.SoftReference, withEmbedded: false, reading: context);
        ExportPlan plan = call is null
            ? ExportPlan.Of(new ReferenceWalk(catalog).Sort(ModelSelection.Of(catalog, options, context)))
            : ExportPlan.Of(session, catalog, call, options, context);
        Model[] models = [.. plan.Parts.Select(p => p.Model).Distinct()];
        if (file.Format == DatasetFormat.Feincms)
            layout = layout.Behind(FeincmsHeader.Text(
                plan.Specs.Select(s => s with { DeleteMissing = s.DeleteMissing || options.DeleteMissing }),
                session.Query<DateTime>($"select now() at time zone 'UTC'", context.Cancellation)[0]));
        else if (plan.Specs.SelectMany(s => s.Orders).Select(o => o.Name).Distinct()
            .ToArray() is { Length: > 0 } orders)
            context.Warning?.Invoke(
                $"The file lacks settings of the definition ({string.Join(", ", orders)}), as Django's formats cannot "
                    + "hold them: add -Format Feincms.");
        NaturalKeys keys = NaturalKeys.Of(catalog, options.NaturalKey);
        IReadOnlyList<ExportPart> parts = plan.PartsWithRows(session, context.Cancellation);
        bool skips = options.OnMissingReference == OnMissingReference.SkipRow;
        // Where a row without its target changes the file, all of them must be known before it is written.
        bool matters = skips || options.OnMissingReference is OnMissingReference.Fail or OnMissingReference.Null;
        MissingReferences missing = new(catalog, withSoft: options.NaturalForeign, keepsKeys: skips);
        missing.Search(session, plan, parts, withChosen: matters, context);
        MissingPolicy policy = MissingPolicy.Of(
            session, catalog, missing, options.OnMissingReference, context.Cancellation);
        HashSet<Table> whole = [.. plan.Parts.Where(p => p.Condition is null).Select(p => p.Model.Table)];
        ReferenceForm references =
            new(catalog, keys, options.NaturalForeign, options.NaturalPrimary, policy, whole);
        if (references.LostGenericReferences(session, models, context.Cancellation) is { } lost)
            context.Warning?.Invoke(lost);
        if (references.UserNameInDoubt(models) is { } doubt)
            context.Warning?.Invoke(doubt);
        JsonFields jsonFields = JsonFields.Of(
            options.StreamField, options.JsonField, models, catalog.Site, context);
        DatasetEncoders encoders =
            new(StreamFields.Of(session, catalog, parts.Select(p => p.Model).Distinct()), layout, options.Precision,
                jsonFields);
        // A filter's values are known to its own session alone, and what it chooses is rarely much.
        IReadOnlyList<DatasetSlice> slices = options.Jobs > 1
            ? DatasetSlice.Of(session, parts, context.Cancellation)
            : [.. parts.Select(DatasetSlice.All)];
        bool isLarge = slices.Count > parts.Count;
        using ExportSessions sessions = ExportSessions.Of(session, isLarge ? options.Jobs : 1, context);
        MissingReferences? heard = matters ? null : missing;
        Dictionary<ExportPart, TargetReference[]> asked = parts.ToDictionary(
            p => p,
            p => (TargetReference[])[.. heard?.Asked(p).Select(r => r.For(session, context.Cancellation)) ?? []]);
        DatasetReader reader = new(
            sessions.All, s => ModelColumns.Of(encoders, s, layout, references, asked[s.Part]), layout, heard);
        long count = 0;
        long bytes = file.Write(stream =>
            count = new DatasetWriter(layout, stream, context, plan.EstimatedRows).Write(reader, slices));
        if (options.OnMissingReference != OnMissingReference.KeepKey)
            missing.Warn(context);
        LeftOut left = new(session, catalog, context.Cancellation);
        // A person who chose models knows that others are not among them.
        string[] withRows = call is null && options.Model.Count == 0 ? left.WithRows() : [];
        if (withRows.Length > 0)
            context.Warning?.Invoke(left.Warning(withRows));
        yield return new ExportResult(
            session.Server,
            session.Database,
            file.Path,
            models.Length,
            count,
            bytes,
            missing.Count,
            missing.Expected,
            missing.Text,
            policy.Skipped,
            encoders.Inexact,
            encoders.InexactFields,
            left.Names,
            withRows.Length == 0 ? null : string.Join(",", withRows),
            Math.Round(clock.Elapsed.TotalSeconds, 3));
    }
}
