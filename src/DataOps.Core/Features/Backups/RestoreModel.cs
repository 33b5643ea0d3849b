using System.Globalization;
using DataOps.Core.Django.Trees;
using DataOps.Core.Django.Values;
using DataOps.Core.Features.Backups.Archives;
using DataOps.Core.Features.Backups.Restoring;
using DataOps.Core.Features.Datasets;
using DataOps.Core.Features.Datasets.Export;
using DataOps.Core.Features.Datasets.Import;
using DataOps.Core.Files;

namespace DataOps.Core.Features.Backups;

/// <summary>Options of <see cref="RestoreModel"/>.</summary>
public sealed partial record RestoreModelOptions : UndoableOptions
{
    /// <summary>The archive that Backup-Site has written.</summary>
    [Option(Position = 0, Mandatory = true, Form = OptionForm.File)]
    [MustExist(FileAdvice.Backup)]
    public string Path { get; init; } = "";

    /// <summary>Models whose rows become as they are in the archive, as app or app.model.</summary>
    [Option(Position = 1, Mandatory = true, Wildcards = true, Completes = OptionNames.ModelName)]
    public IReadOnlyList<string> Model { get; init; } = [];

    /// <summary>
    /// The file of the OpenPGP secret key that opens an encrypted archive; DATAOPS_KEY_PASSPHRASE has its passphrase.
    /// </summary>
    [Option(Form = OptionForm.File)]
    [MustExist(FileAdvice.Key)]
    public string? KeyFile { get; init; }

    /// <summary>Also delete rows of these models that the archive lacks. Default: they stay.</summary>
    public bool DeleteMissing { get; init; }

    /// <summary>
    /// Most rows to delete: a number, or a percentage of the rows of a model, as 10%. Default: 50%.
    /// </summary>
    [OnlyWith(nameof(DeleteMissing))]
    public string? MaxDelete { get; init; }

    /// <summary>
    /// What to do with rows that reference a deleted row when the model's on_delete is unknown (tables of removed
    /// apps).
    /// </summary>
    [OnlyWith(nameof(DeleteMissing))]
    public OnDependent OnDependent { get; init; }

    /// <summary>Also report each inserted or deleted row and each changed value.</summary>
    public bool Detailed { get; init; }

    /// <summary>Connections that write rows and build indexes at the same time.</summary>
    [Range(1, 64)]
    public int Jobs { get; init; } = 2;
}

/// <summary>
/// Restores the rows of some models from an archive into the live database: inserts, updates and, where it is asked
/// for, deletes what differs, in one transaction with an undo file.
/// </summary>
/// <remarks>
/// The rows go through a database of their own on the same server and a dataset, and so through the plan of
/// Import-Dataset, which checks them, compares them, and follows what refers to them.
/// </remarks>
[Operation("Restore", "Model", AsksFirst = true)]
public sealed class RestoreModel : Operation<RestoreModelOptions, IChangeResult>
{
    private const string Name = "Restore-Model";

    /// <inheritdoc/>
    /// <exception cref="DataOpsException">The archive is damaged or has no such model, or the rows do not fit into the
    /// database: nothing is changed.</exception>
    protected override IEnumerable<IChangeResult> Execute(
        Session session, RestoreModelOptions options, OperationContext context)
    {
        using ArchiveReader archive = ArchiveReader.Open(options.Path, options.KeyFile, context.Cancellation);
        DirectoryInfo folder = Directory.CreateTempSubdirectory("dataops-restore-");
        try
        {
            // The plan of feincms3-data's files has deletions in it.
            DatasetFormat format = options.DeleteMissing ? DatasetFormat.Feincms : DatasetFormat.Jsonl;
            string file = System.IO.Path.Join(folder.FullName, "rows.json");
            Export(session, archive, options, format, file, context);
            foreach (IChangeResult told in new ImportDataset().Run(session, new()
            {
                Path = file, Format = format, TrustContentTypes = true, MaxDelete = options.MaxDelete,
                OnDependent = options.OnDependent, AllowOlder = true, UndoPath = options.UndoPath,
                NoUndo = options.NoUndo, Detailed = options.Detailed, WhatIf = options.WhatIf,
            }, context))
                yield return told is ImportResult done
                    ? done with { Path = archive.Path, Operation = Name, Duration = context.Seconds }
                    : told;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Export(Session session, ArchiveReader archive, RestoreModelOptions options,
        DatasetFormat format, string file, OperationContext context)
    {
        string time = DateTime.UtcNow.ToString(DatabaseName.TimeFormat, CultureInfo.InvariantCulture);
        using Session server = session.Fork(context.Cancellation);
        // What it lacks of roles and settings, nobody needs there.
        OperationContext quiet = context with { Warning = null };
        using MadeDatabase made = MadeDatabase.Create(
            server, DatabaseName.Fit(session.Database, $"_restore_{time}"), session.Database,
            archive.Manifest.Database, quiet);
        using Session database = made.Connect();
        string definition =
            new ArchivedModels(archive, database, options.Jobs, context).Fill(options.Model, options.DeleteMissing);
        RequireSameNumbers(session, database, archive, context.Cancellation);
        TellForeign(session, archive, context);
        TellTrees(database, context);
        ExportResult written = new ExportDataset().Run(database, new()
        {
            Path = file, Format = format, Definition = definition, Dataset = ArchivedModels.Dataset,
            IncludeDerived = true, Precision = TimePrecision.Microsecond,
            OnMissingReference = OnMissingReference.KeepKey,
        }, quiet).Single();
        if (written.Inexact > 0)
            context.Warning?.Invoke(
                $"{Counted.Of(written.Inexact, "value")} of the archive cannot be brought back to the last digit: "
                    + $"{written.InexactFields}.");
    }

    private static void TellForeign(Session session, ArchiveReader archive, OperationContext context)
    {
        BackupManifest manifest = archive.Manifest;
        string? system = RowImages.SystemIdentifier(session, context.Cancellation);
        if (manifest.Database.Name != session.Database
            || (manifest.System is { } from && system is not null && from != system))
            context.Warning?.Invoke(
                $"{archive.Path} is of {manifest.Database.Name} on {manifest.Server}, and this is {session.Database} "
                    + $"on {session.Server}: rows with the same key are taken for the same.");
    }

    // Other nodes of a tree may have come, gone or moved since.
    private static void TellTrees(Session database, OperationContext context)
    {
        ReferenceCatalog catalog = ReferenceCatalog.Read(database, withEmbedded: false);
        string[] trees = [.. new TreeReader(catalog).Read()
            .Where(t => database.Query<bool>($"select exists (select 1 from {t.Table})", context.Cancellation)[0])
            .Select(t => t.Table.DisplayName)];
        if (trees.Length > 0)
            context.Warning?.Invoke(
                $"Rows of {string.Join(", ", trees)} get the position in their tree that the archive has. Run "
                    + "Test-Tree afterwards.");
    }

    // Rows refer to content types and permissions by numbers, which mean the same only where the names are the same.
    private static void RequireSameNumbers(
        Session session, Session database, ArchiveReader archive, CancellationToken cancellation)
    {
        Dictionary<string, string> then = Names(database, cancellation);
        Dictionary<string, string> now = Names(session, cancellation);
        if (then.FirstOrDefault(t => now.TryGetValue(t.Key, out string? name) && name != t.Value) is
            { Key: { } number, Value: var other })
            throw new DataOpsException(
                ErrorIds.UnnamedContentType, FailureKind.InvalidData,
                $"{number} is {other} in {archive.Path}, and {now[number]} in {session.Database}: the archive is of "
                    + "another database, and its rows would mean something else.",
                "Restore it with Restore-Site -NewDatabase, and move rows with Export-Dataset -NaturalForeign and "
                    + "Import-Dataset.", archive.Path);
    }

    private static Dictionary<string, string> Names(Session session, CancellationToken cancellation)
    {
        ReferenceCatalog catalog = ReferenceCatalog.Read(session, withEmbedded: false);
        Dictionary<string, string> names = catalog.ContentTypes.ToDictionary(
            c => $"content type {c.Id}", c => $"{c.Label}");
        if (catalog.TableOf(DjangoTables.Permission) is { } permissions)
            foreach ((long id, int type, string code) in session.Query<(long, int, string)>(
                $"select id::int8, content_type_id::int4, codename from {permissions}", cancellation))
                names.Add($"permission {id}", $"{type} {code}");
        return names;
    }
}
