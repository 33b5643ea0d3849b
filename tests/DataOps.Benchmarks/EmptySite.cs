namespace DataOps.Benchmarks;

/// <summary>
/// A site as `migrate` leaves it, with its tables, constraints, content types and permissions and no rows else: a load
/// of everything into it, beside COPY of the same tables with the same constraints.
/// </summary>
internal sealed class EmptySite(Peer peer, string source, string folder)
{
    private const string Empty = "empty";
    private const string Filled = "filled";

    // What Django makes with the tables; COPY has these rows before it starts, too.
    private static readonly string[] s_made = ["django_content_type", "auth_permission", "django_migrations"];

    private string Objects => Path.Combine(folder, "everything.jsonl");

    private string Script => Path.Combine(folder, "everything.sql");

    /// <summary>Makes the file of objects, the files of rows and the empty site.</summary>
    public void Make()
    {
        peer.DataOps(source, "export-dataset", "--include-derived", "--force", "--path", Objects).Run();
        string schema = Path.Combine(folder, "empty.sql");
        peer.PgDumpSchema(source, schema).Run();
        peer.Copy(Empty, "template0");
        peer.Psql(Empty, "-q", "-f", schema).Run();
        string[] tables = peer.Psql(source, "-Atc", "select tablename from pg_tables where schemaname = 'public'")
            .Read().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        foreach (string table in tables)
            peer.Psql(source, "-qc", $"\\copy {table} to '{Rows(table)}'").Run();
        peer.Psql(Empty, [.. s_made.SelectMany(t => new[] { "-qc", Load(t) }), "-qc", "vacuum analyze"]).Run();
        File.WriteAllLines(Script, ["begin;", .. tables.Except(s_made).Select(Load), "commit;"]);
    }

    /// <summary>The load of everything.</summary>
    public Comparison Import() => new(
        "import of everything into empty tables",
        peer.DataOps(Filled, "import-dataset", "--no-undo", "--confirm:false", "--path", Objects), "psql copy",
        peer.Psql(Filled, "-q", "-v", "ON_ERROR_STOP=1", "-f", Script))
    {
        Before = () => peer.Copy(Filled, Empty),
    };

    private string Load(string table) => $"\\copy {table} from '{Rows(table)}'";

    private string Rows(string table) => Path.Combine(folder, table + ".rows");
}
