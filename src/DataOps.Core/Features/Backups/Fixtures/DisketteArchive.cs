using System.Formats.Tar;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using DataOps.Core.Features.Backups.Archives;
using DataOps.Core.Features.Backups.Restoring;
using DataOps.Core.Files.Compression;

namespace DataOps.Core.Features.Backups.Fixtures;

/// <summary>
/// An archive of Diskette's: a tar compressed by gzip, with a dataset an application, files of storages, and a manifest
/// at its end that names them. All of it was read once before anything of it is written.
/// </summary>
internal sealed record DisketteArchive : FixtureSet
{
    private const int MagicAt = 257;
    private const int LargestManifest = 1 << 24;

    // Deflate makes a thousand of one at the most; neither rows nor media come near it.
    private const long MostTimes = 400;
    private const long Harmless = 1L << 26;

    private const string Data = "data/";

    private readonly DirectoryInfo _unpacked;
    private readonly IReadOnlyDictionary<string, string> _prefixes;

    private DisketteArchive(
        string path, DateTime created, IReadOnlyList<BackupStorage> storages,
        IReadOnlyDictionary<string, string> prefixes, DisketteManifest manifest, CancellationToken cancellation)
        : base(path, created, storages)
    {
        _prefixes = prefixes;
        _unpacked = Directory.CreateTempSubdirectory("dataops-diskette-");
        Datasets = [.. manifest.Datas.Select(d => System.IO.Path.Join(_unpacked.FullName, d))];
        try
        {
            Unpack(manifest.Datas, cancellation);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Datasets { get; }

    /// <summary>Reads an archive, and unpacks its datasets.</summary>
    /// <returns>Null where it is none.</returns>
    /// <exception cref="DataOpsException"><c>InvalidBackup</c>; <c>TooLittleRoom</c>.</exception>
    public new static DisketteArchive? Find(string path, CancellationToken cancellation)
    {
        if (!File.Exists(path))
            return null;
        try
        {
            if (!IsTar(path))
                return null;
            Dictionary<string, long> members = [];
            byte[]? json = null;
            Walk(path, entry =>
            {
                cancellation.ThrowIfCancellationRequested();
                members.Add(entry.Name, entry.Length);
                if (entry.Name == MemberName.Manifest && entry.Length <= LargestManifest)
                    json = Content(entry);
            });
            DisketteManifest manifest = DisketteManifest.Parse(json, why => Invalid(path, why));
            RequireWhole(path, manifest, members);
            RequireRoom(manifest.Datas.Sum(d => members[d]));
            Dictionary<string, string> prefixes = Names(manifest.Storages);
            return new(path, manifest.Created,
                [.. prefixes.Select(p => Storage(p.Key, p.Value, members))], prefixes, manifest, cancellation);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or FormatException or ArgumentException
            or OverflowException or NotSupportedException or InvalidOperationException)
        {
            throw Invalid(path, $"it is no whole Diskette archive: {e.Message.TrimEnd('.')}", e);
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<StoredFile> Files(BackupStorage storage, CancellationToken cancellation)
    {
        string prefix = _prefixes[storage.Name];
        using Stream stream = Open(Path);
        using TarReader tar = new(stream);
        foreach (TarEntry entry in TarMembers.Read(tar, withFolders: true, why => Invalid(why)))
            if (entry.Name.StartsWith(prefix, StringComparison.Ordinal))
                yield return new(entry.Name[prefix.Length..], entry.Mode & MemberName.PlainMode, to =>
                {
                    cancellation.ThrowIfCancellationRequested();
                    entry.DataStream?.CopyTo(to);
                });
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        if (_unpacked.Exists)
            _unpacked.Delete(recursive: true);
        base.Dispose();
    }

    private void Unpack(IReadOnlyList<string> datas, CancellationToken cancellation)
    {
        Directory.CreateDirectory(System.IO.Path.Join(_unpacked.FullName, Data));
        Walk(Path, entry =>
        {
            cancellation.ThrowIfCancellationRequested();
            if (!datas.Contains(entry.Name))
                return;
            using FileStream file = PrivateFile.Create(System.IO.Path.Join(_unpacked.FullName, entry.Name));
            entry.DataStream?.CopyTo(file);
        });
    }

    private static bool IsTar(string path)
    {
        using Stream stream = File.OpenRead(path);
        if (stream.ReadByte() != 0x1F || stream.ReadByte() != 0x8B)
            return false;
        stream.Position = 0;
        using GzipReader gzip = new(stream);
        byte[] start = new byte[512];
        return gzip.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length
            && start.AsSpan(MagicAt).StartsWith("ustar"u8);
    }

    private static GzipReader Open(string path) => new(
        new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan));

    private static void Walk(string path, Action<TarEntry> take)
    {
        long most = Math.Max(Harmless, MostTimes * new FileInfo(path).Length);
        using Stream stream = Open(path);
        using TarReader tar = new(stream);
        foreach (TarEntry entry in TarMembers.Read(tar, withFolders: true, why => Invalid(path, why)))
        {
            if ((most -= entry.Length) < 0)
                throw Invalid(path, $"what it holds is more than {MostTimes} times as large as it is");
            take(entry);
        }
        // What comes after the end of the tar is checked with the rest of the compressed data.
        stream.CopyTo(Stream.Null);
    }

    private static byte[] Content(TarEntry entry)
    {
        MemoryStream content = new();
        entry.DataStream?.CopyTo(content);
        return content.ToArray();
    }

    private static void RequireWhole(string path, DisketteManifest manifest, Dictionary<string, long> members)
    {
        foreach (string data in manifest.Datas)
            if (!data.StartsWith(Data, StringComparison.Ordinal) || data.IndexOf('/', Data.Length) >= 0)
                throw Invalid(path, $"its manifest names {VisibleText.Of(data)}, which is no file of {Data}");
            else if (!members.ContainsKey(data))
                throw Invalid(path, $"{data} is not there");
        if (manifest.Datas.Distinct().Count() < manifest.Datas.Count)
            throw Invalid(path, "its manifest names a file twice");
        foreach (string storage in manifest.Storages)
            if (MemberName.WhyNot(storage) is { } why)
                throw Invalid(path, $"its manifest names the storage {VisibleText.Of(storage)}: {why}");
            else if (storage == "data" || storage.StartsWith(Data, StringComparison.Ordinal)
                || manifest.Storages.Any(s => s.StartsWith(storage + "/", StringComparison.Ordinal))
                || manifest.Storages.Count(s => s == storage) > 1)
                throw Invalid(path, $"its manifest names the storage {storage} within another one, or twice");
        if (members.Keys.FirstOrDefault(m => m != MemberName.Manifest && !manifest.Datas.Contains(m)
            && !manifest.Storages.Any(s => m.StartsWith(s + "/", StringComparison.Ordinal))) is { } unknown)
            throw Invalid(path, $"its manifest does not name {unknown}");
    }

    private static void RequireRoom(long bytes)
    {
        string folder = System.IO.Path.GetTempPath();
        if (bytes > new DriveInfo(folder).AvailableFreeSpace)
            throw new DataOpsException(
                ErrorIds.TooLittleRoom, FailureKind.Limit,
                string.Create(CultureInfo.InvariantCulture,
                    $"The rows of the archive need {bytes >> 20} MB in {folder}, where there is less."),
                "Free some, or set TMPDIR to another folder.", folder);
    }

    // Diskette names storages by their path; -Storage by one word.
    private static Dictionary<string, string> Names(IReadOnlyList<string> storages) => storages.ToDictionary(
        s => storages.Count(o => o.Split('/')[^1] == s.Split('/')[^1]) == 1
            ? s.Split('/')[^1]
            : s.Replace('/', '-'),
        s => s + "/");

    private static BackupStorage Storage(string name, string prefix, Dictionary<string, long> members)
    {
        long[] files = [.. members.Where(m => m.Key.StartsWith(prefix, StringComparison.Ordinal)).Select(m => m.Value)];
        return new(name, prefix.TrimEnd('/'), files.Length, files.Sum());
    }
}

/// <summary>What a Diskette archive says of itself.</summary>
/// <param name="Version">Diskette's version.</param>
/// <param name="Creation">When it was made, in the time of the machine that made it.</param>
/// <param name="Datas">Its datasets, in the order in which they are loaded.</param>
/// <param name="Storages">The paths of its storages.</param>
internal sealed record DisketteManifest(
    string Version, string Creation, IReadOnlyList<string> Datas, IReadOnlyList<string> Storages)
{
    private const string TimeFormat = "yyyy-MM-ddTHH:mm:ss";

    /// <summary>When it was made, as it says it.</summary>
    [JsonIgnore]
    public DateTime Created => DateTime.TryParseExact(
        Creation, TimeFormat, CultureInfo.InvariantCulture,
        DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTime time) ? time : default;

    /// <summary>A time as a manifest has it.</summary>
    public static string Text(DateTime time) => time.ToString(TimeFormat, CultureInfo.InvariantCulture);

    /// <summary>Reads it.</summary>
    /// <param name="json">It; null where it is not there.</param>
    /// <param name="invalid">What is thrown, and why.</param>
    public static DisketteManifest Parse(byte[]? json, Func<string, DataOpsException> invalid)
    {
        if (json is null)
            throw invalid("it has no manifest.json: it is no Diskette archive, or was cut off");
        try
        {
            DisketteManifest? manifest = JsonSerializer.Deserialize(json, DisketteJson.Default.DisketteManifest);
            // The format has null for what was left out.
            manifest = manifest is null
                ? null
                : manifest with { Datas = manifest.Datas ?? [], Storages = manifest.Storages ?? [] };
            return manifest is { Version: not null, Creation: not null }
                && manifest.Datas.Concat(manifest.Storages).All(n => n is not null)
                ? manifest
                : throw invalid("its manifest is not one of Diskette's");
        }
        catch (JsonException e)
        {
            throw invalid($"its manifest is damaged: {e.Message.TrimEnd('.')}");
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DisketteManifest))]
internal sealed partial class DisketteJson : JsonSerializerContext;
