using DataOps.Core.Files;

namespace DataOps.Core.Features.Datasets.Import;

/// <summary>Options of a load that is done or tested.</summary>
public abstract record LoadOptions : ChangeOptions
{
    /// <summary>
    /// Dataset to read: Django's JSON, JSONL, XML or YAML or feincms3-data's JSON, plain or compressed with gzip,
    /// bzip2, xz or zip.
    /// </summary>
    [Option(Position = 0, Mandatory = true, Pipeline = true, Aliases = ["PSPath", "FullName", "LiteralPath"],
        Form = OptionForm.DatasetToRead)]
    [MustExist(FileAdvice.Dataset)]
    public string Path { get; init; } = "";

    /// <summary>Format of the dataset. Default: by its name or its content.</summary>
    public DatasetFormat? Format { get; init; }

    /// <summary>Models to load, as app or app.model. Default: all in the file.</summary>
    [Option(Wildcards = true, Completes = OptionNames.ModelName)]
    public IReadOnlyList<string> Model { get; init; } = [];

    /// <summary>Models to leave out, as app or app.model.</summary>
    [Option(Wildcards = true, Completes = OptionNames.ModelName)]
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>Leave out models and fields that the database lacks, as loaddata --ignorenonexistent does.</summary>
    public bool IgnoreUnknown { get; init; }

    /// <summary>
    /// JSON fields whose texts hold the JSON of a StreamField, as app.model.field. Default: texts that are lists of
    /// blocks.
    /// </summary>
    [Option(Wildcards = true)]
    public IReadOnlyList<string> StreamField { get; init; } = [];

    /// <summary>JSON fields whose texts stay texts, as app.model.field.</summary>
    [Option(Wildcards = true)]
    public IReadOnlyList<string> JsonField { get; init; } = [];

    /// <summary>
    /// Time zone of the site that wrote the file, as Europe/Zurich: for times without a zone, in columns that hold
    /// points in time. Default: UTC, with a warning.
    /// </summary>
    public string? TimeZone { get; init; }

    /// <summary>Load an empty text as NULL in a field that is unique and may be NULL.</summary>
    public bool EmptyAsNull { get; init; }

    /// <summary>
    /// Natural keys of your own models, as blog.author=slug or blog.post=slug+author.name; blog.author= for none. Those
    /// of Django, Wagtail and taggit are known.
    /// </summary>
    [Option(Form = OptionForm.NaturalKey)]
    public IReadOnlyList<string> NaturalKey { get; init; } = [];

    /// <summary>More references without a foreign key, as table.column=target_table.</summary>
    public IReadOnlyList<string> SoftReference { get; init; } = [];

    /// <summary>
    /// What tells that a row of the file and one of the database are the same: the key, or the natural key of models
    /// that have one.
    /// </summary>
    public RowMatch Match { get; init; }

    /// <summary>
    /// Take numbers of content types and permissions that the file does not explain for those of this database: for
    /// its own file, or that of a copy.
    /// </summary>
    public bool TrustContentTypes { get; init; }

    /// <summary>What to do with rows of the database that have the key of a row in the file.</summary>
    public OnConflict OnConflict { get; init; }

    /// <summary>
    /// What to do with references whose target is neither in the file nor in the database. Default: list them and load
    /// nothing.
    /// </summary>
    public OnMissingReference? OnMissingReference { get; init; }

    /// <summary>
    /// Most rows that specs in the file may delete: a number, or a percentage of the rows in their scope, as 10%.
    /// Default: 50%.
    /// </summary>
    public string? MaxDelete { get; init; }

    /// <summary>Let a file delete rows although a newer one was loaded with the same specs.</summary>
    public bool AllowOlder { get; init; }

    /// <summary>
    /// What to do with rows that reference a deleted row when the model's on_delete is unknown (tables of removed
    /// apps).
    /// </summary>
    public OnDependent OnDependent { get; init; }

    /// <summary>What to do with fields that an object of the file lacks.</summary>
    public MissingField MissingField { get; init; }
}
