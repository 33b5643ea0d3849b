using DataOps.Core.Postgres.Servers;

namespace DataOps.Benchmarks;

/// <summary>The commands that are compared, on one server.</summary>
internal sealed class Peer(ScratchServer server)
{
    /// <summary>Makes a large, valid site: the reference site, and pages on top of it.</summary>
    public void Fill(string database, string data, int pages)
    {
        Load(database, Path.Combine(data, "bakery.sql.gz"));
        Psql(database, "-q", "-v", $"n={pages}", "-f", Path.Combine(data, "scale.sql")).Run();
        Psql(database, "-qc", "vacuum analyze").Run();
    }

    /// <summary>Makes a database of a compressed script.</summary>
    public void Load(string database, string script)
    {
        Psql("postgres", "-qc", $"create database {database}").Run();
        Timed.Shell($"gzip -dc '{script}' | psql -q '{server.Uri(database)}'").Run();
    }

    /// <summary>Makes a database anew, as a copy of another.</summary>
    public void Copy(string database, string source) =>
        Psql("postgres", "-qc", $"drop database if exists {database}", "-qc",
            $"create database {database} template {source}").Run();

    public Timed DataOps(string database, params string[] arguments) =>
        new(Paths.CommandLine, [.. arguments, "--database", server.Uri(database)]);

    public Timed PgDump(string database, string file) =>
        new("pg_dump", ["-Fc", "-Z0", "-f", file, server.Uri(database)]);

    public Timed PgDumpSchema(string database, string file) =>
        new("pg_dump", ["--schema-only", "-f", file, server.Uri(database)]);

    public Timed Psql(string database, params string[] arguments) =>
        new("psql", ["-d", server.Uri(database), .. arguments]);
}
