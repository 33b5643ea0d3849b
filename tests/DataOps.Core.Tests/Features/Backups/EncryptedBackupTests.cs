using System.Diagnostics;
using DataOps.Core.Features.Backups;
using DataOps.Core.Features.Backups.Archives;

namespace DataOps.Core.Tests.Features.Backups;

/// <summary>Archives that this machine cannot read, against the real gpg.</summary>
public sealed class EncryptedBackupTests(PostgresServer server) : IDisposable
{
    private readonly BackupFiles _files = new();

    // For its owner alone, as gpg wants it.
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("dataops-gpg-");

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(EncryptedArchive.PassphraseVariable, null);
        if (_home.EnumerateFileSystemInfos().Any())
            Run("gpgconf", "--kill", "all");
        _home.Delete(recursive: true);
        _files.Dispose();
    }

    [Fact]
    public void Gpg_opens_ours_and_we_open_what_gpg_has_encrypted_and_nothing_damaged_is_opened()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/gpg"), "gpg is not installed.");
        using TestDatabase site = server.Blank();
        site.Execute("create table a (id int primary key, t text); insert into a select g, md5(g::text) from generate_series(1, 3000) g");
        // A passphrase need not be costly to guess here.
        File.WriteAllText(Path.Combine(_home.FullName, "gpg-agent.conf"), "s2k-count 65536\n");
        (string Public, string Secret)[] keys = [.. new[] { ("one", "future-default"), ("two", "rsa1024") }.Select(k => Key(k.Item1, k.Item2))];
        string path = _files.Backup(site, new() { Recipient = [keys[0].Public, keys[1].Public] });

        Assert.Equal("EncryptedBackup", Fails(path, null));
        Assert.Equal("EncryptedBackup", Fails(path, keys[0].Secret));
        Environment.SetEnvironmentVariable(EncryptedArchive.PassphraseVariable, "öffne dich");
        string clear = Path.Combine(_files.Folder, "clear.tar");
        Gpg("--output", clear, "--decrypt", path);
        BackupTest whole = Test(clear, null);
        foreach ((string _, string secret) in keys)
            Assert.Equal(whole with { Path = path, Duration = 0 }, Test(path, secret) with { Duration = 0 });
        string theirs = Path.Combine(_files.Folder, "theirs.gpg");
        Gpg("--output", theirs, "--trust-model", "always", "--encrypt", "--recipient", "two", clear);
        Assert.Equal(whole with { Path = theirs, Duration = 0 }, Test(theirs, keys[1].Secret) with { Duration = 0 });
        Assert.Equal("EncryptedBackup", Fails(theirs, keys[0].Secret));
        Assert.Equal("InvalidKey", Fails(path, keys[0].Public));
        Assert.Equal("InvalidKey", BackupFiles.Fails(() => _files.Backup(site, new() { Recipient = [Expired()] })));
        AreListedAndPrunedByTheirKeyAlone(site, path, clear, keys[0]);
        byte[] bytes = File.ReadAllBytes(path);
        Random random = new(DateTime.UtcNow.DayOfYear);
        for (int i = 0; i < Rounds.Of(12); i++)
        {
            int at = random.Next(bytes.Length);
            byte[] damaged = [.. bytes];
            damaged[at] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(path, i % 2 == 0 ? damaged : bytes[..at]);
            Assert.True(Fails(path, keys[1].Secret) is "InvalidBackup" or "EncryptedBackup");
        }
        Assert.Empty(Directory.GetFiles(Path.GetTempPath(), "dataops-*.tar"));
    }

    private void AreListedAndPrunedByTheirKeyAlone(
        TestDatabase site, string path, string clear, (string Public, string Secret) key)
    {
        string later = _files.Backup(site, new() { Recipient = [key.Public] });
        GetBackupOptions list = new() { BackupFile = [_files.Folder] };
        SiteBackup[] closed = [.. new GetBackup().Run(list, new())];
        SiteBackup[] open = [.. new GetBackup().Run(list with { KeyFile = key.Secret }, new())];

        Assert.Equal([clear, path, later], closed.Select(b => b.Path));
        Assert.Equal([null, 2, 1], closed.Select(b => b.Recipients?.Split(',').Length));
        Assert.Equal([3000L, null, null], closed.Select(b => b.Rows));
        Assert.Equal((new FileInfo(later).Length, ""), (closed[2].Bytes, closed[2].Database));
        Assert.All(open, b => Assert.Equal((3000L, site.Name), (b.Rows, b.Database)));
        List<string> warnings = [];
        RemoveBackupOptions prune = new() { BackupFile = [_files.Folder], KeepLast = 1 };
        Assert.Equal(0, ((RemoveBackupResult)new RemoveBackup().Run(prune, new() { Warning = warnings.Add }).Last()).Count);
        Assert.StartsWith("2 encrypted backups cannot be read without -KeyFile", Assert.Single(warnings), StringComparison.Ordinal);
        BackupDecision[] decisions = [.. new RemoveBackup().Run(
            prune with { KeyFile = key.Secret, Verify = true, WhatIf = true }, new()).OfType<BackupDecision>()];
        Assert.Equal([later], decisions.Where(d => d.Kept).Select(d => d.Path));
        Assert.Equal(3, decisions.Length);
    }

    private static BackupTest Test(string path, string? key) =>
        new TestBackup().Run(new() { BackupFile = [path], KeyFile = key }, new()).Single();

    private static string Fails(string path, string? key) => BackupFiles.Fails(() => Test(path, key));

    private (string Public, string Secret) Key(string name, string algorithm)
    {
        Gpg("--quick-generate-key", name, algorithm, "default", "never");
        if (algorithm == "rsa1024")
            Gpg("--quick-add-key", Fingerprint(name), "rsa1024", "encrypt", "never");
        string[] files = [Path.Combine(_files.Folder, $"{name}.asc"), Path.Combine(_files.Folder, $"{name}.secret")];
        Gpg("--armor", "--output", files[0], "--export", name);
        Gpg("--output", files[1], "--export-secret-keys", name);
        return (files[0], files[1]);
    }

    private string Expired()
    {
        Gpg("--faked-system-time", "20200101T000000", "--quick-generate-key", "old", "future-default", "default", "1d");
        string file = Path.Combine(_files.Folder, "old.asc");
        Gpg("--armor", "--output", file, "--export", "old");
        return file;
    }

    private string Fingerprint(string name) => Gpg("--with-colons", "--list-keys", name).Split('\n')
        .First(l => l.StartsWith("fpr:", StringComparison.Ordinal)).Split(':')[9];

    private string Gpg(params string[] arguments) => Run(
        "gpg", ["--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", "öffne dich", .. arguments]);

    private string Run(string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["GNUPGHOME"] = _home.FullName;
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors.Result);
        return output;
    }
}
