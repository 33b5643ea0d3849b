using DataOps.Core.Features.Datasets.Import;
using DataOps.Core.Features.Orphans;
using DataOps.Core.Features.Schema;
using AuditOfAll = DataOps.Core.Features.Audits.TestDatabase;
using TestDatabase = DataOps.Core.Tests.Support.Servers.TestDatabase;

namespace DataOps.Core.Tests.Features.Schema;

/// <summary>Sites whose AUTH_USER_MODEL was switched when auth_user had rows already.</summary>
public sealed class SwitchedUserModelTests(PostgresServer server) : IDisposable
{
    private readonly ImportFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Each_foreign_key_to_the_old_users_is_named_and_moved_by_the_remedy()
    {
        using TestDatabase site = Make();

        Finding[] found = Find(site);

        Assert.Equal(
            [
                "lend_loan reader_id Warning: reader_id is bound to auth_user, though staff.user has all users of it "
                    + "and is the user model now: 2 of its 4 users are not in auth_user, and no row of theirs can be written",
            ],
            found.Select(f => $"{f.Table} {f.Column} {f.Severity}: {f.Problem}"));
        site.Execute(found[0].Remedy!);
        Assert.Empty(Find(site));
        site.Execute("insert into lend_loan values (9, 4)");
    }

    [Fact]
    public void What_the_rows_do_not_bear_out_is_no_switched_model()
    {
        using TestDatabase site = Make();

        // Nothing tells which is in use.
        site.Execute("delete from staff_user where id > 2");
        Assert.Equal([Severity.Expected], Find(site).Select(f => f.Severity));
        // Another name, a user who is only in the old table, nobody in the old one.
        site.Execute("update staff_user set username = 'Ben' where id = 2");
        Assert.Empty(Find(site));
        site.Execute("delete from staff_user where id = 2");
        Assert.Empty(Find(site));
        site.Execute("delete from lend_loan; delete from auth_user_groups; delete from auth_user");
        Assert.Empty(Find(site));
    }

    [Fact]
    public void What_refers_to_users_by_name_refers_to_the_new_ones()
    {
        using TestDatabase site = Make();

        Assert.Equal(["authtoken_token k3 99 staff_user", "lend_note 3 98 staff_user"],
            site.Run(new FindOrphan(), new()).Select(f => $"{f.Table} {f.Key} {f.Value} {f.References}"));
    }

    [Fact]
    public void A_load_says_why_a_new_user_cannot_be_referred_to()
    {
        using TestDatabase site = Make();
        string file = _files.Json("""[{"model": "lend.loan", "pk": 9, "fields": {"reader": 4}}]""");

        DataOpsException refused = Assert.ThrowsAny<DataOpsException>(
            () => site.Run(new ImportDataset(), new() { Path = file, NoUndo = true }));

        Assert.Equal("MissingReferences", refused.Id);
        Assert.Contains("-> auth.user 4, not in the database", refused.Message, StringComparison.Ordinal);
        Assert.StartsWith("staff.user is the user model now, but foreign keys still lead to auth.user", refused.Advice,
            StringComparison.Ordinal);
    }

    private TestDatabase Make() =>
        server.Django("auth.user auth.group staff.user lend.loan lend.note authtoken.token", """
            create table auth_user (id int primary key, password text, last_login date, username text unique);
            create table auth_group (id int primary key, name text unique);
            create table auth_user_groups (
              id serial primary key, user_id int references auth_user, group_id int references auth_group);
            create table staff_user (like auth_user including all);
            create table lend_loan (id int primary key, reader_id int constraint loan_reader references auth_user);
            create table lend_note (id int primary key, user_id int);
            create index lend_note_user_id_0a1b2c3d on lend_note (user_id);
            create table authtoken_token (key text primary key, user_id int not null unique);
            insert into auth_user values (1, '!', null, 'ada'), (2, '!', null, 'ben');
            insert into staff_user select * from auth_user;
            insert into staff_user values (3, '!', null, 'cy'), (4, '!', null, 'di');
            insert into auth_group values (1, 'Readers');
            insert into auth_user_groups (user_id, group_id) values (1, 1);
            insert into lend_loan values (1, 1), (2, null);
            insert into lend_note values (1, 4), (2, null), (3, 98);
            insert into authtoken_token values ('k1', 1), ('k2', 4), ('k3', 99);
            """);

    private static Finding[] Find(TestDatabase site) =>
        [.. site.Run(new AuditOfAll(), new() { Audit = [Audit.Schema], Severity = Severity.Expected })];
}
