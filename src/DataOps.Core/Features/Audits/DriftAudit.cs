using DataOps.Core.Django.Migrations;
using DataOps.Core.Features.Schema;
using DataOps.Core.Features.SiteDescriptions;
using DataOps.Core.Files;

namespace DataOps.Core.Features.Audits;

/// <summary>
/// Compares the database with the site's description, and with its migrations or a snapshot of its schema; reads only.
/// </summary>
internal static class DriftAudit
{
    /// <summary>Finds where they differ; nothing where none of them is given.</summary>
    /// <param name="session">The session, in the audit's transaction.</param>
    /// <param name="catalog">Tables and models.</param>
    /// <param name="options">What says what is expected.</param>
    /// <param name="context">Cancellation, and who hears of what is compared in another way.</param>
    /// <exception cref="DataOpsException">There are no migrations, or no schema in the file, or they cannot be
    /// read.</exception>
    public static IEnumerable<Finding> Find(
        Session session, ReferenceCatalog catalog, TestDatabaseOptions options, OperationContext context)
    {
        IEnumerable<Finding> found = DescriptionCheck.Find(session, catalog, options.MigrationPath);
        SchemaDrift drift = new(session, catalog, context);
        return options switch
        {
            { MigrationPath.Count: > 0 } => [.. found, .. FromMigrations(session, catalog, options, drift, context)],
            { ReferencePath: { } path } =>
                [.. found, .. drift.Find(new(SchemaSource.Open(path).Read(context.Cancellation)))],
            _ => found,
        };
    }

    private static List<Finding> FromMigrations(
        Session session, ReferenceCatalog catalog, TestDatabaseOptions options, SchemaDrift drift,
        OperationContext context)
    {
        using MigrationSources sources = new(options.MigrationPath);
        SiteMigrations migrations = SiteMigrations.Read(
            sources.Files, options.MigrationPath, options.Setting,
            AppliedMigrations.Read(session, catalog.Database, context.Cancellation), catalog);
        return
        [
            .. new MigrationCheck(session, migrations).Find(),
            .. drift.Find(new MigratedSchema(migrations).Expectation),
            .. new UnknownTables(session, catalog, migrations).Find(),
        ];
    }
}
