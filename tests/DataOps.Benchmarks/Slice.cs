using System.Text.Json;

namespace DataOps.Benchmarks;

/// <summary>
/// A tenth of a large site's pages, with their other halves and revisions: a file to load, and the database that lacks
/// them.
/// </summary>
internal sealed class Slice(Peer peer, string folder)
{
    private const int Pages = 10_210;
    private const int Revisions = 30_000;

    /// <summary>The file.</summary>
    public string Path => System.IO.Path.Combine(folder, "slice.jsonl");

    /// <summary>Objects in it.</summary>
    public int Objects { get; private set; }

    /// <summary>Makes both; the database is a copy of another.</summary>
    public void Make(string source, string lacking)
    {
        string all = System.IO.Path.Combine(folder, "content.jsonl");
        peer.DataOps(source, "export-dataset", "--force", "--model",
            "wagtailcore.page,blog.blogpage,wagtailcore.revision", "--path", all).Run();
        HashSet<long> blog = [.. Lines(all, "blog.blogpage").Select(l => l.Key)];
        HashSet<long> pages =
            [.. Lines(all, "wagtailcore.page").Select(l => l.Key).Where(k => k > 1000 && blog.Contains(k)).Take(Pages)];
        (long Key, string Text)[] revisions =
            [.. Lines(all, "wagtailcore.revision").Where(l => pages.Contains(ObjectId(l.Text))).Take(Revisions)];
        string[] lines =
            [.. Lines(all, "wagtailcore.page").Concat(Lines(all, "blog.blogpage")).Where(l => pages.Contains(l.Key))
                .Concat(revisions).Select(l => l.Text)];
        File.WriteAllLines(Path, lines);
        Objects = lines.Length;
        peer.Psql("postgres", "-qc", $"create database {lacking} template {source}").Run();
        peer.Psql(lacking, "-q", "-f", Delete(pages, revisions.Select(r => r.Key))).Run();
    }

    private string Delete(IEnumerable<long> pages, IEnumerable<long> revisions)
    {
        string script = System.IO.Path.Combine(folder, "delete.sql");
        File.WriteAllText(script, $"""
            set session_replication_role = replica;
            delete from blog_blogpage where page_ptr_id = any('{List(pages)}');
            delete from wagtailcore_page where id = any('{List(pages)}');
            delete from wagtailcore_revision where id = any('{List(revisions)}');
            vacuum analyze;
            """);
        return script;
    }

    private static string List(IEnumerable<long> keys) => $"{{{string.Join(',', keys)}}}";

    private static IEnumerable<(long Key, string Text)> Lines(string path, string model) =>
        from line in File.ReadLines(path)
        where line.StartsWith($"{{\"model\": \"{model}\"", StringComparison.Ordinal)
        select (JsonDocument.Parse(line).RootElement.GetProperty("pk").GetInt64(), line);

    private static long ObjectId(string line) =>
        long.Parse(JsonDocument.Parse(line).RootElement.GetProperty("fields").GetProperty("object_id").GetString()!);
}
