using DataOps.Core.Django.Migrations;
using DataOps.Core.Files;
using DataOps.Core.Postgres.Schemas;

namespace DataOps.Core.Features.Schema;

/// <summary>Who says which schema is expected: a file, another database, or the site's migrations.</summary>
/// <param name="Path">A file of Export-Schema or of pg_dump; null for none.</param>
/// <param name="Reference">A database, as -Database names one; null for none.</param>
/// <param name="Migrations">Folders and archives with migrations.</param>
/// <param name="Settings">Settings, as AUTH_USER_MODEL=accounts.User.</param>
internal sealed record ExpectedSchema(
    string? Path, string? Reference, IReadOnlyList<string> Migrations, IReadOnlyList<string> Settings)
{
    /// <summary>Whether anybody says it.</summary>
    public bool IsGiven => Path is not null || Reference is not null || Migrations.Count > 0;

    /// <summary>Reads it.</summary>
    /// <param name="session">The database whose applied migrations count; null where none is asked.</param>
    /// <param name="operation">The operation, as <c>Compare-Schema</c>.</param>
    /// <param name="context">Hears what is not compared.</param>
    /// <exception cref="DataOpsException">Nobody says it, a file is no schema, or the other database cannot be
    /// read.</exception>
    public SchemaExpectation Read(Session? session, string operation, OperationContext context)
    {
        if (Migrations.Count > 0 && session is not null)
            return Migrated(session, context);
        if (Path is not null)
            return new(SchemaSource.Open(Path).Read(context.Cancellation));
        if (Reference is null)
            throw new DataOpsException(
                ErrorIds.MissingOption, FailureKind.InvalidArgument, "Nothing says which schema is expected.",
                "Give -ReferencePath, -ReferenceDatabase or -MigrationPath.",
                nameof(CompareSchemaOptions.ReferencePath));
        using Session reference = Session.Open(
            ConnectionSettings.Parse(Reference), operation, context.Cancellation);
        return new(LiveSchema.Read(reference, context.Cancellation).Schema);
    }

    /// <summary>The comparison of a database with it, in the spelling of one server.</summary>
    /// <param name="session">The database.</param>
    /// <param name="operation">The operation, as <c>Repair-Constraint</c>.</param>
    /// <param name="context">Hears what is not compared.</param>
    /// <exception cref="DataOpsException">As <see cref="Read"/>, or the server refused a query.</exception>
    public SchemaComparison Compare(Session session, string operation, OperationContext context)
    {
        SchemaExpectation expectation = Read(session, operation, context);
        (DatabaseSchema actual, string own) = LiveSchema.Read(session, context.Cancellation);
        (DatabaseSchema expected, actual) = Respelling.Of(session, own, expectation.Schema, actual, context);
        return new(expectation with { Schema = expected }, actual, own);
    }

    /// <summary>The site's migrations, and what they are of.</summary>
    public (SiteMigrations Migrations, ReferenceCatalog Catalog) ReadMigrations(
        Session session, MigrationSources sources, OperationContext context)
    {
        ReferenceCatalog catalog = ReferenceCatalog.Read(session, withEmbedded: false);
        AppliedMigrations applied = AppliedMigrations.Read(session, catalog.Database, context.Cancellation);
        return (SiteMigrations.Read(sources.Files, Migrations, Settings, applied, catalog), catalog);
    }

    private SchemaExpectation Migrated(Session session, OperationContext context)
    {
        using MigrationSources sources = new(Migrations);
        MigratedSchema schema = new(ReadMigrations(session, sources, context).Migrations);
        foreach (string note in schema.NotCompared())
            context.Warning?.Invoke(note);
        return schema.Expectation;
    }
}
