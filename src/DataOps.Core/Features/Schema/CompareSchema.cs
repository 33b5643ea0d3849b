using DataOps.Core.Django.Migrations;
using DataOps.Core.Files;
using DataOps.Core.Postgres.Schemas;

namespace DataOps.Core.Features.Schema;

/// <summary>Options of <see cref="CompareSchema"/>.</summary>
public sealed partial record CompareSchemaOptions
{
    /// <summary>The expected schema: a file of Export-Schema.</summary>
    [Option(Position = 0, Form = OptionForm.File)]
    [NotWith(nameof(ReferenceDatabase))]
    public string? ReferencePath { get; init; }

    /// <summary>
    /// The expected schema: another database, as -Database names one (address, service, name), on any server.
    /// </summary>
    [NotWith(nameof(MigrationPath))]
    public string? ReferenceDatabase { get; init; }

    /// <summary>
    /// The expected schema: what Django would have made at the migrations that are applied. Folders, wheels, zip and
    /// tar files with the migrations of the site's apps.
    /// </summary>
    [Option(Form = OptionForm.File)]
    [NotWith(nameof(ReferencePath))]
    public IReadOnlyList<string> MigrationPath { get; init; } = [];

    /// <summary>Models that settings name, as AUTH_USER_MODEL=accounts.User. Default: as the database has it.</summary>
    [Option(Form = OptionForm.Pair)]
    [OnlyWith(nameof(MigrationPath))]
    public IReadOnlyList<string> Setting { get; init; } = [];

    /// <summary>
    /// Read the migrations alone: what PostgreSQL drops with a column, and Django still has. All count as applied.
    /// </summary>
    [Option(Offline = true)]
    [OnlyWith(nameof(MigrationPath))]
    public bool Offline { get; init; }

    /// <summary>
    /// Report what the migrations that are not applied yet will do: rows that stop them, constraints that they drop
    /// with a column, values that are lost, tables that are written anew or locked.
    /// </summary>
    [OnlyWith(nameof(MigrationPath))]
    [NotWith(nameof(Offline))]
    public bool Pending { get; init; }

    /// <summary>The schema to compare in place of the database's: a file of Export-Schema.</summary>
    [Option(Position = 1, Form = OptionForm.File)]
    [NotWith(nameof(MigrationPath))]
    public string? DifferencePath { get; init; }
}

/// <summary>
/// Compares the schema of a database, or a file of Export-Schema, with the one that is expected: what is missing,
/// extra, another one or renamed, what breaks because of it, and the SQL that ends it. Changes nothing.
/// </summary>
/// <remarks>
/// Where expressions differ as texts, the server reads the expected ones and writes them in its own spelling, in a
/// transaction that is rolled back.
/// </remarks>
[Operation("Compare", "Schema")]
public sealed class CompareSchema : OfflineOperation<CompareSchemaOptions, SchemaDifference>
{
    /// <inheritdoc/>
    public override bool IsOffline(CompareSchemaOptions options) =>
        options.Offline || options is { DifferencePath: not null, ReferencePath: not null };

    /// <inheritdoc/>
    /// <exception cref="DataOpsException">A file is no schema, nothing says what is expected, or the server refused a
    /// query.</exception>
    protected override IEnumerable<SchemaDifference> Execute(
        Session session, CompareSchemaOptions options, OperationContext context)
    {
        if (IsOffline(options))
            return ExecuteOffline(options, context);
        if (options.Pending)
            return Pending(session, options, context)
                .Select(d => d with { Server = session.Server, Database = session.Database });
        SchemaExpectation expectation = options.MigrationPath.Count > 0
            ? Migrated(session, options, context)
            : Expectation(options, context);
        (DatabaseSchema actual, string own) = options.DifferencePath is { } path
            ? (SchemaFile.Read(path), "")
            : LiveSchema.Read(session, context.Cancellation);
        if (own.Length > 0)
        {
            (DatabaseSchema expected, actual) = Respelling.Of(session, own, expectation.Schema, actual, context);
            expectation = expectation with { Schema = expected };
        }
        return new SchemaComparison(expectation, actual, own.Length > 0 ? own : null).Differences()
            .Select(d => d with { Server = session.Server, Database = session.Database });
    }

    /// <inheritdoc/>
    protected override IEnumerable<SchemaDifference> ExecuteOffline(
        CompareSchemaOptions options, OperationContext context)
    {
        if (options.Offline)
            return Ghosts(options, context);
        SchemaExpectation expectation = Expectation(options, context);
        DatabaseSchema actual = SchemaFile.Read(options.DifferencePath!);
        if (expectation.Schema.PostgreSql != actual.PostgreSql)
            context.Warning?.Invoke(
                $"The files are of PostgreSQL {expectation.Schema.PostgreSql} and {actual.PostgreSql}, which may spell "
                    + "the same expression differently: compare with a database to be sure.");
        return new SchemaComparison(expectation, actual, null).Differences();
    }

    private static SchemaExpectation Expectation(CompareSchemaOptions options, OperationContext context)
    {
        if (options.ReferencePath is { } path)
            return new(SchemaFile.Read(path));
        if (options.ReferenceDatabase is not { } database)
            throw new DataOpsException(
                ErrorIds.MissingOption, FailureKind.InvalidArgument, "Nothing says which schema is expected.",
                "Give -ReferencePath, -ReferenceDatabase or -MigrationPath.", nameof(options.ReferencePath));
        using Session reference = Session.Open(
            ConnectionSettings.Parse(database), "Compare-Schema", context.Cancellation);
        return new(LiveSchema.Read(reference, context.Cancellation).Schema);
    }

    private static SchemaDifference[] Ghosts(CompareSchemaOptions options, OperationContext context)
    {
        using MigrationSources sources = new(options.MigrationPath);
        MigratedSchema schema = new(SiteMigrations.Read(
            sources.Files, options.MigrationPath, options.Setting, null, null));
        foreach (string note in schema.NotCompared())
            context.Warning?.Invoke(note);
        return [.. schema.GhostDifferences()];
    }

    private static SchemaExpectation Migrated(
        Session session, CompareSchemaOptions options, OperationContext context)
    {
        using MigrationSources sources = new(options.MigrationPath);
        (SiteMigrations migrations, _) = Read(session, options, sources, context);
        MigratedSchema schema = new(migrations);
        foreach (string note in schema.NotCompared())
            context.Warning?.Invoke(note);
        return schema.Expectation;
    }

    private static List<SchemaDifference> Pending(
        Session session, CompareSchemaOptions options, OperationContext context)
    {
        using MigrationSources sources = new(options.MigrationPath);
        (SiteMigrations migrations, ReferenceCatalog catalog) = Read(session, options, sources, context);
        foreach ((string app, _, string why) in migrations.Left)
            context.Warning?.Invoke($"What is pending of {app} is not known: {why}.");
        return [.. new PendingChanges(session, catalog, migrations, context).Find()];
    }

    private static (SiteMigrations Migrations, ReferenceCatalog Catalog) Read(
        Session session, CompareSchemaOptions options, MigrationSources sources, OperationContext context)
    {
        ReferenceCatalog catalog = ReferenceCatalog.Read(session, withEmbedded: false);
        AppliedMigrations applied = AppliedMigrations.Read(session, catalog.Database, context.Cancellation);
        return (SiteMigrations.Read(
            sources.Files, options.MigrationPath, options.Setting, applied, catalog), catalog);
    }
}
