using System.Formats.Tar;
using System.Text;
using DataOps.Core.Features.Backups;
using DataOps.Core.Features.Backups.Archives;
using DataOps.Core.Features.Backups.Rows;
using DataOps.Core.Kernel;

namespace DataOps.Core.Tests.Features.Backups;

/// <summary>Archives that somebody made to do harm.</summary>
public sealed class HostileArchiveTests : IDisposable
{
    private readonly BackupFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("../evil.txt", TarEntryType.RegularFile, "leads out")]
    [InlineData("/etc/passwd", TarEntryType.RegularFile, "empty")]
    [InlineData("storages/media/../../../evil", TarEntryType.RegularFile, "leads out")]
    [InlineData("storages/media/a\\b", TarEntryType.RegularFile, "backslash")]
    [InlineData("storages/media/c:evil", TarEntryType.RegularFile, "colon")]
    [InlineData("storages/media/con.txt", TarEntryType.RegularFile, "device")]
    [InlineData("storages/media/a.", TarEntryType.RegularFile, "dot or a space")]
    [InlineData("storages/media/link", TarEntryType.SymbolicLink, "no plain file")]
    [InlineData("storages/media/link", TarEntryType.HardLink, "no plain file")]
    [InlineData("storages/media/pipe", TarEntryType.Fifo, "no plain file")]
    [InlineData("storages/media/disk", TarEntryType.BlockDevice, "no plain file")]
    [InlineData("storages/media/folder", TarEntryType.Directory, "no plain file")]
    [InlineData("schema/PRE-DATA.sql", TarEntryType.RegularFile, "differs from another name in case")]
    [InlineData("data/more", TarEntryType.RegularFile, "does not name")]
    public void A_member_that_no_backup_has_is_refused_before_anything_is_read(
        string name, TarEntryType type, string why)
    {
        string path = Archive((TarWriter tar) => BackupFiles.AddHostile(tar, name, type));

        DataOpsException refused = Assert.Throws<DataOpsException>(() => ArchiveReader.Open(path));

        Assert.Equal("InvalidBackup", refused.Id);
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("drop table auth_user", "drop")]
    [InlineData("COPY a TO PROGRAM 'rm -rf ~'", "COPY")]
    [InlineData("DO $$ begin end $$", "DO")]
    [InlineData("SELECT pg_read_file('/etc/passwd')", "SELECT")]
    [InlineData("\\! rm -rf ~", "command")]
    [InlineData("COMMENT ON DATABASE production IS 'DataOps Restore-Site: production is shop as it was before a restore.'", "COMMENT")]
    [InlineData("SECURITY LABEL ON ROLE app IS 'x'", "SECURITY")]
    [InlineData("SET standard_conforming_strings = off", "change what follows")]
    public void A_statement_that_no_schema_has_is_never_run(string statement, string why)
    {
        string path = Archive(schema: $"CREATE TABLE a (id int);\n{statement};\n");

        DataOpsException refused = Assert.Throws<DataOpsException>(() => Read(path));

        Assert.True(refused.Id is "InvalidBackup" or "InvalidSqlScript", refused.Id);
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_member_that_grows_beyond_all_bounds_is_refused_before_it_does()
    {
        byte[] bomb = BackupFiles.Pack(new byte[RowExport.MemberSize + 1]);
        string path = Archive(rows: bomb);

        Assert.Equal("InvalidBackup", BackupFiles.Fails(() => Read(path)));
    }

    private static BackupTest Read(string path) => new TestBackup().Run(new() { BackupFile = [path] }, new()).Single();

    // A small backup with a table and its row, and something added.
    private string Archive(Action<TarWriter>? added = null, string schema = "CREATE TABLE a (id int);", byte[]? rows = null)
    {
        string path = _files.New();
        using FileStream file = File.Create(path);
        using (ArchiveWriter archive = new(new ArchiveTar(file)))
        {
            archive.Add("schema/pre-data.sql", Encoding.UTF8.GetBytes(schema));
            archive.Add("schema/post-data.sql", Array.Empty<byte>());
            archive.Add("data/0.zst", rows ?? BackupFiles.Pack("1\n"u8));
            RowDigest digest = new();
            digest.Add("1\n"u8);
            archive.End(new BackupManifest(
                BackupManifest.FormatName, 1, DateTime.UtcNow, "here", "15.0", new("a", "UTF8", "C", "C", "c", null),
                new Dictionary<string, string>(),
                [new("public", "a", ["id"], 1, digest.ToString(), null, [["data/0.zst"]])], [], [], [], [],
                archive.Members).ToJson());
        }
        if (added is null)
            return path;
        // After what is there, and before the end: a tar ends with two empty blocks.
        file.Position -= 1024;
        using TarWriter tar = new(file);
        added(tar);
        return path;
    }
}
