using System.IO.Compression;
using System.Text;

namespace DataOps.Core.Tests.Support;

/// <summary>Dataset files of one test.</summary>
public sealed class ImportFiles : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("dataops-import-");
    private int _count;

    public string Json(string text) => Write("json", Encoding.UTF8.GetBytes(text));

    public string Lines(params string[] lines) => Write("jsonl", Encoding.UTF8.GetBytes(string.Join("\n", lines)));

    /// <summary>Lines, compressed, under a name that does not say so.</summary>
    public string Gzip(string text) => Write("jsonl", Compress(text));

    public string Bytes(params byte[] bytes) => Write("json", bytes);

    public static byte[] Compress(string text)
    {
        using MemoryStream memory = new();
        using (GZipStream gzip = new(memory, CompressionLevel.Fastest))
            gzip.Write(Encoding.UTF8.GetBytes(text));
        return memory.ToArray();
    }

    /// <summary>Where another can write a file.</summary>
    public string Path(string name) => System.IO.Path.Combine(_folder.FullName, name);

    public void Dispose() => _folder.Delete(recursive: true);

    private string Write(string ending, byte[] bytes)
    {
        string path = Path($"file{Interlocked.Increment(ref _count)}.{ending}");
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
