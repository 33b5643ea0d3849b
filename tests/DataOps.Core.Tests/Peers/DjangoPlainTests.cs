using DataOps.Core.Django.Values;
using DataOps.Core.Features.Datasets.Import;

namespace DataOps.Core.Tests.Peers;

/// <summary>Plain keys: Django's dumpdata and loaddata against ours, over random rows of every field type.</summary>
public sealed class DjangoPlainTests(PostgresServer server) : IDisposable
{
    private readonly DjangoFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("json", null)]
    [InlineData("json", 2)]
    [InlineData("jsonl", null)]
    public void An_export_is_to_the_byte_what_dumpdata_writes(string format, int? indent)
    {
        using TestDatabase site = server.CopyOf(Site.DjangoFilled);

        string theirs = _files.Dump(site, format, indent is { } blanks ? ["--indent", $"{blanks}"] : []);
        string ours = _files.Export(site, format, new() { Indent = indent });

        FixtureText.AssertSame(theirs, ours);
        Assert.Equal(File.ReadAllText(theirs).TrimEnd('\n').Length, File.ReadAllText(ours).TrimEnd('\n').Length);
    }

    [Theory]
    [InlineData("json", TimePrecision.Microsecond, Traits = ["Day", "0"])]
    [InlineData("jsonl", TimePrecision.Millisecond, Traits = ["Day", "2"])]
    public void Loaddata_takes_an_export_and_makes_the_same_rows(string format, TimePrecision precision)
    {
        using TestDatabase site = server.CopyOf(Site.DjangoFilled);
        using TestDatabase loaded = server.CopyOf(Site.Django);
        using TestDatabase imported = server.CopyOf(Site.Django);
        string export = _files.Export(site, format, new() { Precision = precision });

        DjangoFiles.Load(loaded, export);
        Assert.True(DjangoFiles.Import(imported, export).Changed);

        Forget(site);
        bool cut = precision == TimePrecision.Millisecond;
        SiteRows.AssertSame(SiteRows.Of(site, cut), SiteRows.Of(loaded, cut));
        SiteRows.AssertSame(SiteRows.Of(loaded), SiteRows.Of(imported));
        Assert.NotEmpty(Sequences(loaded));
        Assert.Equal(Sequences(loaded), Sequences(imported));
        Assert.False(DjangoFiles.Import(imported, export).Changed);
    }

    [Fact]
    public void An_import_of_a_dump_makes_the_rows_of_its_source()
    {
        using TestDatabase site = server.CopyOf(Site.DjangoFilled);
        using TestDatabase imported = server.CopyOf(Site.Django);

        DjangoFiles.Import(imported, _files.Dump(site, "json"));

        Forget(site);
        SiteRows.AssertSame(SiteRows.Of(site, milliseconds: true), SiteRows.Of(imported, milliseconds: true));
    }

    [Fact, Trait("Day", "1")]
    public void An_import_over_changed_rows_leaves_what_loaddata_leaves()
    {
        using TestDatabase site = server.CopyOf(Site.DjangoFilled);
        using TestDatabase loaded = Changed();
        using TestDatabase imported = Changed();
        string dump = _files.Dump(site, "jsonl");

        DjangoFiles.Load(loaded, dump);
        ImportResult result = DjangoFiles.Import(imported, dump);

        SiteRows.AssertSame(SiteRows.Of(loaded), SiteRows.Of(imported));
        Assert.True(
            result is { Inserted: > 0, Updated: > 0, ManyToManyAdded: > 0, ManyToManyRemoved: > 0 }, $"{result}");
    }

    /// <summary>The site with rows changed, gone and added, and with other many-to-many lists.</summary>
    private TestDatabase Changed()
    {
        TestDatabase site = server.CopyOf(Site.DjangoFilled);
        // Cut off as the dump's are: loaddata writes every row, we write none that the file has to the millisecond.
        site.Execute("""
            do $$
            declare c record;
            begin
              for c in select table_name, column_name, data_type from information_schema.columns
                       where table_schema = 'public' and data_type in ('timestamp with time zone', 'time without time zone') loop
                execute format('update %I set %2$I = date_trunc(''milliseconds'', %2$I)::%3$s', c.table_name, c.column_name, c.data_type);
              end loop;
            end $$;
            update specimens_number set "real" = 'NaN', price = 1 where id % 3 = 0;
            update specimens_text set words = null, remark = upper(remark) where id % 5 = 0;
            update specimens_document set attributes = '', body = '{}' where key < '5';
            delete from specimens_span where id % 4 = 0;
            insert into specimens_span (integers) values ('empty');
            update trees_taxon set parent_id = null, name = 'lost';
            update library_author set mentor_id = id;
            update places_restaurant set cuisine = 'new' where place_ptr_id % 2 = 0;
            delete from library_book_genres where id % 2 = 0;
            insert into library_book_genres (book_id, genre_id) select id, (select min(id) from library_genre) from library_book on conflict do nothing;
            delete from accounts_user_groups;
            """);
        return site;
    }

    // What the next rows of each model are numbered from.
    private static IReadOnlyList<string?> Sequences(TestDatabase site) => site.Column(
        """
        select sequencename || ' ' || coalesce(last_value::text, 'unused') from pg_sequences s
        where exists (
          select 1 from django_content_type
          where s.sequencename in (app_label || '_' || model || '_id_seq', 'django_' || model || '_id_seq', 'django_admin_log_id_seq'))
        order by 1
        """);

    // What the format cannot hold: JSON's null beside SQL's.
    private static void Forget(TestDatabase site) =>
        Assert.True(site.Execute("update specimens_document set body_or_null = null where body_or_null = 'null'") > 0,
            $"seed {DjangoPeer.Seed}");
}
