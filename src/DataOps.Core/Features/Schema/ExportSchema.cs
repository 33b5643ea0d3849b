using DataOps.Core.Files;
using DataOps.Core.Postgres.Schemas;
using Npgsql;

namespace DataOps.Core.Features.Schema;

/// <summary>Options of <see cref="ExportSchema"/>.</summary>
public sealed partial record ExportSchemaOptions
{
    /// <summary>The file to write, in .json, or in .json.gz to compress it.</summary>
    [Option(Position = 0, Mandatory = true, Form = OptionForm.File)]
    public string Path { get; init; } = "";

    /// <summary>Overwrite the file.</summary>
    public bool Force { get; init; }
}

/// <summary>The schema that was written.</summary>
/// <param name="Server">The server.</param>
/// <param name="Database">The database.</param>
/// <param name="Path">The file.</param>
/// <param name="Tables">The number of tables.</param>
/// <param name="Columns">The number of their columns.</param>
/// <param name="Constraints">The number of their constraints.</param>
/// <param name="Indexes">The number of their indexes, those of constraints not included.</param>
/// <param name="Views">The number of views and materialized views.</param>
/// <param name="Sequences">The number of sequences.</param>
/// <param name="Triggers">The number of triggers.</param>
/// <param name="Bytes">The size of the file, in bytes.</param>
/// <param name="Duration">Seconds, to the millisecond.</param>
public sealed record ExportSchemaResult(
    string Server,
    string Database,
    string Path,
    int Tables,
    int Columns,
    int Constraints,
    int Indexes,
    int Views,
    int Sequences,
    int Triggers,
    long Bytes,
    double Duration);

/// <summary>
/// Writes the schema of a site (tables, columns, constraints, indexes, sequences, types, views, triggers, row security,
/// migrations) as JSON that is the same for the same schema, for Compare-Schema and for version control.
/// </summary>
[Operation("Export", "Schema")]
public sealed class ExportSchema : Operation<ExportSchemaOptions, ExportSchemaResult>
{
    /// <inheritdoc/>
    /// <exception cref="DataOpsException">The file cannot be written, or the server refused a query.</exception>
    protected override IEnumerable<ExportSchemaResult> Execute(
        Session session, ExportSchemaOptions options, OperationContext context)
    {
        DatasetFile file = DatasetFile.Create(options.Path, DatasetFormat.Json, options.Force);
        (DatabaseSchema schema, _) = LiveSchema.Read(session, context.Cancellation);
        long bytes = SchemaFile.Write(file, schema);
        IEnumerable<SchemaTable> tables = schema.Tables.Values;
        yield return new ExportSchemaResult(
            session.Server, session.Database, file.Path, schema.Tables.Count, tables.Sum(t => t.Columns.Count),
            tables.Sum(t => t.Constraints.Count), tables.Sum(t => t.Indexes.Count), schema.Views.Count,
            schema.Sequences.Count,
            tables.Sum(t => t.Triggers.Count) + schema.Views.Values.Sum(v => v.Triggers.Count),
            bytes, context.Seconds);
    }
}

/// <summary>The schema of a database with its migrations.</summary>
internal static class LiveSchema
{
    /// <summary>Reads it in a snapshot of its own, with the schema of the site's own tables.</summary>
    /// <exception cref="DataOpsException">The server refused a query.</exception>
    public static (DatabaseSchema Schema, string Own) Read(Session session, CancellationToken cancellation)
    {
        using NpgsqlTransaction snapshot = session.BeginSnapshot();
        return ReadAtHand(session, cancellation);
    }

    /// <summary>Reads it in the transaction at hand.</summary>
    /// <exception cref="DataOpsException">The server refused a query.</exception>
    public static (DatabaseSchema Schema, string Own) ReadAtHand(Session session, CancellationToken cancellation)
    {
        (DatabaseSchema schema, string own) = SchemaReader.Read(session, cancellation);
        if (!schema.Tables.ContainsKey(DjangoTables.Migrations))
            return (schema, own);
        IReadOnlyList<(string App, string Name)> heads = MigrationHeads.Of(
            session, SqlText.Identifier(own, DjangoTables.Migrations), cancellation);
        return (schema with
        {
            Migrations = new Dictionary<string, string>(heads
                .Select(h => KeyValuePair.Create(h.App, h.Name)).OrderBy(h => h.Key, StringComparer.Ordinal)),
        }, own);
    }
}
