using DataOps.Core.Features.Backups.Restoring;
using DataOps.Core.Features.Backups.Rows;

namespace DataOps.Core.Features.Backups.Dumps;

/// <summary>
/// An archive of pg_dump's as what a site is restored from. It was read to its end once: all of it is known, and such
/// as pg_dump writes, before the first statement runs.
/// </summary>
internal sealed class DumpSource : RestoreSource
{
    private readonly DumpFile _file;
    private readonly List<SqlStatement> _before = [];
    private readonly List<SqlStatement> _after = [];
    private int _sequences;

    private DumpSource(DumpFile file, Session? live, OperationContext context)
        : base(file.Path)
    {
        _file = file;
        (string database, DateTime created) = file.Origin(context.Cancellation);
        List<BackupTable> tables = [];
        bool isAfter = false;
        using DumpReader reader = new(file, context.Cancellation);
        while (reader.Next() is { } part)
        {
            if (part.Table is { } table)
            {
                context.Report($"Reading {table.DisplayName}", tables.Count, null);
                tables.Add(table with { Rows = reader.Rows(_ => { }) });
            }
            else if (part.IsSequence)
            {
                _sequences++;
            }
            else
            {
                // Sections that were dumped one by one may stand in any order: constraints wait for the rows.
                isAfter |= tables.Count + _sequences > 0 || SchemaStatements.IndexedTable(part.Statement) is not null
                    || SchemaStatements.UniqueTable(part.Statement) is not null
                    || SchemaStatements.IsForeignKey(part.Statement);
                (isAfter ? _after : _before).Add(part.Statement);
            }
        }
        RequireWhole(reader, tables);
        Manifest = new(
            "pg_dump", 1, created, "", reader.ServerVersion,
            (live is null ? BackupDatabase.OfAnyServer : new SiteSource(live, context.Cancellation).Database()) with
            {
                Name = database,
            },
            new Dictionary<string, string>(), tables, [], [], [], [], []);
    }

    /// <inheritdoc/>
    public override BackupManifest Manifest { get; }

    /// <inheritdoc/>
    public override string Unknown =>
        $"Whether the rows violate one of its {_after.Count(SchemaStatements.IsForeignKey)} foreign keys shows when "
            + "they are loaded: Test-Backup -Rehearse loads them into a scratch server.";

    /// <summary>Reads a dump to its end.</summary>
    /// <param name="file">The dump.</param>
    /// <param name="live">The database whose encoding and locale the new one gets; null for those that every server
    /// has.</param>
    /// <param name="context">Progress and cancellation.</param>
    /// <exception cref="DataOpsException"><c>InvalidBackup</c>, <c>InvalidSqlScript</c>: it is damaged, or holds what
    /// is never run.</exception>
    public static DumpSource Open(DumpFile file, Session? live, OperationContext context) => new(file, live, context);

    /// <inheritdoc/>
    public override IReadOnlyList<SqlStatement> Statements(string section) =>
        section == SchemaSection.Before ? _before : _after;

    /// <inheritdoc/>
    public override void WriteRows(Session database, int jobs, OperationContext context)
    {
        using DumpReader reader = new(_file, context.Cancellation);
        long written = 0;
        for (int left = Manifest.Tables.Count + _sequences; left > 0 && reader.Next() is { } part;)
        {
            if (part.Table is { } table)
            {
                context.Report($"Writing rows of {table.DisplayName}", written, Manifest.Rows);
                written += Write(reader, table, database, context.Cancellation);
                left--;
            }
            else if (part.IsSequence)
            {
                database.Run(SqlText.Raw(part.Statement.Text), context.Cancellation);
                left--;
            }
        }
    }

    /// <inheritdoc/>
    /// <remarks>A dump has no digests; the server has read every row, and has as many.</remarks>
    public override void Compare(Session database, int jobs, OperationContext context)
    {
        foreach (IGrouping<string, BackupTable> table in Manifest.Tables.GroupBy(t => t.Sql.ToString()))
        {
            context.Report($"Counting rows of {table.First().DisplayName}", 0, null);
            long rows = database.Query<long>(
                $"select count(*) from only {table.First().Sql}", context.Cancellation).Single();
            if (rows != table.Sum(t => t.Rows))
                throw Invalid($"{table.First().DisplayName} has {rows} rows in the new database and should have "
                    + $"{table.Sum(t => t.Rows)}");
        }
    }

    /// <inheritdoc/>
    /// <remarks>All of it was read already; a dump has no digests.</remarks>
    public override void Test(OperationContext context)
    {
    }

    /// <inheritdoc/>
    public override IEnumerable<StoredFile> Files(BackupStorage storage, CancellationToken cancellation) => [];

    /// <inheritdoc/>
    public override DataOpsException Invalid(string why) => _file.Invalid(why);

    private static long Write(
        DumpReader reader, BackupTable table, Session database, CancellationToken cancellation)
    {
        long read = 0;
        RowImport.Copy(database, table, rows => read = reader.Rows(bytes =>
        {
            cancellation.ThrowIfCancellationRequested();
            rows.Write(bytes);
        }), cancellation);
        return read;
    }

    private void RequireWhole(DumpReader reader, List<BackupTable> tables)
    {
        bool hasTables = _before.Any(SchemaStatements.IsTable);
        if (!reader.IsWhole)
            throw Invalid("it was cut off: the line is missing with which pg_dump ends a dump");
        if (tables.Count > 0 && !hasTables)
            throw _file.Invalid("it holds rows and no tables", "Dump without --data-only.");
        if (tables.Count == 0 && hasTables)
            throw _file.Invalid("it holds tables and no rows", "Dump without --schema-only.");
    }
}
