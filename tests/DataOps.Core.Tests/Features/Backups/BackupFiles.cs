using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using DataOps.Core.Features.Backups;
using DataOps.Core.Features.Backups.Archives;
using DataOps.Core.Kernel;
using Npgsql;

namespace DataOps.Core.Tests.Features.Backups;

/// <summary>The archives and folders of one test, and the databases that its restores have kept.</summary>
public sealed class BackupFiles : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("dataops-backup-");
    private readonly List<(ConnectionSettings Server, string Name)> _kept = [];
    private int _count;

    public string Folder => _folder.FullName;

    public string[] Names =>
        [.. Directory.GetFileSystemEntries(Folder).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];

    public void Dispose()
    {
        _folder.Delete(recursive: true);
        foreach ((ConnectionSettings settings, string name) in _kept)
        {
            using Session session = Session.Open(settings, "Test");
            session.Execute($"drop database if exists \"{name}\" with (force)");
        }
    }

    public string New() => Path.Combine(Folder, $"{Interlocked.Increment(ref _count)}.tar");

    /// <summary>A folder with files: each name with its content.</summary>
    public string Media(string name, params (string Path, string Content)[] files)
    {
        string folder = Path.Combine(Folder, name);
        Directory.CreateDirectory(folder);
        foreach ((string path, string content) in files)
        {
            string file = Path.Combine(folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, content);
        }
        return folder;
    }

    /// <summary>The files of a folder with their contents.</summary>
    public static Dictionary<string, string> Content(string folder) => Directory
        .GetFiles(folder, "*", SearchOption.AllDirectories)
        .ToDictionary(f => Path.GetRelativePath(folder, f), File.ReadAllText);

    public string Backup(TestDatabase site, BackupSiteOptions? options = null)
    {
        string path = New();
        site.Run(new BackupSite(), (options ?? new()) with { Path = path });
        return path;
    }

    /// <summary>An archive that the real pg_dump writes.</summary>
    public string Dump(TestDatabase site, params string[] options)
    {
        string path = New();
        using Process process = Process.Start("pg_dump", [.. options, "-f", path, site.Uri]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return path;
    }

    /// <summary>A file by gzip.</summary>
    public string Packed(string path)
    {
        string packed = New();
        using FileStream file = File.Create(packed);
        using GZipStream gzip = new(file, CompressionLevel.Fastest);
        gzip.Write(File.ReadAllBytes(path));
        return packed;
    }

    /// <summary>Restores into the place of a database, which is then connected to anew.</summary>
    public RestoreResult Restore(TestDatabase site, string path, RestoreSiteOptions? options = null)
    {
        NpgsqlConnection.ClearAllPools();
        RestoreResult result = (RestoreResult)site.Run(
            new RestoreSite(), (options ?? new()) with { Path = path })[^1];
        NpgsqlConnection.ClearAllPools();
        if (result is { Changed: true, KeptDatabase: { } kept })
            _kept.Add((site.Settings.WithDatabase("postgres"), kept));
        return result;
    }

    /// <summary>Adds a member that somebody made to do harm: a file, a link to one of the system's, a device.</summary>
    public static void AddHostile(TarWriter tar, string name, TarEntryType type)
    {
        PaxTarEntry entry = new(type, name);
        if (type is TarEntryType.SymbolicLink or TarEntryType.HardLink)
            entry.LinkName = "/etc/passwd";
        if (type == TarEntryType.RegularFile)
            entry.DataStream = new MemoryStream("evil"u8.ToArray());
        tar.WriteEntry(entry);
    }

    /// <summary>A file as a bad disk or network leaves it: cut off, with a gap, with a piece twice, with a bit changed.</summary>
    public static byte[] Damaged(byte[] whole, Random random)
    {
        int at = random.Next(whole.Length);
        switch (random.Next(4))
        {
            case 0:
                return whole[..at];
            case 1:
                return [.. whole[..at], .. whole[Math.Min(whole.Length, at + random.Next(1, 2000))..]];
            case 2:
                return [.. whole[..at], .. whole[random.Next(at + 1)..]];
            default:
                byte[] flipped = [.. whole];
                flipped[at] ^= (byte)(1 << random.Next(8));
                return flipped;
        }
    }

    /// <summary>A member as it is in an archive.</summary>
    public static byte[] Pack(ReadOnlySpan<byte> content)
    {
        using MemberPacker packer = new(BackupCompression.Zstd);
        PackedMember packed = packer.Pack(content);
        byte[] bytes = [.. packed.Bytes];
        packed.Release();
        return bytes;
    }

    public static string Fails(Action run) => Assert.ThrowsAny<DataOpsException>(run).Id;
}
