using System.IO.Compression;
using System.Text.Json;
using DataOps.Core.Django.Values;
using DataOps.Core.Features.Backups.Archives;
using DataOps.Core.Features.Datasets.Export;
using DataOps.Core.Features.Storages;
using DataOps.Core.Files;

namespace DataOps.Core.Features.Backups.Fixtures;

/// <summary>
/// Writes an archive that Diskette loads into a site that was migrated: the rows as one dataset, as applications refer
/// to each other in circles and loaddata takes one file as a whole; and files of storages.
/// </summary>
/// <param name="session">The site.</param>
/// <param name="context">Progress, warnings, cancellation.</param>
internal sealed class DisketteWriter(Session session, OperationContext context)
{
    // The version whose format this is.
    private const string Version = "0.5.0";
    private const string Dataset = "data/site.json";

    // Made anew by migrate, with keys of their own: they are referred to by their natural keys.
    private static readonly ModelLabel[] s_ofMigrate = [DjangoTables.ContentType, DjangoTables.Permission];

    /// <summary>Writes it.</summary>
    /// <exception cref="DataOpsException">It cannot be written, or a storage has a name that Diskette
    /// needs.</exception>
    public BackupResult Write(BackupSiteOptions options)
    {
        WholeFile file = WholeFile.Create(options.Path, options.Force);
        (StorageFolder Storage, (string Member, FileInfo File)[] Files)[] storages =
            BackupSite.Files(options, s => $"{s.Name}/", context);
        if (storages.FirstOrDefault(s => s.Storage.Name is "data" or MemberName.Manifest).Storage is { } taken)
            throw new DataOpsException(
                ErrorIds.InvalidOption, FailureKind.InvalidArgument,
                $"A storage of a Diskette archive cannot be named {taken.Name}.", "Name it otherwise.",
                nameof(options.Storage));
        DateTime created = session.Query<DateTime>(
            $"select date_trunc('second', now())", context.Cancellation).Single();
        DirectoryInfo temporary = Directory.CreateTempSubdirectory("dataops-diskette-");
        try
        {
            string rows = Path.Join(temporary.FullName, Path.GetFileName(Dataset));
            ExportResult exported = Export(rows, options.ExcludeRows);
            long files = 0;
            long bytes = file.Write(output =>
            {
                using GZipStream gzip = new(output, CompressionLevel.Optimal, leaveOpen: true);
                using ArchiveWriter archive = new(new ArchiveTar(gzip));
                using (FileStream dataset = File.OpenRead(rows))
                    archive.Add(Dataset, dataset);
                List<string> written = [];
                foreach ((StorageFolder storage, (string, FileInfo)[] there) in storages)
                {
                    long of = BackupSite.Write(storage, there, archive, link: null, context).Files;
                    files += of;
                    // Diskette deletes what is in the place of a storage that it loads.
                    if (of > 0)
                        written.Add(storage.Name);
                }
                archive.Add(MemberName.Manifest, JsonSerializer.SerializeToUtf8Bytes(
                    new DisketteManifest(Version, DisketteManifest.Text(created), [Dataset], written),
                    DisketteJson.Default.DisketteManifest));
            });
            return new(
                session.Server, session.Database, file.Path, exported.Models, exported.Count, files, 0, bytes,
                exported.MissingReferences, exported.NotExported, created, context.Seconds);
        }
        finally
        {
            temporary.Delete(recursive: true);
        }
    }

    private ExportResult Export(string path, IReadOnlyList<string> excludedTables)
    {
        ReferenceCatalog catalog = ReferenceCatalog.Read(session);
        NameFilter excluded = new(excludedTables);
        context.ReportUnmatched(
            excluded, catalog.Models.Select(m => new string?[] { m.Table.Name, m.Table.DisplayName }),
            ErrorIds.UnknownTable, "table");
        string[] leftOut = [.. catalog.Models
            .Where(m => s_ofMigrate.Contains(m.Label)
                || (!excluded.IsEmpty && excluded.Matches(m.Table.Name, m.Table.DisplayName)))
            .Select(m => m.Label.ToString())];
        // loaddata reads times as they are stored, too, of which dumpdata cuts the end off.
        ExportDatasetOptions options = new()
        {
            Path = path, Exclude = leftOut, NaturalForeign = true, Precision = TimePrecision.Microsecond,
        };
        return new ExportDataset().Run(session, options, context).Single();
    }
}
