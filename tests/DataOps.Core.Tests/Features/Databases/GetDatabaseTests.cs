using DataOps.Core.Features.Databases;
using Npgsql;
using TestDatabase = DataOps.Core.Tests.Support.Servers.TestDatabase;

namespace DataOps.Core.Tests.Features.Databases;

/// <summary>Every database of a server: which are Django's, and which refuse.</summary>
public sealed class GetDatabaseTests(PostgresServer server)
{
    // Each costs a fifth of a second to make, to read and to drop.
    private static readonly int s_sites = Rounds.Of(1) > 1 ? 40 : 12;

    private const string Site = """
        create table django_content_type (id int primary key, app_label varchar(100), model varchar(100));
        create table django_migrations (id bigint primary key, app varchar(255), name varchar(255), applied timestamptz);
        insert into django_migrations values
          (1, 'contenttypes', '0002_remove_content_type_name', now()),
          (2, 'auth', '0012_alter_user_first_name_max_length', now()),
          (3, 'wagtailcore', '0094_alter_page_locale', now());
        """;

    [Fact]
    public void All_but_three_of_many_answer_and_the_three_that_refuse_are_an_error_each()
    {
        using TestDatabase site = server.Blank();
        string role = $"chain_{Guid.NewGuid():N}"[..20];
        string[] names = [.. Enumerable.Range(1, s_sites).Select(i => $"{role}_{i:00}")];
        site.Execute($"{Site}; create role {role} login; grant select on all tables in schema public to {role}");
        NpgsqlConnection.ClearAllPools();
        using TestDatabase desk = server.Blank();
        try
        {
            foreach (string name in names)
                desk.Execute($"create database {name} template {site.Name}");
            desk.Execute($"revoke connect on database {names[3]} from public");
            desk.Execute($"alter database {names[7]} allow_connections false");
            In(desk, names[10], "revoke select on django_migrations, django_content_type from "
                + $"{role}; alter table django_content_type owner to postgres");
            using Session session = Session.Open(ConnectionSettings.Parse(desk.Uri.Replace(
                "postgres@", $"{role}@", StringComparison.Ordinal)), "Test");
            List<DataOpsException> failures = [];

            DatabaseInfo[] found = [.. new GetDatabase().Run(
                session, new() { All = true, Name = [$"{role}_*"] }, new() { NotFound = failures.Add })];

            string[] broken = [names[3], names[7], names[10]];
            Assert.Equal(names.Except(broken), found.Select(f => f.Database));
            Assert.All(found, f => Assert.Equal(
                ("0012_alter_user_first_name_max_length", "3.1 or later", "0094_alter_page_locale", "6.2 to 7.0"),
                (f.Django, f.DjangoVersion, f.Wagtail, f.WagtailVersion)));
            Assert.Equal(broken.Select(b => $"{b} on {session.Server}"), failures.Select(f => (string)f.Target!));
            Assert.All(failures, f => Assert.StartsWith($"{f.Target}: ", f.Message, StringComparison.Ordinal));
            Assert.Equal(ErrorIds.UnknownDatabase, Assert.Throws<DataOpsException>(() => new GetDatabase().Run(
                session, new() { All = true, Name = ["no_such"] }, new()).Count()).Id);
        }
        finally
        {
            foreach (string name in names)
                desk.Execute($"drop database if exists {name} with (force)");
            site.Execute($"drop owned by {role}");
            desk.Execute($"drop role {role}");
        }
    }

    [Fact]
    public void A_database_with_a_site_a_schema_is_told_schema_by_schema_and_one_of_nobody_is_no_site()
    {
        using TestDatabase tenants = server.Blank();
        tenants.Execute($"create schema acme; set search_path = acme; {Site}");
        tenants.Execute($"create schema zeta; set search_path = zeta; {Site}");
        using TestDatabase plain = server.Blank();

        DatabaseInfo[] found = [.. new GetDatabase().Run(
            plain.Session, new() { All = true, Name = [tenants.Name, plain.Name] }, new())];

        Assert.Equal(
            [("acme", "3.1 or later"), ("zeta", "3.1 or later")],
            found.Where(f => f.Database == tenants.Name).Select(f => (f.Schema, f.DjangoVersion)));
        DatabaseInfo other = found.Single(f => f.Database == plain.Name);
        Assert.Equal((null, null, null), (other.Schema, other.Django, other.Wagtail));
        Assert.DoesNotContain("assword", other.ToString(), StringComparison.Ordinal);
        Assert.Equal(plain.Name, other.ToSettings()!.Database);
    }

    private static void In(TestDatabase desk, string database, string sql)
    {
        using NpgsqlConnection connection = new(new NpgsqlConnectionStringBuilder(desk.ConnectionString)
            { Database = database, Pooling = false }.ConnectionString);
        connection.Open();
        using NpgsqlCommand command = new(sql, connection);
        command.ExecuteNonQuery();
    }
}
