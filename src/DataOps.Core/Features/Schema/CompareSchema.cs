using DataOps.Core.Django.Migrations;
using DataOps.Core.Files;
using DataOps.Core.Postgres.Schemas;

namespace DataOps.Core.Features.Schema;

/// <summary>Options of <see cref="CompareSchema"/>.</summary>
public sealed partial record CompareSchemaOptions
{
    /// <summary>
    /// The expected schema: a file of Export-Schema, the SQL of pg_dump --schema-only, that of sqlmigrate (the other
    /// side with these changes), or a description of the site.
    /// </summary>
    [Option(Position = 0, Form = OptionForm.File)]
    [NotWith(nameof(ReferenceDatabase))]
    [MustExist(FileAdvice.Schema)]
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

    /// <summary>
    /// The schema to compare in place of the database's: a file of Export-Schema, the SQL of pg_dump --schema-only, or
    /// that of sqlmigrate (the expected schema with these changes).
    /// </summary>
    [Option(Position = 1, Form = OptionForm.File)]
    [NotWith(nameof(MigrationPath))]
    [MustExist(FileAdvice.Schema)]
    public string? DifferencePath { get; init; }
}

/// <summary>
/// Compares the schema of a database, or of a file, with the one that is expected: what is missing,
/// extra, another one or renamed, what breaks because of it, and the SQL that ends it. Changes nothing.
/// </summary>
/// <remarks>
/// Where expressions differ as texts, the server reads the expected ones and writes them in its own spelling, in a
/// transaction that is rolled back. SQL of a file is run on a scratch server of this machine.
/// </remarks>
[Operation("Compare", "Schema")]
public sealed class CompareSchema : OfflineOperation<CompareSchemaOptions, SchemaDifference>
{
    private const string Name = "Compare-Schema";

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
        return Compare(session, options, context)
            .Select(d => d with { Server = session.Server, Database = session.Database });
    }

    private static IEnumerable<SchemaDifference> Compare(
        Session session, CompareSchemaOptions options, OperationContext context)
    {
        (SchemaSource? reference, SchemaSource? difference) = Sources(options);
        if (reference is { Kind: SchemaSourceKind.Description })
            return difference is null
                ? DescribedSchema.Differences(session, options.ReferencePath!)
                : throw reference.Misplaced("is a description of a site, and is compared with a database alone");
        if (reference is { Kind: SchemaSourceKind.Change })
        {
            (DatabaseSchema there, string schema) = LiveSchema.Read(session, context.Cancellation);
            return Changes(
                reference, there, (now, changed) => Of(session, new(changed), now, schema, context), context);
        }
        SchemaExpectation expectation = Expected(options).Read(session, Name, context);
        if (difference is { Kind: SchemaSourceKind.Change })
            return Changes(difference, expectation.Schema,
                (now, changed) => new SchemaComparison(new(now), changed, null).Differences(), context);
        (DatabaseSchema actual, string own) = difference is not null
            ? (difference.Read(context.Cancellation), "")
            : LiveSchema.Read(session, context.Cancellation);
        return Of(session, expectation, actual, own, context);
    }

    // A file in the place of the database is compared as it is, without a server that spells its expressions.
    private static IEnumerable<SchemaDifference> Of(
        Session session, SchemaExpectation expectation, DatabaseSchema actual, string own, OperationContext context)
    {
        DatabaseSchema expected = expectation.Schema;
        if (own.Length > 0)
            (expected, actual) = Respelling.Of(session, own, expected, actual, context);
        return new SchemaComparison(expectation with { Schema = expected }, actual, own.Length > 0 ? own : null)
            .Differences();
    }

    // What the scratch server lacks of the schema is no difference that the file makes.
    private static SchemaDifference[] Changes(
        SchemaSource source, DatabaseSchema schema,
        Func<DatabaseSchema, DatabaseSchema, IEnumerable<SchemaDifference>> compare, OperationContext context)
    {
        (DatabaseSchema before, DatabaseSchema after) = source.ReadChange(schema, context.Cancellation);
        static object Key(SchemaDifference d) => (d.Class, d.Kind, d.Table, d.Name, d.Expected, d.Value);
        HashSet<object> lacking = [.. compare(schema, before).Select(Key)];
        return [.. compare(schema, after).Where(d => !lacking.Contains(Key(d)))];
    }

    /// <inheritdoc/>
    protected override IEnumerable<SchemaDifference> ExecuteOffline(
        CompareSchemaOptions options, OperationContext context)
    {
        if (options.Offline)
            return Ghosts(options, context);
        (SchemaSource? reference, SchemaSource? difference) = Sources(options);
        if (reference is { Kind: SchemaSourceKind.Change })
            return Changes(reference, difference!.Read(context.Cancellation),
                (now, changed) => new SchemaComparison(new(changed), now, null).Differences(), context);
        SchemaExpectation expectation = Expected(options).Read(null, Name, context);
        if (difference is { Kind: SchemaSourceKind.Change })
            return Changes(difference, expectation.Schema,
                (now, changed) => new SchemaComparison(new(now), changed, null).Differences(), context);
        DatabaseSchema actual = difference!.Read(context.Cancellation);
        if (expectation.Schema.PostgreSql != actual.PostgreSql)
            context.Warning?.Invoke(
                $"The files are of PostgreSQL {expectation.Schema.PostgreSql} and {actual.PostgreSql}, which may spell "
                    + "the same expression differently: compare with a database to be sure.");
        return new SchemaComparison(expectation, actual, null).Differences();
    }

    private static (SchemaSource? Reference, SchemaSource? Difference) Sources(CompareSchemaOptions options) => (
        options.ReferencePath is { } reference ? SchemaSource.Open(reference) : null,
        options.DifferencePath is { } difference ? SchemaSource.Open(difference) : null);

    private static ExpectedSchema Expected(CompareSchemaOptions options) => new(
        options.ReferencePath, options.ReferenceDatabase, options.MigrationPath, options.Setting);

    private static SchemaDifference[] Ghosts(CompareSchemaOptions options, OperationContext context)
    {
        using MigrationSources sources = new(options.MigrationPath);
        MigratedSchema schema = new(SiteMigrations.Read(
            sources.Files, options.MigrationPath, options.Setting, null, null));
        foreach (string note in schema.NotCompared())
            context.Warning?.Invoke(note);
        return [.. schema.GhostDifferences()];
    }

    private static List<SchemaDifference> Pending(
        Session session, CompareSchemaOptions options, OperationContext context)
    {
        using MigrationSources sources = new(options.MigrationPath);
        (SiteMigrations migrations, ReferenceCatalog catalog) =
            Expected(options).ReadMigrations(session, sources, context);
        foreach (UnreadMigrations unread in migrations.Unread)
            context.Warning?.Invoke($"What is pending of {unread.Subject} is not known: {unread.Why}.");
        return [.. new PendingChanges(session, catalog, migrations, context).Find()];
    }
}
