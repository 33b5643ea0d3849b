using DataOps.Core.Tests.Features.Backups;

namespace DataOps.Core.Tests.Peers;

/// <summary>A restored site as Django itself sees it.</summary>
public sealed class DjangoRestoreTests(PostgresServer server) : IDisposable
{
    private readonly BackupFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact, Trait("Day", "1")]
    public void On_a_newer_server_its_checks_pass_and_it_writes_the_same_dump_as_before()
    {
        DjangoPeer.Require();
        using TestDatabase site = server.Blank();
        site.Execute("create extension hstore; create extension citext");
        string tables = Look(site, "before.json",
            ["migrate", "--verbosity", "0"], ["fill", "--seed", $"{DjangoPeer.Seed}", "--rows", "60"]);
        Assert.Contains("class LibraryBook(models.Model):", tables, StringComparison.Ordinal);
        using TestDatabase target = server.Blank(18);

        Assert.True(_files.Restore(target, _files.Backup(site)).Changed);

        Assert.Equal(tables, Look(target, "after.json"));
        FixtureText.AssertSame(Path.Combine(_files.Folder, "before.json"), Path.Combine(_files.Folder, "after.json"));
    }

    // What its commands say, of which migrate --check fails where a migration is not applied.
    private string Look(TestDatabase site, string dump, params string[][] before) => MigratedProject.Run(
        site, Path.Combine(_files.Folder, "project"), [],
        [
            .. before, ["check", "--database", "default"], ["migrate", "--check"], ["inspectdb"],
            ["dumpdata", "--all", "--output", Path.Combine(_files.Folder, dump)],
        ]);
}
