using System.Security.Cryptography;
using System.Text;
using DataOps.Core.Python;
using DataOps.Core.Tests.Peers;

namespace DataOps.Core.Tests.PythonSyntax;

/// <summary>The files of the machine's own Python: the tree is the one that Python's module ast makes.</summary>
public sealed class PythonPeerTests
{
    // All of them: DATAOPS_PYTHON=/usr/lib (some minutes); several folders are joined by colons.
    private const int Files = 150;

    private static string[] Folders =>
        Environment.GetEnvironmentVariable("DATAOPS_PYTHON")?.Split(':') ?? ["/usr/lib/python3", "/usr/lib/python3.11"];

    [Fact]
    public void The_tree_of_a_file_is_that_of_Python()
    {
        string[] all = [.. Folders.Where(Directory.Exists)
            .SelectMany(f => Directory.EnumerateFiles(f, "*.py", SearchOption.AllDirectories))
            .Order(StringComparer.Ordinal)];
        string[] files = Environment.GetEnvironmentVariable("DATAOPS_PYTHON") is null
            ? new Random(DjangoPeer.Seed).GetItems(all, Files)
            : all;
        string[] theirs = PythonTrees(files);

        Assert.Equal(files.Length, theirs.Length);
        string[] wrong = [.. files.Zip(theirs).AsParallel().Select(f => Compare(f.First, f.Second)).OfType<string>()];
        Assert.True(wrong.Length == 0, $"seed {DjangoPeer.Seed}, of {files.Length}: {string.Join('\n', wrong.Take(5))}");
    }

    // Null where both are the same.
    private static string? Compare(string file, string theirs)
    {
        byte[] bytes = File.ReadAllBytes(file);
        if (bytes.AsSpan().IndexOf("\\N{"u8) >= 0)
            return null;
        try
        {
            string text = TreeText.Of(Parser.Parse(PythonSource.Decode(file, bytes)));
            return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))) == theirs ? null
                : theirs == "-" ? $"{file}: Python refuses it"
                : $"{file}: {Difference(text, PythonTrees([file], "--text")[0])}";
        }
        catch (PythonSyntaxException e)
        {
            return theirs == "-" ? null : $"{file}: {e.Message}";
        }
    }

    private static string Difference(string ours, string theirs)
    {
        int at = ours.AsSpan().CommonPrefixLength(theirs);
        string Around(string text) => text[Math.Max(0, at - 120)..Math.Min(text.Length, at + 40)];
        return $"{Around(ours)} and not {Around(theirs)}";
    }

    private static string[] PythonTrees(string[] files, params string[] arguments)
    {
        string script = File.ReadAllText(Path.Combine(Repository.Root, "tests", "django", "syntax.py"));
        return PythonScript.Run(script, string.Join('\n', files), "ast", arguments)
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
