using DataOps.Core.Features.Sites.Environments;
using DataOps.Core.Kernel;

namespace DataOps.Core.Tests.Features.Sites;

public sealed class SwitchEnvironmentTests(PostgresServer server) : IDisposable
{
    private const string Local = """
        {
          // A copy on a developer's machine.
          "sites": [ { "site": "lantern-quay.example", "hostName": "localhost", "port": 8000 } ],
          "addresses": [
            { "columns": [ "auth.user.email", "*.?o_address" ], "address": "user{pk}@example.invalid",
              "keep": [ "INEZ@*.example" ] },
          ],
          "unsetSchedules": true,
          "sql": [ "update public.auth_group set name = name || ' (copy)' where id = 1; create table made (id int)" ]
        }
        """;

    private readonly ChangeFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void A_copy_neither_answers_nor_mails_nor_publishes_as_production_and_undoing_brings_the_rows_back()
    {
        using TestDatabase site = Scheduled();
        IReadOnlyDictionary<string, string> before = site.Digest();
        List<string> warnings = [];

        (EnvironmentStep[] planned, EnvironmentResult plan) = Switch(site, Local, new() { WhatIf = true });
        Assert.Equal(before, site.Digest());
        Assert.Equal((false, 0L), (plan.Changed, plan.Count));
        string undo = _files.New();
        (EnvironmentStep[] steps, EnvironmentResult done) = Switch(site, Local, new() { UndoPath = undo }, warnings.Add);

        Assert.Equal(planned, steps);
        Assert.Equal((true, plan.WouldChange, undo), (done.Changed, done.Count, done.UndoPath));
        Assert.Equal((1L, 5L, 4L, 2), (done.Sites, done.Addresses, done.Schedules, done.Statements));
        Assert.Equal(["localhost:8000"], site.Column("select hostname || ':' || port from wagtailcore_site"));
        Assert.Equal(["user1@example.invalid", "inez@lantern-quay.example", "user3@example.invalid", "user4@example.invalid"],
            site.Column("select email from auth_user order by id"));
        string page = site.Column("select page_ptr_id from contact_formpage")[0]!;
        Assert.Equal([$"user{page}@example.invalid", $"user{page}@example.invalid"], site.Column($"""
            select to_address from contact_formpage union all
            select content ->> 'to_address' from wagtailcore_revision where content ? 'to_address'
            """));
        // What publish_scheduled of Wagtail reads.
        Assert.Equal(0L, site.Scalar<long>("""
            select (select count(*) from wagtailcore_page where expire_at is not null or go_live_at is not null)
              + (select count(*) from people_person where expire_at is not null)
              + (select count(*) from wagtailcore_revision where approved_go_live_at is not null)
            """));
        Assert.Equal(1L, site.Scalar<long>("select count(*) from auth_group where name like '% (copy)'"));
        Assert.Contains(warnings, w => w.Contains("events_booking.email", StringComparison.Ordinal)
            || w.Contains("booking.email", StringComparison.Ordinal));
        Assert.DoesNotContain(warnings, w => w.Contains('@') || w.Contains("site localhost", StringComparison.Ordinal));
        ChangeFiles.Undo(site, undo);
        site.Execute("drop table made; update auth_group set name = replace(name, ' (copy)', '')");
        Assert.Equal(before, site.Digest());
    }

    [Fact]
    public void Any_number_of_columns_is_changed_at_once_in_their_revisions_too()
    {
        using TestDatabase site = Scheduled();
        string[] names = [.. Enumerable.Range(0, 30).Select(i => $"mail{i}")];
        site.Execute($"""
            alter table contact_formpage {string.Join(", ", names.Select(n => $"add {n} text default 'inez@quay.example'"))};
            update wagtailcore_revision set content = content
              || jsonb_build_object({string.Join(", ", names.Select(n => $"'{n}', 'inez@quay.example'"))})
            where content ? 'to_address'
            """);

        Switch(site, """
            { "addresses": [ { "columns": [ "contact.formpage.mail*" ], "address": "user{pk}@example.invalid" } ] }
            """, new() { NoUndo = true });

        Assert.Equal(0L, site.Scalar<long>("select count(*) from contact_formpage f where f::text like '%inez@quay%'"));
        Assert.Equal(30L, site.Scalar<long>("""
            select count(*) from wagtailcore_revision, jsonb_each_text(content) e
            where content ? 'to_address' and e.value like 'user%@example.invalid'
            """));
    }

    [Fact]
    public void The_second_run_changes_nothing_and_what_is_not_there_is_refused_with_all_taken_back()
    {
        using TestDatabase site = Scheduled();
        string rows = Local.Replace("\"sql\"", "\"$schema\": \"\", \"sql\"", StringComparison.Ordinal);
        rows = string.Concat(rows.AsSpan(0, rows.IndexOf("\"$schema\"", StringComparison.Ordinal)), "}");
        Assert.True(Switch(site, rows, new() { NoUndo = true }).Result.Changed);
        IReadOnlyDictionary<string, string> before = site.Digest();

        Assert.False(Switch(site, rows, new() { NoUndo = true }).Result.Changed);
        (string Definition, string Id)[] refused =
        [
            ("""{"sites": {"site": "nowhere.example", "hostName": "elsewhere.example"}}""", "UnknownSite"),
            ("""{"sites": {"port": 70000}}""", "InvalidDefinition"),
            ("""{"sites": {"site": "localhost"}}""", "InvalidDefinition"),
            ("""{"site": {"port": 1}}""", "InvalidDefinition"),
            ("""{"addresses": {"columns": "auth.user.mail", "address": "x@example.invalid"}}""", "UnknownField"),
            ("""{"addresses": {"columns": "auth.user.is_staff", "address": "x@example.invalid"}}""", "UnknownField"),
            ("""{"addresses": {"columns": "auth.user.email", "address": "{id}@example.invalid"}}""", "InvalidDefinition"),
            ("""{"sites": {"port": 9}, "sql": ["delete from public.auth_group", "commit"]}""", "InvalidSql"),
            ("""{"sites": {"port": 9}, "sql": ["\\! rm -rf /"]}""", "InvalidSqlScript"),
            ("""{"sites": {"port": 9}, "sql": ["delete from public.auth_user where id = 1"]}""", "Postgres.23503"),
            ("""{"sites": {"port": 9}, "sql": ["select 1 / 0"]}""", "Postgres.22012"),
            ("{}", "InvalidDefinition"), ("nowhere.json", "FileNotFound"),
        ];
        foreach ((string definition, string id) in refused)
            Assert.Equal((id, definition), (Assert.Throws<DataOpsException>(
                () => Switch(site, definition, new() { NoUndo = true })).Id, definition));

        Assert.Equal(before, site.Digest());
    }

    [Theory]
    [InlineData(Site.Bakery, Traits = ["Day", "1"])]
    [InlineData(Site.Sample, Traits = ["Day", "0"])]
    public void The_definition_that_is_written_for_a_site_leaves_it_nothing_of_production(Site kind)
    {
        using TestDatabase site = server.CopyOf(kind);
        string path = Path.Combine(_files.Folder, "local.json");
        List<string> warnings = [];

        EnvironmentDefinitionFile file = site.Run(new NewEnvironmentDefinition(), new() { Path = path })[0];
        EnvironmentResult done = Switch(site, path, new() { NoUndo = true }, warnings.Add).Result;

        Assert.Equal((1, true), (file.Sites, file.Columns > 0));
        Assert.DoesNotContain("@lantern", File.ReadAllText(path), StringComparison.Ordinal);
        Assert.True(done is { Changed: true, Addresses: > 3, Sites: 1, Statements: 0 }, $"{done}");
        Assert.DoesNotContain(warnings, w => w.StartsWith("The definition", StringComparison.Ordinal)
            && !w.Contains("@example.invalid", StringComparison.Ordinal));
        Assert.Equal("FileExists", Assert.Throws<DataOpsException>(
            () => site.Run(new NewEnvironmentDefinition(), new() { Path = path })).Id);
    }

    private TestDatabase Scheduled()
    {
        TestDatabase site = server.CopyOf(Site.Sample);
        site.Execute("""
            update wagtailcore_page set expire_at = '2030-01-01Z', go_live_at = '2020-01-01Z' where id = 5;
            update people_person set expire_at = '2030-01-01Z' where id = (select min(id) from people_person);
            update wagtailcore_revision set approved_go_live_at = '2030-01-01Z' where id = 1;
            update wagtailcore_revision r set content = r.content || '{"to_address": "desk@lantern-quay.example"}'
            from contact_formpage p where r.object_id = p.page_ptr_id::text and r.id < 100
            """);
        return site;
    }

    private static (EnvironmentStep[] Steps, EnvironmentResult Result) Switch(
        TestDatabase site, string definition, SwitchEnvironmentOptions options, Action<string>? warn = null)
    {
        IReadOnlyList<IChangeResult> told = site.Run(
            new SwitchEnvironment(), options with { Environment = definition }, new() { Warning = warn });
        return ([.. told.OfType<EnvironmentStep>()], Assert.IsType<EnvironmentResult>(told[^1]));
    }
}
