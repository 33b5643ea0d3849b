using System.Diagnostics;
using DataOps.Core.Features.Datasets.Export;
using DataOps.Core.Files;
using DataOps.Core.Postgres.Connections;

namespace DataOps.Benchmarks;

/// <summary>
/// A hundredth of a large site: some of its sections with all rows that cannot be without their pages, by a definition.
/// </summary>
/// <param name="peer">Makes commands.</param>
/// <param name="database">The site.</param>
/// <param name="folder">For its files.</param>
/// <param name="pages">Pages of the site, a thousand in each section.</param>
internal sealed class Section(Peer peer, string database, string folder, int pages)
{
    // From the path of the first section to that of the first one that is not meant.
    private string[] Ends => [PathOf(1), PathOf(1 + Math.Max(pages / 100_000, 1))];

    private string Pages => $"select id from wagtailcore_page where path >= '{Ends[0]}' and path < '{Ends[1]}'";

    private static readonly (string Table, string Key)[] s_tables =
        [("wagtailcore_page", "id"), ("blog_blogpage", "page_ptr_id"), ("blog_blogindexpage", "page_ptr_id"),
            ("blog_blogpagetag", "content_object_id")];

    private string Definition => Path.Combine(folder, "section.json");

    private string File => Path.Combine(folder, "section.out.json");

    /// <summary>Writes the definition, and the keys that a hand-written COPY needs.</summary>
    public void Make()
    {
        System.IO.File.WriteAllText(Definition, """
            {"datasets": {"section": {"parameters": [{"name": "first"}, {"name": "end"}], "specs": [
              {"model": "wagtailcore.page", "children": true, "deleteMissing": true, "filter": {"path__gte": {"parameter": "first"}, "path__lt": {"parameter": "end"}}}]}}}
            """);
        peer.Psql(database, "-qc", $"create table section_keys as {Pages}", "-qc", "analyze section_keys").Run();
    }

    /// <summary>Exports it; the peer copies the same rows, whose keys it is given.</summary>
    public Comparison Export() => new(
        "export of a section by a definition",
        peer.DataOps(
            database, "export-dataset", "--definition", Definition, "--dataset", "section", "--argument",
            string.Join(',', Ends), "--dataset-format", "feincms", "--force", "--path", File),
        "psql copy by key",
        Copies((table, key) =>
            $"\\copy (select * from {table} where {key} in (select id from section_keys)) to '{Rows(table)}'"));

    /// <summary>
    /// Loads it where ten rows were added and ten changed; the peer copies the same rows into temporary tables, and
    /// compares nothing.
    /// </summary>
    public Comparison Import() => new(
        "import of the section, 10 deletions",
        peer.DataOps(database, "import-dataset", "--no-undo", "--confirm:false", "--path", File),
        "psql copy into temporary tables",
        Copies((table, _) => $"create temporary table t_{table} (like {table}); \\copy t_{table} from '{Rows(table)}'"))
    {
        Before = () => peer.Psql(
            database,
            "-qc", $"insert into blog_blogpagetag (content_object_id, tag_id) select page_ptr_id, (select max(id) " +
                $"from taggit_tag) from blog_blogpage where page_ptr_id in ({Pages}) order by 1 limit 10",
            "-qc", $"update wagtailcore_page set title = title || '!' where id in (select id from ({Pages}) p order " +
                $"by id desc limit 10)").Run(),
    };

    /// <summary>What the import reads by scanning, of tables that are larger than the section.</summary>
    public string Scans()
    {
        Comparison import = Import();
        import.Before();
        // A server process reports what it has read when it ends, which may be after its client has.
        Thread.Sleep(TimeSpan.FromSeconds(2));
        peer.Psql(database, "-qc", "select pg_stat_reset()").Run();
        import.Ours.Run();
        Thread.Sleep(TimeSpan.FromSeconds(2));
        string rows = peer.Psql(
            database, "-Atc",
            "select coalesce(string_agg(s.relname || ' ' || s.seq_tup_read, ', '), 'none') from pg_stat_user_tables " +
                "s join pg_class c on c.oid = s.relid where c.reltuples > 10000 and s.seq_tup_read > 0").Read().Trim();
        return $"Rows that this import reads by scanning tables of more than 10,000 rows: {rows}.";
    }

    /// <summary>
    /// The export in a process that has done it a hundred times, as one that serves has, in turn with the peer: what is
    /// left when all is compiled.
    /// </summary>
    public string Again(ConnectionSettings settings)
    {
        ExportDatasetOptions options = new()
        {
            Path = File, Definition = Definition, Dataset = "section", Argument = Ends, Format = DatasetFormat.Feincms,
            Force = true,
        };
        Timed copies = Export().Theirs;
        double Ours() => Seconds(() =>
        {
            using Session session = Session.Open(settings, "Benchmark");
            _ = new ExportDataset().Run(session, options, new()).Single();
        });
        double[] first = [.. Enumerable.Range(0, 101).Select(_ => Ours())];
        (double Ours, double Theirs)[] pairs =
            [.. Enumerable.Range(0, 41).Select(_ => (Ours(), Seconds(() => copies.Read())))];
        return $"The same export in one process, with a session of its own each time: " +
            $"{Median(first[1..10]):0.000} s at first, {Median(pairs.Select(p => p.Ours)):0.000} s after a hundred; "
            + $"psql in turn with it {Median(pairs.Select(p => p.Theirs)):0.000} s, ratio " +
            $"{Median(pairs.Select(p => p.Ours / p.Theirs)):0.00}.";
    }

    private static double Seconds(Action action)
    {
        Stopwatch clock = Stopwatch.StartNew();
        action();
        return clock.Elapsed.TotalSeconds;
    }

    private static double Median(IEnumerable<double> of)
    {
        double[] sorted = [.. of.Order()];
        return sorted[sorted.Length / 2];
    }

    private string PathOf(int section) =>
        peer.Psql(database, "-Atc", $"select path from wagtailcore_page where slug = 'section-{section}'").Read()
            .Trim();

    private string Rows(string table) => Path.Combine(folder, $"section.{table}");

    private Timed Copies(Func<string, string, string> statement)
    {
        string script = Path.Combine(folder, $"section.{Guid.NewGuid():N}.sql");
        System.IO.File.WriteAllLines(script,
            s_tables.SelectMany(t => statement(t.Table, t.Key).Split("; ")).Select(
                l => l.StartsWith('\\') ? l : l + ";"));
        return peer.Psql(database, "-q", "-f", script);
    }
}
