using System.Formats.Tar;
using System.IO.Compression;
using DataOps.Core.Django.Migrations;
using DataOps.Core.Files.Compression;
using DataOps.Core.Python;
using DataOps.Core.Python.Evaluation;

namespace DataOps.Core.Files;

/// <summary>The Python files of folders, wheels, zip and tar files.</summary>
internal sealed class MigrationSources : IDisposable
{
    // All Python files of an archive without an index are kept, those of a folder or a wheel read when asked for.
    private const long MaxTarBytes = 256L << 20;

    private static readonly string[] s_tars = [".tar", ".tgz", ".tbz2", ".txz", ".tar.gz", ".tar.bz2", ".tar.xz"];

    private readonly List<ZipArchive> _archives = [];
    private readonly List<(string Path, Func<byte[]> Read)> _files = [];

    /// <summary>Lists the files of some paths.</summary>
    /// <exception cref="DataOpsException"><c>FileNotFound</c> or <c>ReadFailed</c>: a path that is not there, no
    /// folder and no archive, or cannot be read.</exception>
    public MigrationSources(IReadOnlyList<string> paths)
    {
        foreach (string path in paths)
            try
            {
                Add(Path.GetFullPath(path).Replace('\\', '/'));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
            {
                Dispose();
                throw new DataOpsException(
                    ErrorIds.ReadFailed, FailureKind.InvalidData, $"{path} cannot be read: {e.Message}",
                    FileAdvice.Migrations, path, e);
            }
        Files = new PythonFiles(_files) { Known = MigrationHistory.Known };
    }

    /// <summary>The files.</summary>
    public PythonFiles Files { get; }

    /// <inheritdoc/>
    public void Dispose() => _archives.ForEach(a => a.Dispose());

    private void Add(string path)
    {
        if (Directory.Exists(path))
            AddFolder(path);
        else if (!File.Exists(path))
            throw new DataOpsException(
                ErrorIds.FileNotFound, FailureKind.NotFound, $"There is no file or folder {path}.",
                FileAdvice.Migrations, path);
        else if (s_tars.Any(e => path.EndsWith(e, StringComparison.OrdinalIgnoreCase)))
            AddTar(path);
        else
            AddZip(path);
    }

    private void AddFolder(string folder)
    {
        EnumerationOptions options = new() { RecurseSubdirectories = true, MaxRecursionDepth = 64 };
        foreach (string file in Directory.EnumerateFiles(folder, "*.py", options))
            _files.Add((file.Replace('\\', '/'), () =>
            {
                using FileStream stream = File.OpenRead(file);
                return Limited(stream);
            }));
    }

    private void AddZip(string path)
    {
        ZipArchive archive = ZipFile.OpenRead(path);
        _archives.Add(archive);
        foreach (ZipArchiveEntry entry in archive.Entries.Where(e => IsPython(e.FullName)))
            _files.Add(($"{path}/{entry.FullName}", () =>
            {
                // An archive has one place to read at.
                lock (archive)
                {
                    using Stream stream = entry.Open();
                    return Limited(stream);
                }
            }));
    }

    private void AddTar(string path)
    {
        using FileStream file = File.OpenRead(path);
        using Stream stream = Decompression.Open(file, path).Stream;
        using TarReader tar = new(stream);
        long total = 0;
        while (tar.GetNextEntry() is { } entry)
        {
            if (!IsPython(entry.Name))
                continue;
            // An empty file has no data.
            byte[] bytes = entry.DataStream is { } data ? Limited(data) : [];
            total += bytes.Length;
            if (total > MaxTarBytes)
                throw new InvalidDataException($"its Python files have more than {MaxTarBytes:N0} bytes; unpack it");
            _files.Add(($"{path}/{entry.Name.TrimStart('.', '/')}", () => bytes));
        }
    }

    private static bool IsPython(string name) => name.EndsWith(".py", StringComparison.Ordinal);

    // What goes beyond the most that is read as Python is refused there.
    private static byte[] Limited(Stream stream)
    {
        using MemoryStream bytes = new();
        Span<byte> buffer = stackalloc byte[16 << 10];
        while (bytes.Length <= PythonSource.MaxBytes && stream.Read(buffer) is > 0 and var length)
            bytes.Write(buffer[..length]);
        return bytes.ToArray();
    }
}
