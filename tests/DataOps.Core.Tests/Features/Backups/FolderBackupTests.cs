using DataOps.Core.Features.Backups;
using DataOps.Core.Features.Backups.Archives;
using DataOps.Core.Operations;

namespace DataOps.Core.Tests.Features.Backups;

/// <summary>Backups that are folders, and share what has not changed.</summary>
public sealed class FolderBackupTests(PostgresServer server) : IDisposable
{
    private readonly BackupFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Each_of_two_backups_that_share_files_is_whole_without_the_other()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        string media = _files.Media("media", ("a.txt", "one"), ("b/same size.txt", "two"), ("c.txt", "three"), ("d.txt", "four"));
        DateTime old = DateTime.UtcNow.AddHours(-1);
        foreach (string file in Directory.GetFiles(media, "*", SearchOption.AllDirectories).Where(f => !f.EndsWith("d.txt", StringComparison.Ordinal)))
            File.SetLastWriteTimeUtc(file, old);
        BackupSiteOptions options = new() { Storage = [$"media={media}"], AsFolder = true };
        string first = _files.Backup(site, options);
        File.WriteAllText(Path.Combine(media, "b/same size.txt"), "TWO");
        File.Delete(Path.Combine(media, "c.txt"));
        File.WriteAllText(Path.Combine(media, "new.txt"), "five");
        Dictionary<string, string> now = BackupFiles.Content(media);
        string second = _files.New();

        BackupResult result = site.Run(new BackupSite(), options with { Path = second, Base = first })[0];

        // What was written just before the first backup may have changed within the same tick of the clock.
        Assert.Equal((4L, 1L), (result.Files, result.Linked));
        Assert.Equal(2, new TestBackup().Run(new() { BackupFile = [first, second] }, new()).Count());
        Directory.Delete(first, recursive: true);
        using TestDatabase target = server.Blank();
        _files.Restore(target, second, new() { Storage = [$"media={media}"] });
        Assert.Equal(site.Digest(), target.Digest());
        Assert.Equal(now, BackupFiles.Content(media));
    }

    [Fact]
    public void A_folder_that_is_no_whole_backup_is_refused_and_never_replaced()
    {
        using TestDatabase site = server.Blank();
        site.Execute("create table a (id int primary key); insert into a values (1)");
        BackupSiteOptions options = new() { AsFolder = true, Compression = BackupCompression.None };
        string path = _files.Backup(site, options);
        string Read() => BackupFiles.Fails(() => _ = new TestBackup().Run(new() { BackupFile = [path] }, new()).ToArray());
        string row = Directory.GetFiles(Path.Combine(path, "data"), "*", SearchOption.AllDirectories)[0];
        byte[] content = File.ReadAllBytes(row);

        File.WriteAllText(row, "2\n");
        Assert.Equal("InvalidBackup", Read());
        File.Delete(row);
        Assert.Equal("InvalidBackup", Read());
        File.CreateSymbolicLink(row, "/etc/passwd");
        Assert.Equal("InvalidBackup", Read());
        File.Delete(row);
        File.WriteAllBytes(row, content);
        File.WriteAllText(Path.Combine(path, "more"), "");
        Assert.Equal("InvalidBackup", Read());
        // A folder of anything else is not what -Force means.
        Assert.Equal("InvalidBackup", BackupFiles.Fails(() => site.Run(new BackupSite(), options with { Path = path, Force = true })));
        File.Delete(Path.Combine(path, "more"));
        Assert.Equal("FileExists", BackupFiles.Fails(() => site.Run(new BackupSite(), options with { Path = path })));
        using CancellationTokenSource stop = new();
        Assert.ThrowsAny<OperationCanceledException>(() => site.Run(new BackupSite(), options with { Path = path, Force = true },
            new() { Cancellation = stop.Token, Progress = new Stopper(stop) }));
        Assert.Equal(["1.tar"], _files.Names);
        site.Execute("insert into a values (2)");
        Assert.Equal(2, site.Run(new BackupSite(), options with { Path = path, Force = true })[0].Rows);
        Assert.Equal(2, Assert.Single(new GetBackup().Run(new() { BackupFile = [_files.Folder] }, new())).Rows);
        Assert.Equal(["1.tar"], _files.Names);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(path));
    }

    private sealed class Stopper(CancellationTokenSource stop) : IProgress<OperationProgress>
    {
        public void Report(OperationProgress value)
        {
            if (value.Activity.StartsWith("Reading", StringComparison.Ordinal))
                stop.Cancel();
        }
    }
}
