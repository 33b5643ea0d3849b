using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using DataOps.Core.Features.Backups;
using DataOps.Core.Kernel;
using DataOps.Core.Operations;

namespace DataOps.Core.Tests.Features.Backups;

/// <summary>Archives that the real pg_dump has written, and some that only look so.</summary>
public sealed class DumpTests(PostgresServer server) : IDisposable
{
    private readonly BackupFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Every_format_is_read_and_a_restored_one_has_every_row_constraint_and_sequence()
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        site.Execute("select setval('taggit_tag_id_seq', 4711, false); create table \"Odd, \"\"name\"\"\" (\"a b\" text, \"tab\" text, empty text[]); insert into \"Odd, \"\"name\"\"\" values (E'\\\\.', E'a\\tb\\nc\\\\', '{}'), (null, 'ümlaut', null), (E'\\n\\\\.\\n', '', null); create function f() returns text language sql as $$ select ';'::text $$; create table none ()");
        string custom = _files.Dump(site, "-Fc");
        string[] all = [custom, _files.Dump(site, "-Fd"), _files.Dump(site, "-Ft"), _files.Dump(site, "-Fp", "--clean"), _files.Packed(_files.Dump(site, "-Fp"))];

        IReadOnlyList<BackupTest> read = [.. new TestBackup().Run(new() { BackupFile = all }, new())];

        long rows = site.Digest().Values.Sum(d => long.Parse(d.Split(':')[0], System.Globalization.CultureInfo.InvariantCulture));
        Assert.All(read, t => Assert.Equal((85, rows), (t.Tables, t.Rows)));
        Assert.Equal([site.Name, site.Name, site.Name, "", ""], read.Select(t => t.Database));
        using TestDatabase target = server.Blank();
        List<string> warnings = [];
        RestoreResult plan = (RestoreResult)target.Run(
            new RestoreSite(), new() { Path = custom, WhatIf = true }, new() { Warning = warnings.Add })[^1];
        RestoreResult result = _files.Restore(target, custom);
        Assert.Contains(warnings, w => w.Contains("146 foreign keys", StringComparison.Ordinal));
        Assert.Equal((rows, true, 0, 0), (plan.WouldChange, result.Changed, result.Violations, result.Errors));
        Assert.Equal(site.Digest(), target.Digest());
        Assert.Equal("4711 false", target.Column("select last_value || ' ' || is_called from taggit_tag_id_seq")[0]!.ToLowerInvariant());
        Assert.Equal(146L, target.Scalar<long>("select count(*) from pg_constraint where contype = 'f' and convalidated"));
    }

    [Fact]
    public void A_plain_dump_that_psql_restores_without_eleven_foreign_keys_is_restored_with_all_or_not_at_all()
    {
        string dump = Path.Combine(Repository.Root, "..", "shared", "data", "damaged.sql.gz");
        Assert.SkipUnless(File.Exists(dump), "The damaged site is not here.");
        using TestDatabase target = server.Blank();
        List<IChangeResult> told = [];

        DataOpsException refused = Assert.Throws<DataOpsException>(() =>
        {
            foreach (IChangeResult row in new RestoreSite().Run(target.Session, new() { Path = dump }, new()))
                told.Add(row);
        });

        Assert.Equal("ViolatedForeignKeys", refused.Id);
        Assert.Equal((16, 11), (told.Count, told.Cast<RestoreViolation>().Select(v => v.Reference).Distinct().Count()));
        Assert.Equal([target.Name], target.Column($"select datname from pg_database where starts_with(datname, '{target.Name}')"));
        Assert.Empty(target.Digest());
        RestoreResult result = _files.Restore(target, dump, new() { OnViolation = OnViolation.Quarantine });
        Assert.Equal(19, result.Violations);
        Assert.Equal(146L, target.Scalar<long>("select count(*) from pg_constraint where contype = 'f' and convalidated"));
    }

    [Theory]
    [InlineData("\\! id > evil", "\\!")]
    [InlineData("CREATE TABLE b (a int DEFAULT '\n\\! id\n');\n\\! id", "\\!")]
    [InlineData("CREATE TABLE b (a int); \\copy a from program 'id'", "\\copy")]
    [InlineData("\\connect other", "\\connect")]
    [InlineData("COPY public.a (id) FROM PROGRAM 'id';", "COPY")]
    [InlineData("COPY public.a (id) TO PROGRAM 'id';", "COPY")]
    [InlineData("COPY public.a (id) FROM '/etc/passwd';", "COPY")]
    [InlineData("COPY public.a (id) FROM stdin WHERE pg_sleep(9) IS NULL;", "COPY")]
    [InlineData("COPY public.a (id) FROM stdin;\n1\n\\.;\n", "rows")]
    [InlineData("COPY public.a (id) FROM stdin;\n1\n", "rows")]
    [InlineData("SELECT pg_catalog.setval(pg_read_file('x'), 1, true);", "SELECT")]
    [InlineData("SELECT pg_catalog.setval('a', 1, true) FROM pg_ls_dir('/');", "SELECT")]
    [InlineData("DO $$ begin end $$;", "DO")]
    [InlineData("ALTER SYSTEM SET archive_command = 'id';", "ALTER SYSTEM")]
    [InlineData("ALTER /**/ SYSTEM SET archive_command = 'id';", "ALTER")]
    [InlineData("CREATE ROLE evil SUPERUSER;", "CREATE ROLE")]
    [InlineData("CREATE USER evil SUPERUSER;", "CREATE USER")]
    [InlineData("GRANT pg_execute_server_program TO public;", "GRANT")]
    [InlineData("ALTER DATABASE shop RENAME TO gone;", "ALTER DATABASE")]
    [InlineData("DROP DATABASE shop;", "database")]
    [InlineData("CREATE DATABASE shop;", "--create")]
    [InlineData("DROP TABLE a;", "DROP TABLE")]
    [InlineData("SET standard_conforming_strings = off;", "standard_conforming_strings")]
    [InlineData("SET SESSION AUTHORIZATION evil;", "SESSION AUTHORIZATION")]
    [InlineData("SET search_path = public, pg_catalog;", "schema")]
    [InlineData("SET client_encoding = 'LATIN1';", "UTF-8")]
    [InlineData("INSERT INTO public.a VALUES (pg_read_file('/etc/passwd'));", "--inserts")]
    [InlineData("SELECT pg_catalog.lo_create('1');", "large objects")]
    [InlineData("CREATE TABLE b (a text DEFAULT 'x\0y');", "NUL")]
    [InlineData("CREATE TABLE b (a text DEFAULT 'x", "does not end")]
    public void What_pg_dump_does_not_write_is_refused_before_anything_runs(string hostile, string why)
    {
        string path = Plain($"CREATE TABLE public.a (id integer);\nCOPY public.a (id) FROM stdin;\n1\n\\.\n{hostile}\n");

        DataOpsException refused = Assert.Throws<DataOpsException>(() => Test(path));

        Assert.True(refused.Id is "InvalidBackup" or "InvalidSqlScript", refused.Id);
        Assert.Contains(why, refused.Message + refused.Advice, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CREATE TABLE public.a (id integer);\n", "schema-only")]
    [InlineData("COPY public.a (id) FROM stdin;\n1\n\\.\n", "data-only")]
    public void Half_of_a_dump_is_refused(string half, string why) => Assert.Contains(
        why, Assert.Throws<DataOpsException>(() => Test(Plain(half))).Advice, StringComparison.Ordinal);

    [Fact]
    public void A_tar_that_was_cut_off_is_refused_and_not_read_for_ever()
    {
        using TestDatabase site = server.Blank();
        site.Execute("create table kept (id int); insert into kept select generate_series(1, 500)");
        byte[] whole = File.ReadAllBytes(_files.Dump(site, "-Ft"));
        string path = _files.New();
        for (int left = 700; left < whole.Length; left += whole.Length / 9)
        {
            File.WriteAllBytes(path, whole[..left]);
            using CancellationTokenSource hangs = new(TimeSpan.FromMinutes(1));
            Assert.Equal("InvalidBackup", BackupFiles.Fails(() => _ = new TestBackup().Run(
                new() { BackupFile = [path] }, new() { Cancellation = hangs.Token }).Last()));
        }
    }

    [Fact]
    public void Of_a_whole_server_or_compressed_twice_it_is_refused_with_advice()
    {
        string all = _files.New();
        File.WriteAllText(all, "--\n-- PostgreSQL database cluster dump\n--\n");
        string twice = _files.New();
        File.WriteAllText(twice, "PGDMP\u0001\u000e");
        string later = _files.New();
        File.WriteAllText(later, "PGDMP\u0001\u0063\0");

        Assert.Contains("pg_dumpall", Assert.Throws<DataOpsException>(() => Test(all)).Message, StringComparison.Ordinal);
        Assert.Contains("compressed once more", Assert.Throws<DataOpsException>(() => Test(_files.Packed(twice))).Message, StringComparison.Ordinal);
        Assert.Contains("1.99", Assert.Throws<DataOpsException>(() => Test(later)).Message, StringComparison.Ordinal);
        Assert.Equal("PgRestoreNotFound", BackupFiles.Fails(() => _ = new TestBackup().Run(
            new() { BackupFile = [twice], ProgramFolder = _files.Folder }, new()).ToArray()));
    }

    private static BackupTest Test(string path) => new TestBackup().Run(new() { BackupFile = [path] }, new()).Single();

    private string Plain(string body)
    {
        string path = _files.New();
        File.WriteAllText(path, $"--\n-- PostgreSQL database dump\n--\n{body}\n--\n-- PostgreSQL database dump complete\n--\n");
        return path;
    }
}
