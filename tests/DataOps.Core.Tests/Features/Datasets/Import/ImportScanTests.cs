using System.Diagnostics;
using System.Text.RegularExpressions;
using DataOps.Core.Features.Datasets.Export;
using DataOps.Core.Features.Datasets.Import;
using DataOps.Core.Features.Orphans;
using DataOps.Core.Features.Undo;
using DataOps.Core.Files;

namespace DataOps.Core.Tests.Features.Datasets.Import;

/// <summary>
/// A load of one section of a site, deletions included, finds its rows by their indexes and reads nothing else of the
/// tables.
/// </summary>
public sealed partial class ImportScanTests : IDisposable
{
    private const int Sections = 60;
    private const int Pages = 200;

    private readonly ImportFiles _files = new();
    private TestDatabase _site;

    public ImportScanTests(PostgresServer server) => _site = server.CopyOf(Site.Sample);

    public void Dispose()
    {
        _site.Dispose();
        _files.Dispose();
    }

    [Theory]
    [InlineData("C")]
    [InlineData("en-x-icu")]
    public void A_section_with_deletions_is_loaded_without_reading_the_rest(string collation)
    {
        bool isKnown = _site.Scalar<bool>($"select exists (select from pg_collation where collname = '{collation}')");
        Assert.SkipUnless(isKnown, $"The server has no collation {collation}.");
        _site.Execute($"""alter table wagtailcore_page alter path type varchar(255) collate "{collation}" """);
        Fill(1, Sections, 0, Pages);
        string file = Export();
        // Ten pages too many, three too few, five that differ.
        Fill(1, 1, Pages + 1, Pages + 10);
        Remove(1, 3);
        _site.Execute("update wagtailcore_page set title = title || '!' where id between 101010 and 101014");
        _site.Execute("vacuum analyze");

        string undo = _files.Path("section.undo");
        ImportResult result = Load(new() { Path = file, UndoPath = undo });
        Assert.Equal((3 * 4, 5, 10 * 8), (result.Inserted, result.Updated, result.Deleted));
        Assert.Empty(Scanned());
        Assert.Empty(ReadMoreThanOnce());

        Assert.False(Load(new() { Path = file, NoUndo = true }).Changed);
        Assert.Empty(Scanned());

        Counted(s => new UndoChange().Run(s, new() { Path = undo, NoUndo = true }, new()).Last());
        Assert.Empty(Scanned());
    }

    [Fact]
    public void New_pages_with_a_slug_that_many_others_have_are_compared_with_each_of_them_once()
    {
        Fill(1, Sections, 0, Pages);
        _site.Execute("update wagtailcore_page set slug = 'article' where slug like 'article-%'");
        string file = Export();
        Remove(1, Pages);
        _site.Execute("vacuum analyze");

        Assert.Equal(Pages * 4, Load(new() { Path = file, NoUndo = true }).Inserted);
        Assert.Empty(ReadMoreThanOnce());
    }

    // The paths of a large tree mislead the planner: it takes a section for one row, and compares each of its rows with
    // each of the file's.
    [Fact]
    public void However_few_rows_the_planner_expects_none_is_compared_with_all_of_the_file()
    {
        Fill(1, Sections, 0, Pages);
        string file = Export("""
            {"model": "wagtailcore.page", "deleteMissing": true, "filter": {"path__startswith": {"parameter": "path"}}},
            {"model": "news.articlepage", "deleteMissing": true, "filter": {"page_ptr__path__startswith": {"parameter": "path"}}}
            """);
        _site.Execute("vacuum analyze");
        List<string> plans = [];

        using (Session session = _site.Open())
        {
            session.Connection.Notice += (_, e) => plans.Add(e.Notice.MessageText);
            try
            {
                session.Execute("load 'auto_explain'");
            }
            catch (DataOpsException e) when (e.Id == "Postgres.58P01")
            {
                Assert.Skip("The server came without auto_explain.");
            }
            session.Execute("""
                set auto_explain.log_min_duration = 0; set auto_explain.log_analyze = on; set auto_explain.log_level = notice; set client_min_messages = notice;
                set enable_hashjoin = off; set enable_mergejoin = off; set enable_material = off
                """);
            Assert.Equal(0,
                new ImportDataset().Run(session, new() { Path = file, NoUndo = true }, new())
                    .OfType<ImportResult>().Single().Count);
        }

        string[] deletions =
            [.. plans.Where(p => p.Contains("select 'D'", StringComparison.Ordinal)
                && p.Contains("dataops.p0", StringComparison.Ordinal))];
        Assert.Equal(2, deletions.Length);
        Assert.All(deletions,
            p => Assert.All(RowsRemoved().Matches(p), m => Assert.True(long.Parse(m.Groups[1].Value) < 2 * Pages, p)));
    }

    [Theory]
    [InlineData(true, Traits = ["Day", "0"])]
    [InlineData(false, Traits = ["Day", "1"])]
    public void A_load_just_after_a_restore_scans_no_large_table(bool deletes)
    {
        Fill(1, Sections, 0, Pages);
        string specs = """{"model": "wagtailcore.page", "children": true, DELETE"filter": {"path__startswith": {"parameter": "path"}}}""";
        string file = Export(specs.Replace("DELETE", deletes ? "\"deleteMissing\": true, " : ""), 4);
        if (deletes)
            Fill(1, 1, Pages + 1, Pages + 10);
        Remove(1, 3);
        _site.Execute("update wagtailcore_page set title = title || '!' where id between 101010 and 101014");
        Restore();
        ImportDatasetOptions options = new() { Path = file, NoUndo = true };

        // A plan that is only told changes nothing, statistics neither.
        Load(options with { WhatIf = true });
        Assert.Empty(_site.Column(Analysed));
        ImportResult result = Load(options);

        Assert.Equal((3 * 4, 5, deletes ? 10 * 8 : 0), (result.Inserted, result.Updated, result.Deleted));
        Assert.Empty(Scanned());
        Assert.Empty(ReadOften());
        Assert.Contains("wagtailcore_page", _site.Column(Analysed));
    }

    [Theory]
    [InlineData(OrphanAction.Delete, "news_articlepagetag", Traits = ["Day", "0"])]
    [InlineData(OrphanAction.Quarantine, "news_articlepagetag", Traits = ["Day", "1"])]
    [InlineData(OrphanAction.Repoint, "news_articlepagetag", Traits = ["Day", "2"])]
    [InlineData(OrphanAction.RecreateParent, "news_articlepagetag", Traits = ["Day", "0"])]
    [InlineData(OrphanAction.SetNull, "wagtailcore_page", Traits = ["Day", "1"])]
    [InlineData(OrphanAction.RebuildHalf, "wagtailcore_page", Traits = ["Day", "2"])]
    [InlineData(OrphanAction.PlainPage, "wagtailcore_page", Traits = ["Day", "0"])]
    public void A_repair_just_after_a_restore_reads_a_table_a_few_times(OrphanAction action, string table)
    {
        Fill(1, Sections, 0, Pages);
        Restore();
        bool isHalf = action is OrphanAction.RebuildHalf or OrphanAction.PlainPage;
        _site.Execute("set session_replication_role = replica;" + (table == "news_articlepagetag"
            ? "update news_articlepagetag set tag_id = 4711 where content_object_id between 101001 and 101005"
            : !isHalf ? "update wagtailcore_page set owner_id = 4711 where id between 101001 and 101005"
            : """
              delete from news_articlepage where page_ptr_id between 102001 and 102005;
              update wagtailcore_revision set content = jsonb_build_object(
                'pk', object_id::int, 'standfirst', 'text', 'body', '[]', 'reading_minutes', 1)
              where object_id between '102001' and '102005'
              """));
        RepairOrphanOptions options = new()
        {
            Action = action, Table = [table], To = action == OrphanAction.Repoint ? "1" : null, NoUndo = true,
        };

        Assert.Equal(5, Counted(
            s => new RepairOrphan().Run(s, options, new()).OfType<RepairOrphanResult>().Single()).Orphans);

        Assert.Empty(ReadOften());
        Assert.Contains(table, _site.Column(Analysed));
    }

    [Fact]
    public void Who_may_not_analyse_a_table_loads_all_the_same()
    {
        Fill(1, Sections, 0, Pages);
        string file = Export();
        Remove(1, 3);
        Restore();
        string role = $"{_site.Name}_writer";
        _site.Execute($"""
            create role {role} login;
            grant select, insert, update, delete on all tables in schema public to {role};
            grant usage, select, update on all sequences in schema public to {role};
            """);
        try
        {
            using Session session = Session.Open(
                ConnectionSettings.Parse(_site.Uri.Replace("postgres@", $"{role}@")), "Test",
                TestContext.Current.CancellationToken);

            ImportResult result = new ImportDataset().Run(session, new() { Path = file, NoUndo = true }, new())
                .OfType<ImportResult>().Single();

            Assert.Equal(3 * 4, result.Inserted);
            Assert.Empty(_site.Column(Analysed));
        }
        finally
        {
            _site.Execute($"drop owned by {role}; drop role {role}");
        }
    }

    private const string Analysed = "select distinct tablename from pg_stats where schemaname = 'public'";

    // As by pg_restore, and before autovacuum comes.
    private void Restore()
    {
        _site.Execute("""
            do $$ declare t regclass; begin
              for t in select oid from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace loop
                execute format('alter table %s set (autovacuum_enabled = false)', t);
              end loop;
            end $$
            """);
        string dump = _files.Path("site.dump");
        Run("pg_dump", "-Fc", "-f", dump, _site.Uri);
        string name = $"{_site.Name}_restored";
        _site.Execute($"create database {name} template template0");
        TestDatabase restored = _site.Other(name);
        Run("pg_restore", "-d", restored.Uri, dump);
        _site.Dispose();
        _site = restored;

        static void Run(string program, params string[] arguments)
        {
            using Process process = Process.Start(program, arguments);
            process.WaitForExit();
            Assert.Equal(0, process.ExitCode);
        }
    }

    // Far more than by a plan that reads each row a few times, and far less than by one that compares each with each.
    private IReadOnlyList<string?> ReadOften() =>
        Large("s.seq_tup_read + coalesce(s.idx_tup_fetch, 0) > 15 * c.reltuples",
            "s.seq_tup_read || ' + ' || s.idx_tup_fetch");

    [GeneratedRegex("Rows Removed by Join Filter: ([0-9]+)")]
    private static partial Regex RowsRemoved();

    private string Export() =>
        Export("""{"model": "wagtailcore.page", "children": true, "deleteMissing": true, "filter": {"path__startswith": {"parameter": "path"}}}""", 4);

    private string Export(string specs, int models = 2)
    {
        string definition = _files.Path("section.json");
        File.WriteAllText(definition,
            """{"datasets": {"section": {"parameters": [{"name": "path"}], "specs": [SPECS]}}}""".Replace(
                "SPECS", specs));
        string file = _files.Path("section.out.json");
        string path = _site.Scalar<string>("select path from wagtailcore_page where slug = 'section-1'");
        ExportResult result = _site.Run(
            new ExportDataset(),
            new() { Path = file, Definition = definition, Dataset = "section", Argument = [path],
                Format = DatasetFormat.Feincms }).Single();
        Assert.Equal(((Pages + 1) * models, 0), (result.Count, result.MissingReferences));
        return file;
    }

    // Pages with their other halves, a tag, a link and a topic each, and what refers to them by number or by text:
    // revisions, tagged items and the reference index.
    private void Fill(int firstSection, int lastSection, int first, int last) => _site.Execute($"""
        create temp table new_page as
        select s * 1000 + 100000 + k as id, h.path || 'S' || lpad(s::text, 3, '0') || case when k > 0 then lpad(k::text, 4, '0') else '' end as path,
               h.depth + case when k > 0 then 2 else 1 end as depth, case when k > 0 then 0 else {Pages} end as numchild,
               case when k > 0 then 'article-' || s || '-' || k else 'section-' || s end as slug,
               h.url_path || 'section-' || s || '/' || case when k > 0 then 'article-' || s || '-' || k || '/' else '' end as url_path
        from (select path, depth, url_path from wagtailcore_page where url_path = '/home/') h,
             generate_series({firstSection}, {lastSection}) s, generate_series({first}, {last}) k;
        create temp table model as select ct.id as article, (select id from django_content_type where app_label = 'wagtailcore' and model = 'page') as page
        from django_content_type ct where app_label = 'news' and model = 'articlepage';
        insert into wagtailcore_page (id, path, depth, numchild, title, draft_title, slug, live, has_unpublished_changes, url_path, seo_title, show_in_menus,
          search_description, expired, content_type_id, locked, translation_key, locale_id)
        select n.id, n.path, n.depth, n.numchild, 'Article ' || n.id, 'Article ' || n.id, n.slug, true, false, n.url_path, '', false, '', false,
          m.article, false, gen_random_uuid(), (select min(id) from wagtailcore_locale) from new_page n, model m;
        insert into news_articlepage (page_ptr_id, standfirst, body, reading_minutes) select id, 'text', '[]', 1 from new_page;
        insert into news_articlepagetag (content_object_id, tag_id) select id, (select min(id) from taggit_tag) from new_page;
        insert into news_relatedlink (page_id, title, url) select id, 'link', '' from new_page;
        insert into news_articlepage_topics (articlepage_id, topic_id) select id, (select min(id) from news_topic) from new_page;
        insert into taggit_taggeditem (object_id, content_type_id, tag_id) select n.id, m.article, (select min(id) from taggit_tag) from new_page n, model m;
        insert into wagtailcore_revision (created_at, content, object_id, content_type_id, base_content_type_id, object_str)
        select now(), '[]', n.id::text, m.article, m.page, '' from new_page n, model m;
        insert into wagtailcore_referenceindex (object_id, to_object_id, model_path, content_path, content_path_hash, base_content_type_id,
          content_type_id, to_content_type_id)
        select n.id::text, '1', '', '', gen_random_uuid(), m.page, m.article, m.page from new_page n, model m
        """);

    private void Remove(int first, int last)
    {
        foreach (string rows in new[]
        {
            "news_articlepagetag where content_object_id", "news_relatedlink where page_id",
            "news_articlepage_topics where articlepage_id",
            "taggit_taggeditem where object_id", "wagtailcore_revision where object_id::int",
            "wagtailcore_referenceindex where object_id::int",
            "news_articlepage where page_ptr_id", "wagtailcore_page where id",
        })
            _site.Execute($"delete from {rows} between {101000 + first} and {101000 + last}");
    }

    private ImportResult Load(ImportDatasetOptions options) =>
        Counted(s => new ImportDataset().Run(s, options, new()).OfType<ImportResult>().Single());

    // A server process tells what it has read when it ends.
    private T Counted<T>(Func<Session, T> run)
    {
        // What this connection has read before would be told up to a second later.
        _site.Execute("do $$ begin perform pg_stat_force_next_flush(); exception when undefined_function then perform pg_sleep(1); end $$");
        _site.Execute("select pg_stat_reset()");
        T result;
        int process;
        using (Session session = _site.Open())
            (process, result) = (session.Connection.ProcessID, run(session));
        Stopwatch watch = Stopwatch.StartNew();
        while (_site.Scalar<bool>($"select exists (select from pg_stat_activity where pid = {process})"))
        {
            Assert.True(watch.Elapsed.TotalSeconds < 30, "The session does not end.");
            Thread.Sleep(20);
        }
        return result;
    }

    private IReadOnlyList<string?> Scanned() =>
        Large("s.seq_tup_read > 100", "s.seq_scan || ' scans, ' || s.seq_tup_read");

    // Each of the section's models asks for its pages once or twice: far less than the pages of a site.
    private IReadOnlyList<string?> ReadMoreThanOnce() => Large("s.idx_tup_fetch > c.reltuples", "s.idx_tup_fetch");

    private IReadOnlyList<string?> Large(string condition, string shown) => _site.Column($"""
        select s.relname || ': ' || {shown} || ' of ' || c.reltuples || ' rows read'
        from pg_stat_user_tables s join pg_class c on c.oid = s.relid where c.reltuples > 5000 and {condition} order by 1
        """);
}
