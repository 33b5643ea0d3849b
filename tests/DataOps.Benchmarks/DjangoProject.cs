using DataOps.Core.Postgres.Servers;

namespace DataOps.Benchmarks;

/// <summary>The Django project of the tests, as a peer with its own dumpdata and loaddata.</summary>
internal sealed class DjangoProject(ScratchServer server, Peer peer)
{
    private const string Python = "/usr/bin/python3";

    /// <summary>Whether Debian's packages for it are installed.</summary>
    public static bool IsThere =>
        File.Exists(Python) && Timed.Succeeds(Python, "-c", "import django, psycopg2, treebeard, mptt, taggit");

    /// <summary>Makes a migrated database, and a copy of it filled with random rows.</summary>
    public void Fill(string migrated, string filled, int rows)
    {
        peer.Psql("postgres", "-qc", $"create database {migrated}").Run();
        peer.Psql(migrated, "-qc", "create extension hstore; create extension citext").Run();
        Manage(migrated, "migrate", "--run-syncdb", "-v", "0").Run();
        peer.Psql("postgres", "-qc", $"create database {filled} template {migrated}").Run();
        Manage(filled, "fill", "--seed", "1", "--rows", $"{rows}").Run();
        peer.Psql(filled, "-qc", "vacuum analyze").Run();
    }

    /// <summary>A management command.</summary>
    public Timed Manage(string database, params string[] arguments)
    {
        Uri uri = new(server.Uri(database));
        return new("env",
            [$"PGHOST={uri.Host}", $"PGPORT={uri.Port}", $"PGUSER={uri.UserInfo}", $"PGDATABASE={database}",
                "PYTHONDONTWRITEBYTECODE=1",
            Python, Path.Combine(Paths.Root, "tests", "django", "manage.py"), .. arguments, "--traceback"]);
    }
}
