using System.Collections.Concurrent;
using DataOps.Core.Postgres.Servers;

[assembly: AssemblyFixture(typeof(PostgresServer))]
[assembly: AssemblyFixture(typeof(RunningServers))]

namespace DataOps.Core.Tests.Support.Servers;

/// <summary>
/// The servers that tests run on. A test class takes it in its constructor and asks for a copy of a site.
/// </summary>
public sealed class PostgresServer
{
    /// <summary>
    /// The versions of the smaller set, of which an everyday run takes the oldest and the newest besides the machine's
    /// own: <c>[Theory, MemberData(nameof(PostgresServer.Versions), MemberType =
    /// typeof(PostgresServer))]</c>.
    /// </summary>
    public static TheoryData<int> Versions => Rounds.Of(1) > 1 ? [14, 16, 17, 18] : [14, 18];

    /// <summary>
    /// A database of the test's own, a copy of <paramref name="site"/>, on the machine's server or on one of version
    /// <paramref name="major"/>.
    /// </summary>
    public TestDatabase CopyOf(Site site, int? major = null) => new(RunningServers.Get(major), site);

    /// <summary>An empty database of the test's own.</summary>
    public TestDatabase Blank(int? major = null) => new(RunningServers.Get(major), null);
}

/// <summary>Starts each version's server when it is first asked for, and stops them all after the last test.</summary>
public sealed class RunningServers : IDisposable
{
    private static readonly ConcurrentDictionary<int, Lazy<Templates?>> Servers = new();

    internal static Templates Get(int? major)
    {
        Templates? server = Servers.GetOrAdd(major ?? 0, _ => new(() => Start(major))).Value;
        string wanted = major is null ? $"PostgreSQL {PostgresBinaries.OldestMajor} or newer" : $"PostgreSQL {major}";
        Assert.SkipWhen(
            server is null, $"{wanted} is not on this machine and could not be fetched (./build.sh test fetches it)");
        return server;
    }

    public void Dispose()
    {
        foreach (Lazy<Templates?> server in Servers.Values)
        {
            if (server.IsValueCreated)
                server.Value?.Dispose();
        }
    }

    private static Templates? Start(int? major)
    {
        // The machine's own server comes first; what the build script has fetched stands in for it.
        PostgresBinaries? found = PostgresBinaries.Find(major)
            ?? PostgresBinaries.Find(major, [Repository.FetchedServers]);
        return found is null ? null : new Templates(ScratchServer.Start(found));
    }
}
