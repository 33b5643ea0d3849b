using DataOps.Benchmarks;
using DataOps.Core.Postgres.Connections;
using DataOps.Core.Postgres.Servers;

// Usage: dotnet run -c Release -- [pages] [runs] [text]; pages is a multiple of 1000, 100000 makes a million rows; with
// a text, only what has it in its name is measured. With DATAOPS_BEFORE, the path of an earlier build of the command
// line, the peer is that build.
int pages = args.Length > 0 ? int.Parse(args[0]) : 100_000;
int runs = args.Length > 1 ? int.Parse(args[1]) : 3;
string only = args.Length > 2 ? args[2] : "";
string data = Path.GetFullPath(Path.Combine(Paths.Root, "..", "shared", "data"));
if (!Directory.Exists(data))
{
    Console.Error.WriteLine($"The measurements need the reference data in {data}.");
    return 2;
}

PostgresBinaries binaries = PostgresBinaries.Find()
    ?? throw new InvalidOperationException("There is no PostgreSQL server on this machine.");
using ScratchServer server = ScratchServer.Start(binaries, "shared_buffers=512MB", "max_wal_size=4GB", "work_mem=4MB");
string folder = Directory.CreateTempSubdirectory("dataops-bench-").FullName;
try
{
    Peer peer = new(server);
    Console.WriteLine(
        $"PostgreSQL {server.Binaries.Major}, {pages} blog pages, {runs} runs in turn, " +
            $"{Environment.ProcessorCount} processors; seconds are whole processes, medians.");
    peer.Fill("scale", data, pages);
    string dump = Path.Combine(folder, "scale.json");
    Comparison OneModel(string model) => new(
        $"export of wagtailcore.{model}",
        peer.DataOps("scale", "export-dataset", "--force", "--model", $"wagtailcore.{model}", "--path",
            Path.Combine(folder, $"{model}.json")),
        "psql copy",
        peer.Psql("scale", "-qc", $"\\copy wagtailcore_{model} to '{Path.Combine(folder, model + ".copy")}'"));
    string everything = Path.Combine(folder, "everything.json");
    Timed plain = peer.DataOps("scale", "export-dataset", "--include-derived", "--force", "--path", everything);
    Timed natural =
        peer.DataOps("scale", "export-dataset", "--include-derived", "--force", "--natural-foreign",
            "--natural-primary", "--path", dump);
    const string OfSlice = "import of pages and revisions";
    Slice slice = new(peer, folder);
    if (OfSlice.Contains(only, StringComparison.Ordinal))
        slice.Make("scale", "lacking");
    Section section = new(peer, "scale", folder, pages);
    section.Make();
    WideSchema wide = new(peer, folder);
    // Small sites: what is measured with them is the start of a process, and of the module with an orphan to find.
    peer.Load("bakery", Path.Combine(data, "bakery.sql.gz"));
    peer.Load("damaged", Path.Combine(data, "damaged.sql.gz"));
    EmptySite empty = new(peer, "scale", folder);
    if (empty.Import().Name.Contains(only, StringComparison.Ordinal))
        empty.Make();
    List<Comparison> comparisons =
    [
        new("export of everything, JSON",
            peer.DataOps("scale", "export-dataset", "--include-derived", "--force", "--path", dump), "pg_dump -Fc -Z0",
            peer.PgDump("scale", Path.Combine(folder, "scale.dump"))),
        new("export of everything, JSONL",
            peer.DataOps("scale", "export-dataset", "--include-derived", "--force", "--path",
                Path.Combine(folder, "scale.jsonl")), "pg_dump -Fc -Z0",
                    peer.PgDump("scale", Path.Combine(folder, "scale.dump"))),
        OneModel("revision"),
        OneModel("page"),
        OneModel("referenceindex"),
        new("find-orphan, declared references",
            peer.DataOps("scale", "find-orphan", "--class", "ForeignKey,Unvalidated,Inheritance"), "audit-fk.sql",
            peer.Psql("scale", "-qAt", "-f", Path.Combine(data, "audit-fk.sql"))),
        new("export of everything, natural keys", natural, "plain keys", plain),
        new($"{OfSlice}, {slice.Objects} objects",
            peer.DataOps("loaded", "import-dataset", "--no-undo", "--path", slice.Path), "with an undo file",
            peer.DataOps("loaded", "import-dataset", "--path", slice.Path))
        {
            Before = () => peer.Copy("loaded", "lacking"),
        },
        empty.Import(),
        section.Export(),
        section.Import(),
        new("find-orphan of a small site, the whole process", peer.DataOps("bakery", "find-orphan"), "psql, select 1",
            peer.Psql("bakery", "-Atc", "select 1")),
        new("find-orphan of a small site, declared references",
            peer.DataOps("bakery", "find-orphan", "--class", "ForeignKey,Unvalidated,Inheritance"), "audit-fk.sql",
            peer.Psql("bakery", "-qAt", "-f", Path.Combine(data, "audit-fk.sql"))),
        wide.Export(),
        wide.Compare(),
        wide.Describe(),
        new("find-orphan, all classes", peer.DataOps("scale", "find-orphan", "--include-expected"), "audit-fk.sql",
            peer.Psql("scale", "-qAt", "-f", Path.Combine(data, "audit-fk.sql"))),
    ];
    comparisons.AddRange(new WholeSite(peer, server, "scale", folder).All());
    comparisons.Add(new(
        "test-tree, the pages with all that hangs on them", peer.DataOps("scale", "test-tree"),
        "SQL by hand, five checks",
        peer.Psql("scale", "-qAt", "-f", Path.Combine(Paths.Root, "tests", "DataOps.Benchmarks", "pages.sql"))));
    string[] sections = [.. Enumerable.Range(1, pages / 1000).Select(i => $"/home/section-{i}/")];
    comparisons.Add(new(
        $"move-page, {sections.Length} sections of 1021 pages",
        peer.DataOps("moved", "move-page", string.Join(',', sections), "--to", "/home/breads/", "--no-undo",
            "--confirm:false"),
        "SQL by hand",
        peer.Psql("moved", "-qf", Path.Combine(Paths.Root, "tests", "DataOps.Benchmarks", "move.sql")))
    {
        Before = () => peer.Copy("moved", "scale"),
    });
    // Its peer takes many minutes: only where somebody asks for it.
    if (DjangoProject.IsThere && only.Length > 0)
        comparisons.Add(new(
            "test-tree beside treebeard", peer.DataOps("scale", "test-tree", "--table", "wagtailcore_page"),
            "find_problems",
            new DjangoProject(server, peer).Manage("scale", "problems", "wagtailcore_page")));
    if (DjangoProject.IsThere && only.Length == 0)
        comparisons.AddRange(OfDjango(server, peer, folder));
    else if (only.Length == 0)
        Console.WriteLine("Debian's Django is not installed: nothing is compared with dumpdata and loaddata.");
    // An earlier build of the command line: each of our commands beside the same of that build.
    if (Environment.GetEnvironmentVariable("DATAOPS_BEFORE") is { Length: > 0 } before)
        comparisons =
            [.. comparisons.Select(c => c with { PeerName = "before", Theirs = c.Ours with { Program = before } })];
    Console.WriteLine(Comparison.Heading);
    int failed = 0;
    foreach (Comparison comparison in comparisons.Where(c => c.Name.Contains(only, StringComparison.Ordinal)))
        try
        {
            Console.WriteLine(comparison.Measure(runs, server));
        }
        catch (InvalidOperationException e)
        {
            // A peer that fails once takes no other row with it.
            Console.Error.WriteLine($"{comparison.Name}: {e.Message}");
            failed++;
        }
    const string OfModule = "the module in a fresh shell";
    if (OfModule.Contains(only, StringComparison.Ordinal)
        && Environment.GetEnvironmentVariable("DATAOPS_MODULE") is { Length: > 0 } module)
    {
        Console.WriteLine();
        foreach (string row in new ModuleStart(module, server.Uri("damaged")).Measure(runs))
            Console.WriteLine(row);
    }
    Console.WriteLine($"\n{section.Again(ConnectionSettings.Parse(server.Uri("scale")))}\n{section.Scans()}");
    return failed == 0 ? 0 : 1;
}
finally
{
    Directory.Delete(folder, recursive: true);
}

static IEnumerable<Comparison> OfDjango(ScratchServer server, Peer peer, string folder)
{
    const int Rows = 1000;
    DjangoProject project = new(server, peer);
    project.Fill("migrated", "django", Rows);
    string ours = Path.Combine(folder, "ours.json");
    string theirs = Path.Combine(folder, "theirs.json");
    project.Manage("django", "dumpdata", "-o", theirs).Run();
    yield return new("export of the tests' Django project",
        peer.DataOps("django", "export-dataset", "--include-derived", "--force", "--path", ours), "dumpdata",
        project.Manage("django", "dumpdata", "-o", theirs));
    yield return new(
        "the same with natural keys",
        peer.DataOps("django", "export-dataset", "--include-derived", "--force", "--natural-foreign", "--path", ours),
        "dumpdata --natural-foreign",
        project.Manage("django", "dumpdata", "--natural-foreign", "-o", Path.Combine(folder, "natural.json")));
    yield return new("import of it", peer.DataOps("emptied", "import-dataset", "--path", theirs), "loaddata",
        project.Manage("emptied", "loaddata", theirs))
    {
        Before = () => peer.Copy("emptied", "migrated"),
    };
}
