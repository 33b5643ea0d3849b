using DataOps.Core.Features.Backups.Restoring;
using DataOps.Core.Features.Backups.Rows;
using DataOps.Core.Features.Datasets.Import;
using DataOps.Core.Files;
using DataOps.Core.Postgres.Copy;
using Npgsql;

namespace DataOps.Core.Features.Backups.Fixtures;

/// <summary>
/// Datasets as what a site is restored from: they have rows and no schema, which is that of the live database with the
/// rows that migrate has made: migrations, content types, permissions.
/// </summary>
internal sealed class FixtureSource : RestoreSource
{
    private readonly FixtureSet _set;
    private readonly SourceOptions _options;
    private readonly CancellationToken _cancellation;
    private readonly IReadOnlyList<long> _objects;
    private readonly List<(Table Table, byte[] Rows)> _ofDjango = [];

    private FixtureSource(FixtureSet set, SourceOptions options, OperationContext context)
        : base(set.Path)
    {
        (_set, _options, _cancellation) = (set, options, context.Cancellation);
        Dictionary<string, long> models = [];
        _objects = [.. set.Datasets.Select(d => Count(d, models, context))];
        BackupDatabase database = options.Live is null
            ? BackupDatabase.OfAnyServer
            : new SiteSource(options.Live, context.Cancellation).Database() with { Name = "" };
        Manifest = new(
            "fixtures", 1, set.Created, "", "0.0", database, new Dictionary<string, string>(),
            [.. models.Select(m => new BackupTable("public", m.Key, [], m.Value, "", null, []))], [], [], [],
            set.Storages, []);
    }

    /// <inheritdoc/>
    public override BackupManifest Manifest { get; }

    /// <inheritdoc/>
    public override Func<Table, bool> Fills(ReferenceCatalog live)
    {
        HashSet<string> models = [.. Manifest.Tables.Select(t => t.Name)];
        HashSet<uint> filled =
        [
            .. live.Models.Where(m => models.Contains(m.Label))
                .SelectMany(m => m.ManyToMany.Select(l => l.Table.Oid).Append(m.Table.Oid)),
            .. OfDjango(live).Select(t => t.Oid),
        ];
        return table => filled.Contains(table.Oid);
    }

    /// <summary>Reads all objects once.</summary>
    /// <exception cref="DataOpsException">A dataset is broken.</exception>
    public static FixtureSource Open(FixtureSet set, SourceOptions options, OperationContext context)
    {
        try
        {
            return new(set, options, context);
        }
        catch
        {
            set.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    /// <remarks>Datasets are loaded as into any database, which knows its keys: all of the schema comes before the
    /// rows.</remarks>
    public override IReadOnlyList<SqlStatement> Statements(string section)
    {
        Session live = _options.Live ?? throw new DataOpsException(
            ErrorIds.MissingOption, FailureKind.InvalidOperation,
            $"{Path} has rows and no schema, which a scratch server does not have either.",
            "Restore-Site -NewDatabase restores it beside the site whose schema it takes.", Path);
        if (section == SchemaSection.After)
            return [.. SchemaStatements.Refresh(new SiteSource(live, _cancellation).Views())];
        PgDump dump = PgDump.Find(live, _options.ProgramFolder);
        using NpgsqlTransaction transaction = live.BeginSnapshot();
        string snapshot = SharedSnapshot.Of(live, _cancellation).Name;
        ReferenceCatalog catalog = ReferenceCatalog.Read(live);
        _ofDjango.Clear();
        _ofDjango.AddRange(OfDjango(catalog).Select(t => (t, Rows(live, t, _cancellation))));
        return [.. SchemaSection.All.SelectMany(s => SchemaStatements.Read(
            $"{live.Database}: {s}", dump.Section(live, snapshot, s, _cancellation), Invalid))];
    }

    /// <inheritdoc/>
    public override void WriteRows(Session database, int jobs, OperationContext context)
    {
        foreach ((Table table, byte[] rows) in _ofDjango)
        {
            database.Guard(() =>
            {
                using NpgsqlRawCopyStream copy =
                    database.Connection.BeginCopy($"copy {table} from stdin", context.Cancellation);
                copy.Write(rows);
            }, context.Cancellation);
            foreach (string key in table.PrimaryKey)
                database.Query<long?>($"""
                    select setval(pg_get_serial_sequence({SqlText.Literal($"{table.Sql}")}, {SqlText.Literal(key)}),
                      max({SqlText.Identifier(key)})) from {table}
                    """, context.Cancellation);
        }
        foreach ((string dataset, long objects) in _set.Datasets.Zip(_objects).Where(d => d.Second > 0))
        {
            ImportDatasetOptions load = new()
            {
                Path = dataset, NoUndo = true, TrustContentTypes = _options.TrustContentTypes,
            };
            ImportResult result = new ImportDataset().Run(database, load, context).OfType<ImportResult>().Single();
            if (result.Objects != objects || result.Skipped > 0)
                throw Invalid($"of {objects} objects of {System.IO.Path.GetFileName(dataset)} not all were loaded");
        }
    }

    /// <inheritdoc/>
    /// <remarks>Each dataset has told how many objects it loaded.</remarks>
    public override void Compare(Session database, int jobs, OperationContext context)
    {
    }

    /// <inheritdoc/>
    /// <remarks>All objects were read already.</remarks>
    public override void Test(OperationContext context)
    {
    }

    /// <inheritdoc/>
    public override IEnumerable<StoredFile> Files(BackupStorage storage, CancellationToken cancellation) =>
        _set.Files(storage, cancellation);

    /// <inheritdoc/>
    public override DataOpsException Invalid(string why) => _set.Invalid(why);

    /// <inheritdoc/>
    public override void Dispose()
    {
        _set.Dispose();
        base.Dispose();
    }

    private static long Count(string dataset, Dictionary<string, long> models, OperationContext context)
    {
        using FixtureReader reader = FixtureReader.Open(FixtureFile.Of(dataset, null), context.Cancellation);
        long objects = 0;
        for (; reader.Read(); objects++)
        {
            string label = ModelLabel.Parse(reader.Current.Label) is { } known ? known : reader.Current.Label;
            models[label] = models.GetValueOrDefault(label) + 1;
        }
        return objects;
    }

    private static IEnumerable<Table> OfDjango(ReferenceCatalog catalog) =>
    [
        .. catalog.Database.Tables.Where(t => t.Name == DjangoTables.Migrations),
        .. catalog.Models.Where(m => m.Label == DjangoTables.ContentType).Select(m => m.Table),
        .. catalog.Models.Where(m => m.Label == DjangoTables.Permission).Select(m => m.Table),
    ];

    private static byte[] Rows(Session live, Table table, CancellationToken cancellation) => live.Guard(() =>
    {
        using CopyOutput rows = live.Connection.BeginCopyOut($"copy {table} to stdout", cancellation);
        MemoryStream content = new();
        rows.CopyTo(content);
        return content.ToArray();
    }, cancellation);
}
