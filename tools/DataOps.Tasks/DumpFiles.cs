using System.IO.Compression;

namespace DataOps.Tasks;

/// <summary>Two dumps with one object a line, compared without regard to the order of the lines.</summary>
internal static class DumpFiles
{
    public static int Differences(string one, string other, out int objects)
    {
        HashSet<string> first = Lines(one);
        objects = first.Count;
        first.SymmetricExceptWith(Lines(other));
        return first.Count;
    }

    private static HashSet<string> Lines(string file)
    {
        using GZipStream stream = new(File.OpenRead(file), CompressionMode.Decompress);
        using StreamReader reader = new(stream);
        HashSet<string> lines = [];
        while (reader.ReadLine() is { } line)
            lines.Add(line);
        return lines;
    }
}
