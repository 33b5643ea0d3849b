using DataOps.Core.Postgres.Servers;

namespace DataOps.Benchmarks;

/// <summary>Backups of a large site and their restores, beside those of pg_dump and pg_restore.</summary>
internal sealed class WholeSite(Peer peer, ScratchServer server, string source, string folder)
{
    private const string Restored = "restored";

    private readonly string _archive = Path.Combine(folder, "site.tar");
    private readonly string _file = Path.Combine(folder, "site.dump");
    private readonly string _directory = Path.Combine(folder, "site.dir");

    /// <summary>The comparisons, in their order: what is restored is what was backed up before.</summary>
    public IEnumerable<Comparison> All()
    {
        yield return new(
            "backup of the site, one connection", Backup(1), "pg_dump -Fc",
            new("pg_dump", ["-Fc", "-f", _file, server.Uri(source)]));
        yield return new(
            "backup of the site, two connections", Backup(2), "pg_dump -Fd -j2",
            Timed.Shell($"rm -rf '{_directory}' && pg_dump -Fd -j2 -f '{_directory}' '{server.Uri(source)}'"));
        yield return Restore("restore of the site", "--no-verify");
        yield return Restore("restore of the site, compared and audited");
    }

    private Comparison Restore(string name, params string[] options) => new(
        name,
        peer.DataOps(Restored, ["restore-site", "--path", _archive, "--into-empty", "--confirm:false", .. options]),
        "pg_restore -j2", new("pg_restore", ["-j2", "-d", server.Uri(Restored), _directory]))
    {
        Before = () => peer.Copy(Restored, "template0"),
    };

    private Timed Backup(int jobs) =>
        peer.DataOps(source, "backup-site", "--force", "--path", _archive, "--jobs", $"{jobs}");
}
