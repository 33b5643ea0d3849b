using DataOps.Core.Postgres.Servers;
using DataOps.Core.Tests.Support.Servers;
using Npgsql;

namespace DataOps.Tasks;

/// <summary>A scratch server with the sample site in three states: healthy, damaged, and the schema alone.</summary>
internal sealed class SampleServer : IDisposable
{
    public const string Healthy = "museum";
    public const string Damaged = "museum_damaged";
    public const string Empty = "museum_empty";

    private SampleServer(ScratchServer server) => Server = server;

    public ScratchServer Server { get; }

    public static SampleServer Start()
    {
        SampleServer sample = new(ScratchServer.Start(PostgresPackage.FindOrFetch()));
        sample.Create(Empty, "template0", "site-schema.sql");
        sample.Create(Healthy, Empty, "site-data.sql");
        sample.Create(Damaged, Healthy, "damage.sql");
        return sample;
    }

    public string Uri(string database) => Server.Uri(database);

    /// <summary>What a command finds in its environment.</summary>
    public Dictionary<string, string> Environment() => new()
    {
        ["DATAOPS_SAMPLE"] = Uri(Healthy),
        ["DATAOPS_SAMPLE_DAMAGED"] = Uri(Damaged),
        ["DATAOPS_SAMPLE_EMPTY"] = Uri(Empty),
    };

    public void Dispose() => Server.Dispose();

    private void Create(string database, string template, string script)
    {
        using (NpgsqlConnection connection = new(ConnectionString("postgres")))
        {
            connection.Open();
            using NpgsqlCommand create = new($"create database {database} template {template}", connection);
            create.ExecuteNonQuery();
        }
        SqlScript.Run(ConnectionString(database), Repository.Sample(script));
    }

    private string ConnectionString(string database) =>
        $"Host=127.0.0.1;Port={Server.Port};Username=postgres;Database={database};Pooling=false";
}
