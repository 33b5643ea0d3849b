using Npgsql;

namespace DataOps.Core.Features.Storages;

/// <summary>Options of <see cref="TestStorage"/>.</summary>
public sealed partial record TestStorageOptions
{
    /// <summary>
    /// Folders of files, as name=folder: media=/srv/site/media. The first is that of Django's default storage.
    /// </summary>
    [Option(Position = 0, Mandatory = true)]
    public IReadOnlyList<string> Storage { get; init; } = [];

    /// <summary>Files to leave out, by their path below the storage; * matches slashes, too.</summary>
    [Option(Wildcards = true)]
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>
    /// More fields that hold paths of files, as app.model.field; in another storage as app.model.field=name.
    /// </summary>
    [Option(Wildcards = true)]
    public IReadOnlyList<string> FileField { get; init; } = [];

    /// <summary>Read the files whose rows have a SHA-1, and compare it.</summary>
    public bool Hash { get; init; }

    /// <summary>
    /// Folders, wheels, zip and tar files with the migrations of the site's apps: they name its file fields.
    /// </summary>
    [Option(Form = OptionForm.File)]
    [MustExist(FileAdvice.Migrations)]
    public IReadOnlyList<string> MigrationPath { get; init; } = [];

    /// <summary>
    /// Models that settings name, as AUTH_USER_MODEL=accounts.User (default: as the database has it), and modules of
    /// migrations, as MIGRATION_MODULES.shop=shop.db_migrations.
    /// </summary>
    [Option(Form = OptionForm.Pair)]
    [OnlyWith(nameof(MigrationPath))]
    public IReadOnlyList<string> Setting { get; init; } = [];

    /// <summary>
    /// Columns that name a model's rows in results, as app.model=column; several joined by commas, none for no label.
    /// Default: title, name, slug, username or the like.
    /// </summary>
    [Option(Form = OptionForm.Label, Wildcards = true)]
    public IReadOnlyList<string> Label { get; init; } = [];
}

/// <summary>
/// Compares folders of files with the rows that name them: rows without a file, files without a row, files of another
/// size or content than the row says. Nothing is changed.
/// </summary>
[Operation("Test", "Storage")]
public sealed class TestStorage : Operation<TestStorageOptions, Finding>
{
    /// <inheritdoc/>
    /// <exception cref="DataOpsException">A folder or a field is not there, or the server refused a query.</exception>
    protected override IEnumerable<Finding> Execute(
        Session session, TestStorageOptions options, OperationContext context)
    {
        ReferenceCatalog catalog = ReferenceCatalog.Read(
            session, withEmbedded: false, reading: context, labels: options.Label);
        using NpgsqlTransaction snapshot = session.BeginSnapshot();
        using FindingLabels labels = new(session, catalog, context);
        FileFieldSources sources = new(
            StorageFolder.Parse(options.Storage), options.FileField, options.MigrationPath, options.Setting);
        StorageAudit audit = new(session, catalog, sources, new(options.Exclude), options.Hash, context);
        foreach (Finding finding in labels.AddTo(audit.Find()))
            yield return finding;
    }
}
