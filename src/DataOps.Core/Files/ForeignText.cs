using System.Text;

namespace DataOps.Core.Files;

/// <summary>What a file that is no dataset is instead, as far as its first bytes tell.</summary>
internal static class ForeignText
{
    private const int Shown = 40;

    /// <summary>A sentence without its full stop, for a message.</summary>
    public static string Describe(ReadOnlySpan<byte> start)
    {
        string line = Encoding.UTF8.GetString(start[..Math.Min(start.Length, 4 * Shown)]).Split('\r', '\n')[0];
        string shown = string.Concat(line.Take(Shown).Select(c => char.IsControl(c) ? '\uFFFD' : c));
        return line switch
        {
            _ when line.StartsWith("version https://git-lfs", StringComparison.Ordinal) =>
                "this is a pointer of Git LFS, not the file: git lfs pull fetches it",
            _ when line.StartsWith('<') => $"this is HTML or XML, not JSON: \"{shown}\"",
            _ => $"a list or an object was expected, and the file begins with \"{shown}\": delete what is not part of "
                + "the dataset, as lines that a command printed before it",
        };
    }
}
