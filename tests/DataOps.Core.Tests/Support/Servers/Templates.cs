using System.Collections.Concurrent;
using System.Diagnostics;
using DataOps.Core.Postgres.Servers;
using DataOps.Core.Tests.Peers;
using Npgsql;

namespace DataOps.Core.Tests.Support.Servers;

/// <summary>One scratch server and the databases that tests copy, each made when first asked for.</summary>
internal sealed class Templates(ScratchServer server) : IDisposable
{
    private const string ScaleRows = "1000";
    private const int DjangoRows = 60;

    private readonly ConcurrentDictionary<Site, Lazy<string>> _made = new();
    private int _copies;

    public ScratchServer Server => server;

    public void Dispose() => server.Dispose();

    /// <summary>Makes a database of its own name from a template, and returns its name.</summary>
    public string Copy(Site? site)
    {
        string name = $"t{Interlocked.Increment(ref _copies)}_{site?.ToString().ToLowerInvariant() ?? "blank"}";
        Create(name, site is { } known ? Template(known) : "template0");
        return name;
    }

    public void Drop(string database) => Admin($"drop database if exists {database} with (force)");

    /// <summary>
    /// How Npgsql reaches a database of this server; not pooled, as an open connection keeps a template from being
    /// copied.
    /// </summary>
    public string ConnectionString(string database) =>
        $"Host=127.0.0.1;Port={server.Port};Username=postgres;Database={database};Pooling=false;Include Error " +
            $"Detail=true;Command Timeout=0";

    /// <summary>How Npgsql reaches a database that nobody copies, by few connections.</summary>
    public string Pooled(string database) => ConnectionString(database).Replace("Pooling=false", "Pooling=true");

    private string Template(Site site)
    {
        // Files first: what they need may skip the test, and a skip must not be remembered as this template.
        if (site is Site.Django or Site.DjangoFilled)
            DjangoPeer.Require();
        string[] files = Files(site);
        Lazy<string> template = _made.GetOrAdd(site, _ => new(() => Make(site, files)));
        return template.Value;
    }

    private static string[] Files(Site site) => site switch
    {
        Site.Sample => [Own("site-schema.sql"), Own("site-data.sql")],
        Site.SampleDamaged => [Own("site-schema.sql"), Own("site-data.sql"), Own("damage.sql")],
        Site.SampleEmpty => [Own("site-schema.sql")],
        Site.Bakery or Site.BakeryEmpty => [Repository.SharedData("bakery.sql.gz")],
        Site.Damaged => [Repository.SharedData("damaged.sql.gz")],
        Site.Fresh => [Repository.SharedData("fresh.sql.gz")],
        Site.Polls => [Repository.SharedData("feincms3-data/polls.sql")],
        Site.Scale => [Repository.SharedData("bakery.sql.gz"), Repository.SharedData("scale.sql")],
        Site.Django or Site.DjangoFilled => [],
        _ => throw new ArgumentOutOfRangeException(nameof(site)),
    };

    private static string Own(string file) => Path.Combine(Repository.Samples, file);

    private string Make(Site site, string[] files)
    {
        string name = "template_" + site.ToString().ToLowerInvariant();
        Create(name, site == Site.DjangoFilled ? Template(Site.Django) : "template0");
        foreach (string file in files)
        {
            if (Path.GetFileName(file) == "scale.sql")
                Psql(name, file);
            else
                SqlScript.Run(ConnectionString(name), file);
        }
        switch (site)
        {
            case Site.BakeryEmpty:
                Truncate(name);
                break;
            case Site.Django:
                Execute(ConnectionString(name), "create extension hstore; create extension citext");
                RunningDjango.Get().Migrate(server.Port, name);
                break;
            case Site.DjangoFilled:
                RunningDjango.Get().Fill(server.Port, name, DjangoRows);
                break;
        }
        return name;
    }

    private void Create(string name, string template) =>
        Admin($"create database {name} template {template}{(server.Binaries.Major >= 15 ? " strategy file_copy" : "")}");

    private void Truncate(string database) => Execute(
        ConnectionString(database),
        """
        do $$ begin
          execute (select 'truncate ' || string_agg(oid::regclass::text, ', ') || ' restart identity' from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace);
        end $$
        """);

    private void Admin(string sql) => Execute(Pooled("postgres"), sql);

    private static void Execute(string connectionString, string sql)
    {
        using NpgsqlConnection connection = new(connectionString);
        connection.Open();
        using NpgsqlCommand command = new(sql, connection);
        command.ExecuteNonQuery();
    }

    // scale.sql is written in psql's language (variables, conditions).
    private void Psql(string database, string file)
    {
        ProcessStartInfo start =
            new("psql",
                ["-X", "-q", "-d", server.Uri(database), "-v", "ON_ERROR_STOP=1", "-v", "n=" + ScaleRows, "-f", file])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process psql = Process.Start(start)!;
        Task<string> error = psql.StandardError.ReadToEndAsync();
        psql.StandardOutput.ReadToEnd();
        psql.WaitForExit();
        Assert.True(psql.ExitCode == 0, error.Result);
    }
}
