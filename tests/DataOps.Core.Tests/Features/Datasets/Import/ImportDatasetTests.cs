using DataOps.Core.Features.Datasets.Export;
using DataOps.Core.Features.Datasets.Import;

namespace DataOps.Core.Tests.Features.Datasets.Import;

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
        Assert.False(Load(
            site, _files.Json(
                """[{"model": "auth.group", "pk": 5000, "fields": {"name": "Five thousand"}}]""")).Changed);
        Assert.Equal(5002, site.Scalar<int>("insert into auth_group (name) values ('after') returning id"));
    }

    [Fact]
    public void A_field_that_the_file_lacks_is_kept_in_a_row_that_is_there_and_takes_the_default_in_a_new_one()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        site.Execute(
            "alter table auth_group add column note text not null default 'none'; update auth_group set note = " +
                "'kept'; insert into auth_group (id, name, note) values (77, 'Old', 'kept')");

        ImportResult result = Load(site, _files.Json("""
            [{"model": "auth.group", "pk": 77, "fields": {"name": "New"}}, {"model": "auth.group", "pk": 78, "fields": {"name": "Newest"}},
             {"model": "auth.group", "pk": 79, "fields": {"note": "said", "name": "Last"}}]
            """));

        Assert.Equal((2L, 1L), (result.Inserted, result.Updated));
        Assert.Equal(["New kept", "Newest none", "Last said"],
            site.Column("select name || ' ' || note from auth_group where id >= 77 order by id"));
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
            """), trust: true);

        Assert.Equal(
            (1L, 5L, 3L, true), (result.ManyToManyAdded, result.ManyToManyRemoved, result.Unchanged, result.Changed));
        Assert.Equal(
            [$"91 {permissions[0]}", $"91 {permissions[3]}", .. permissions.Take(3).Select(p => "93 " + p)],
            site.Column(
                "select group_id || ' ' || permission_id from auth_group_permissions order by group_id, permission_id"));
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

        site.Execute(
            "create table if not exists django_site (id int primary key generated by default as identity, domain " +
                "varchar(100) not null, name varchar(50) not null)");
        ImportResult result = Load(site, _files.Gzip("\uFEFF" + string.Join("\r\n\r\n", lines)));

        Assert.Equal((1000L, 1000L, 2), (result.Objects, result.Inserted, result.Models));
        Assert.Equal("Gé1499\n\t\\", site.Scalar<string>("select name from auth_group where id = 1499"));
        Assert.Equal(
            500L, site.Scalar<long>("select count(*) from django_site where domain = 'd' || id and name = 'é'"));
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
            ["NaN, -Infinity \" Infinity NaN", "b -Infinity", "c Infinity"],
            site.Column("select name || ' ' || score from auth_group where id > 80 order by id"));
    }

    [Fact]
    public void A_new_row_can_take_the_unique_value_that_an_updated_one_gives_up()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        string name = site.Scalar<string>("select name from auth_group where id = 1");

        ImportResult result = Load(site, _files.Lines(
            $$$$"""{"model": "auth.group", "pk": 90, "fields": {"name": "{{{{name}}}}"}}""",
            """{"model": "auth.group", "pk": 1, "fields": {"name": "Renamed"}}"""));

        Assert.Equal((1L, 1L), (result.Inserted, result.Updated));
    }

    [Fact]
    public void References_that_cannot_be_deferred_are_met_whatever_the_order_of_the_file()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        site.Execute("""
            create table news_b (id int primary key generated always as identity, up_id int references news_b, double int generated always as (id * 2) stored);
            create table news_a (id uuid primary key, b_id int not null references news_b)
            """);
        string file = _files.Lines(
            """{"model": "news.a", "pk": "0d6f1f64-7c5d-4d9b-9a55-8b0a00000001", "fields": {"b": 1}}""",
            """{"model": "news.b", "pk": 1, "fields": {"up": 2, "double": 77}}""",
            """{"model": "news.b", "pk": 2, "fields": {"up": null, "double": 77}}""");

        Assert.Equal(3L, Load(site, file).Inserted);
        Assert.False(Load(site, file).Changed);
        Assert.Equal(["1 2 2", "2  4"],
            site.Column("select concat_ws(' ', id, coalesce(up_id::text, ''), double) from news_b order by id"));
        Assert.Equal(3, site.Scalar<int>("insert into news_b default values returning id"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Random_rows_of_many_types_come_back_as_they_were_exported(int seed)
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        site.Execute($$$"""
            select setseed(0.{{{seed}}});
            insert into django_content_type (app_label, model) values ('news', 'mixed');
            create table news_mixed (
              id bigint primary key generated by default as identity, t text, v varchar(200), i int, n numeric, d numeric(12, 3), f double precision, b boolean, at timestamptz,
              local timestamp, day date, clock time, span interval, u uuid, bin bytea, j jsonb, ints int[], net inet, r int4range, old json);
            insert into news_mixed (id, t, v, i, n, d, f, b, at, local, day, clock, span, u, bin, j, ints, net, r, old)
            select g, case when x < 0.1 then null when x < 0.2 then '' else repeat(E'a\t\\n"\r\n\\é😀', (x * 20)::int) end, md5(x::text), ((x - 0.5) * 4e9)::int, (x * 1e6)::numeric, x * 1e6,
              case when x < 0.1 then 'NaN' when x < 0.2 then '-Infinity' else exp(x * 100 - 50) end, x < 0.5, date_trunc('milliseconds', timestamptz '2000-01-01' + (x - 0.5) * interval '90 years'),
              date_trunc('milliseconds', timestamp '2000-01-01' + x * interval '9 years'), date '2000-01-01' + (x * 9999)::int, date_trunc('milliseconds', x * interval '23 hours')::time,
              date_trunc('microseconds', (x - 0.5) * interval '99 hours'), md5(x::text)::uuid, decode(md5(x::text), 'hex'), jsonb_build_object('k', x, 'é', array[null, 'NaN']), array[g, null, 5],
              '10.0.0.1', int4range(g, null), '{"b": 1, "a": [1, 2]}'
            from (select g, random() as x from generate_series(1, 400) g) r;
            update news_mixed set t = repeat('0123456789', 300000) where id = 200;
            """);
        string file = _files.Path("mixed.jsonl.gz");
        site.Run(new ExportDataset(), new ExportDatasetOptions { Path = file, Model = ["news.mixed"] });
        string Content() => site.Digest()["public.news_mixed"];
        string before = Content();

        Assert.Equal(0L, Load(site, file).WouldChange);
        site.Execute("delete from news_mixed where id % 4 = 0; update news_mixed set i = 7, j = null where id % 4 = 1");
        ImportResult result = Load(site, file);

        Assert.Equal((100L, 100L, 200L), (result.Inserted, result.Updated, result.Unchanged));
        Assert.Equal(before, Content());
    }

    [Fact]
    public void Cancelling_half_way_leaves_the_database_as_it_was()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        IReadOnlyDictionary<string, string> before = site.Digest();
        string file =
            _files.Json("[" +
                string.Join(",\n",
                Enumerable.Range(1000, 5000).Select(
                    i => $$$$"""{"model": "auth.group", "pk": {{{{i}}}}, "fields": {"name": "g{{{{i}}}}"}}""")) + "]");
        using CancellationTokenSource stop = new();
        OperationContext context =
            new() { Cancellation = stop.Token, Progress = new StopAt("Checking constraints", stop) };

        Assert.ThrowsAny<OperationCanceledException>(
            () => site.Run(new ImportDataset(), new ImportDatasetOptions { Path = file, NoUndo = true }, context));

        Assert.Equal(before, site.Digest());
        Assert.Equal(5000L, Load(site, file).Inserted);
    }

    [Fact]
    public void The_commands_that_are_due_afterwards_are_named()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        List<string> warnings = [];
        string file = _files.Json("""[{"model": "auth.group", "pk": 5000, "fields": {"name": "x"}}]""");

        site.Run(new ImportDataset(), new ImportDatasetOptions { Path = file, NoUndo = true },
            new OperationContext { Warning = warnings.Add });
        Assert.Contains("update_index", Assert.Single(warnings));

        site.Run(new ImportDataset(), new ImportDatasetOptions { Path = file, NoUndo = true },
            new OperationContext { Warning = warnings.Add });
        Assert.Single(warnings);
    }

    private static ImportResult Load(
        TestDatabase database, string path, bool whatIf = false, bool trust = false) => Assert.Single(database.Run(
            new ImportDataset(),
            new() { Path = path, WhatIf = whatIf, NoUndo = true, TrustContentTypes = trust }).OfType<ImportResult>());

    // Django cuts times to milliseconds, and the rows of a many-to-many list get keys of their own.
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
            rows[(string)table[0]!] =
                database.Scalar<string>(
                $"select coalesce(string_agg(r::text, E'\n' order by r::text collate \"C\"), '') from (select " +
                    $"{table[1]} from \"{table[0]}\") r");
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
