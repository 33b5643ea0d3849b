using DataOps.Core.Datasets;
using DataOps.Core.Tests.Servers;

namespace DataOps.Core.Tests.Datasets;

public sealed class ImportDatasetTests(PostgresServer server) : IDisposable
{
    private readonly ImportFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void A_dump_of_the_bakery_fills_an_empty_schema_with_the_same_rows_and_a_second_load_changes_nothing()
    {
        string dump = Repository.SharedData("bakery.dumpdata.json.gz");
        using TestDatabase bakery = server.CopyOf(Site.Bakery);
        using TestDatabase empty = server.CopyOf(Site.BakeryEmpty);

        ImportResult plan = Load(empty, dump, whatIf: true);
        Assert.Equal((false, 0L), (plan.Changed, plan.Count));
        Assert.All(empty.Digest().Values, v => Assert.Equal("0:0", v));

        ImportResult first = Load(empty, dump);
        Assert.Equal((1209L, 1209L, 0L, 0L), (first.Objects, first.Inserted, first.Updated, first.Unchanged));
        Assert.Equal((true, first.WouldChange, plan.WouldChange), (first.Changed, first.Count, first.Count));
        Assert.True(first.ManyToManyAdded > 0);
        Assert.Equal(Rows(bakery), Rows(empty));

        IReadOnlyDictionary<string, string> before = empty.Digest();
        ImportResult second = Load(empty, dump);
        Assert.Equal((false, 0L, 0L, 1209L), (second.Changed, second.Count, second.WouldChange, second.Unchanged));
        Assert.Equal(before, empty.Digest());
    }

    [Fact]
    public void A_dump_loaded_over_its_own_source_keeps_even_the_microseconds_that_Django_cut_off()
    {
        string dump = Repository.SharedData("bakery.dumpdata.json.gz");
        using TestDatabase bakery = server.CopyOf(Site.Bakery);
        IReadOnlyDictionary<string, string> before = bakery.Digest();

        ImportResult result = Load(bakery, dump);

        Assert.Equal((false, 0L), (result.Changed, result.WouldChange));
        Assert.Equal(before, bakery.Digest());
    }

    [Fact]
    public void Every_sequence_gives_out_a_free_key_after_the_load()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        Load(site, _files.Json("""[{"model": "auth.group", "pk": 5000, "fields": {"name": "Five thousand"}}]"""));

        Assert.Equal(5001, site.Scalar<int>("insert into auth_group (name) values ('next') returning id"));
        Assert.False(Load(site, _files.Json("""[{"model": "auth.group", "pk": 5000, "fields": {"name": "Five thousand"}}]""")).Changed);
        Assert.Equal(5002, site.Scalar<int>("insert into auth_group (name) values ('after') returning id"));
    }

    [Fact]
    public void A_field_that_the_file_lacks_is_kept_in_a_row_that_is_there_and_takes_the_default_in_a_new_one()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        site.Execute("alter table auth_group add column note text not null default 'none'; update auth_group set note = 'kept'; insert into auth_group (id, name, note) values (77, 'Old', 'kept')");

        ImportResult result = Load(site, _files.Json("""
            [{"model": "auth.group", "pk": 77, "fields": {"name": "New"}}, {"model": "auth.group", "pk": 78, "fields": {"name": "Newest"}},
             {"model": "auth.group", "pk": 79, "fields": {"note": "said", "name": "Last"}}]
            """));

        Assert.Equal((2L, 1L), (result.Inserted, result.Updated));
        Assert.Equal(["New kept", "Newest none", "Last said"], site.Column("select name || ' ' || note from auth_group where id >= 77 order by id"));
    }

    [Fact]
    public void Many_to_many_lists_are_made_equal_and_those_not_in_the_file_are_left_alone()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        site.Execute("""
            delete from auth_group_permissions;
            insert into auth_group (id, name) values (91, 'A'), (92, 'B'), (93, 'C');
            insert into auth_group_permissions (group_id, permission_id)
              select g, p from unnest(array[91, 92, 93]) g, (select id as p from auth_permission order by id limit 3) x
            """);
        IReadOnlyList<string?> permissions = site.Column("select id from auth_permission order by id limit 4");

        ImportResult result = Load(site, _files.Json($$$"""
            [{"model": "auth.group", "pk": 91, "fields": {"name": "A", "permissions": [{{{permissions[3]}}}, {{{permissions[0]}}}, {{{permissions[0]}}}]}},
             {"model": "auth.group", "pk": 92, "fields": {"name": "B", "permissions": []}}, {"model": "auth.group", "pk": 93, "fields": {"name": "C"}}]
            """));

        Assert.Equal((1L, 5L, 3L, true), (result.ManyToManyAdded, result.ManyToManyRemoved, result.Unchanged, result.Changed));
        Assert.Equal(
            [$"91 {permissions[0]}", $"91 {permissions[3]}", .. permissions.Take(3).Select(p => "93 " + p)],
            site.Column("select group_id || ' ' || permission_id from auth_group_permissions order by group_id, permission_id"));
    }

    [Fact]
    public void One_object_a_line_in_any_order_of_models_and_keys_is_read_too()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        IEnumerable<string> lines = Enumerable.Range(1000, 500).SelectMany(i => new[]
        {
            $$$$"""{"fields": {"name": "G\u00e9{{{{i}}}}\n\t\\"}, "pk": {{{{i}}}}, "model": "auth.group"}""",
            $$$$"""{"model": "sites.Site", "extra": [{}], "pk": "{{{{i}}}}", "fields": {"domain": "d{{{{i}}}}", "name": "é"}}""",
        });

        site.Execute("create table if not exists django_site (id int primary key generated by default as identity, domain varchar(100) not null, name varchar(50) not null)");
        ImportResult result = Load(site, _files.Gzip("\uFEFF" + string.Join("\r\n\r\n", lines)));

        Assert.Equal((1000L, 1000L, 2), (result.Objects, result.Inserted, result.Models));
        Assert.Equal("Gé1499\n\t\\", site.Scalar<string>("select name from auth_group where id = 1499"));
        Assert.Equal(500L, site.Scalar<long>("select count(*) from django_site where domain = 'd' || id and name = 'é'"));
    }

    [Fact]
    public void The_words_that_Django_writes_for_floats_are_read()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        site.Execute("alter table auth_group add column score double precision");

        Load(site, _files.Json("""
            [{"model": "auth.group", "pk": 81, "fields": {"name": "NaN, -Infinity \" Infinity", "score": NaN}},
             {"model": "auth.group", "pk": 82, "fields": {"name": "b", "score":-Infinity}}, {"model": "auth.group", "pk": 83, "fields": {"name": "c", "score": Infinity}}]
            """));

        Assert.Equal(
            ["NaN, -Infinity \" Infinity NaN", "b -Infinity", "c Infinity"], site.Column("select name || ' ' || score from auth_group where id > 80 order by id"));
    }

    [Fact]
    public void Cancelling_half_way_leaves_the_database_as_it_was()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        IReadOnlyDictionary<string, string> before = site.Digest();
        string file = _files.Json("[" + string.Join(",\n", Enumerable.Range(1000, 5000).Select(i => $$$$"""{"model": "auth.group", "pk": {{{{i}}}}, "fields": {"name": "g{{{{i}}}}"}}""")) + "]");
        using CancellationTokenSource stop = new();
        OperationContext context = new() { Cancellation = stop.Token, Progress = new StopAt("Checking references", stop) };

        Assert.ThrowsAny<OperationCanceledException>(() => site.Run(new ImportDataset(), new ImportDatasetOptions { Path = file }, context));

        Assert.Equal(before, site.Digest());
        Assert.Equal(5000L, Load(site, file).Inserted);
    }

    [Fact]
    public void The_commands_that_are_due_afterwards_are_named()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        List<string> warnings = [];
        string file = _files.Json("""[{"model": "auth.group", "pk": 5000, "fields": {"name": "x"}}]""");

        site.Run(new ImportDataset(), new ImportDatasetOptions { Path = file }, new OperationContext { Warning = warnings.Add });
        Assert.Contains("update_index", Assert.Single(warnings));

        site.Run(new ImportDataset(), new ImportDatasetOptions { Path = file }, new OperationContext { Warning = warnings.Add });
        Assert.Single(warnings);
    }

    private static ImportResult Load(TestDatabase database, string path, bool whatIf = false) =>
        Assert.Single(database.Run(new ImportDataset(), new ImportDatasetOptions { Path = path, WhatIf = whatIf }));

    // Django cuts times to milliseconds, join rows get keys of their own, and NULL in a file field comes back as ''.
    private static SortedDictionary<string, string> Rows(TestDatabase database)
    {
        SortedDictionary<string, string> rows = new(StringComparer.Ordinal);
        foreach (object?[] table in database.Rows(
            """
            select c.relname::text, string_agg(case
              when format_type(a.atttypid, null) like 'timestamp%' then format('date_trunc(''milliseconds'', %I)', attname)
              else format('%I', attname) end, ', ' order by attnum)
            from pg_class c join pg_attribute a on a.attrelid = c.oid and attnum > 0 and not attisdropped and not attgenerated <> ''
            where relkind = 'r' and relnamespace = 'public'::regnamespace and relname <> 'django_migrations'
              and not (attname = 'id' and not exists (select 1 from django_content_type t where c.relname in (t.app_label || '_' || t.model, 'django_' || t.model, 'django_admin_log')))
            group by 1
            """))
            rows[(string)table[0]!] = database.Scalar<string>($"select coalesce(string_agg(r::text, E'\n' order by r::text collate \"C\"), '') from (select {table[1]} from \"{table[0]}\") r");
        return rows;
    }

    private sealed class StopAt(string activity, CancellationTokenSource stop) : IProgress<OperationProgress>
    {
        public void Report(OperationProgress value)
        {
            if (value.Activity == activity)
                stop.Cancel();
        }
    }
}
