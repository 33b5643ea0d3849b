using DataOps.Core.Features.Orphans;
using DataOps.Core.Features.Rows;
using DataOps.Core.Features.Trees;

namespace DataOps.Core.Tests.Features.Rows;

/// <summary>Chosen rows of the sample site: what goes with them, what is refused, and how it comes back.</summary>
public sealed class RemoveRowTests(PostgresServer server) : IDisposable
{
    private readonly ChangeFiles _files = new();
    private readonly List<string> _warnings = [];

    public void Dispose() => _files.Dispose();

    [Fact]
    public void A_user_goes_with_what_is_his_and_comes_back_exactly()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        IReadOnlyDictionary<string, string> before = site.Digest();
        RemoveRowOptions options = new() { Model = ["auth.user"], Key = ["2", "3", "02"] };

        IReadOnlyList<IChangeResult> plan = All(site, options with { WhatIf = true });
        Assert.Equal(before, site.Digest());
        RemoveRowResult done = Remove(site, options with { UndoPath = _files.New() });

        Assert.Equal(["2 inez", "3 tomasz"], plan.OfType<RowToRemove>().Select(r => $"{r.Key} {r.Label}"));
        TableChangeSummary pages = plan.OfType<TableChangeSummary>().Single(t => t.Table == "wagtailcore_page");
        Assert.Equal((0, "owner_id = NULL"), (pages.Delete, pages.Columns));
        RemoveRowResult foretold = Assert.IsType<RemoveRowResult>(plan[^1]);
        Assert.Equal((true, 2, done.WouldChange), (done.Changed, done.Rows, done.Count));
        Assert.Equal((false, 0, done.Deleted, done.Updated, done.WouldChange),
            (foretold.Changed, foretold.Count, foretold.Deleted, foretold.Updated, foretold.WouldChange));
        Assert.EndsWith("of auth.user 2 (inez), auth.user 3 (tomasz)", foretold.Describe());
        Assert.Empty(Oracle.Declared(site));
        Assert.Equal(["1", "4"], site.Column("select id from auth_user order by id"));
        Assert.Equal(3, site.Scalar<long>("select count(*) from people_person where user_id is null"));
        ChangeFiles.Undo(site, done.UndoPath!);
        Assert.Equal(before, site.Digest());
    }

    [Fact]
    public void A_page_goes_with_what_is_below_it_only_when_that_is_said()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        IReadOnlyDictionary<string, string> before = site.Digest();
        RemoveRowOptions museum = new() { Model = ["wagtailcore.page"], Key = ["15"], UndoPath = _files.New() };

        DataOpsException refusal = Refused(site, museum);
        Assert.Equal(ErrorIds.RowsBelow, refusal.Id);
        Assert.Contains("wagtailcore.page 16  History /home/museum/history/", refusal.Message);
        Assert.Equal(ErrorIds.RowsBelow, Refused(site, museum with { Model = ["home.standardpage"] }).Id);
        Assert.Equal(before, site.Digest());
        RemoveRowResult done = Remove(site, museum with { Recurse = true });

        Assert.Equal("2 pages: /home/museum/, /home/museum/history/", done.DeletedPages);
        Assert.Equal("wagtailcore.page 15 (The museum /home/museum/)", done.First);
        Assert.Empty(Oracle.Declared(site));
        Assert.DoesNotContain(site.Run(new TestTree(), new()), f => f.Severity == Severity.Error);
        Assert.Equal(["4"], site.Column("select numchild from wagtailcore_page where id = 3"));
        Assert.Equal([""], site.Column("select coalesce(alias_of_id::text, '') from wagtailcore_page where id = 18"));
        ChangeFiles.Undo(site, done.UndoPath!);
        Assert.Equal(before, site.Digest());
        // Both named is said as well.
        Assert.True(Remove(site, new() { Model = ["home.standardpage"], Key = ["16", "15"], NoUndo = true }).Changed);
    }

    [Fact]
    public void What_needs_the_rows_is_listed_and_goes_on_request()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        RemoveRowOptions eventPage = new() { Model = ["events.eventpage"], Key = ["13"], NoUndo = true };

        DataOpsException refusal = Refused(site, eventPage);
        Assert.Equal(ErrorIds.ProtectedRows, refusal.Id);
        Assert.Contains("event_id -> events.eventpage 13", refusal.Message);
        Assert.Contains("-OnDependent Cascade", refusal.Advice);
        Assert.Equal(ErrorIds.ProtectedRows,
            Refused(site, eventPage with
            {
                Model = ["wagtailcore.locale"], Key = ["1"], OnDependent = OnDependent.Cascade,
            }).Id);
        eventPage = eventPage with { OnDependent = OnDependent.Cascade };
        long all = Remove(site, eventPage with { WhatIf = true }).Deleted;
        Assert.Equal(ErrorIds.TooManyDeletions, Refused(site, eventPage with { MaxDelete = $"{all - 1}" }).Id);

        Assert.Equal(all, Remove(site, eventPage with { MaxDelete = $"{all}" }).Deleted);
        Assert.Equal(0, site.Scalar<long>("select count(*) from events_booking where event_id = 13"));
        // Article 5 links to it in its text.
        Assert.Contains(_warnings, w => w.StartsWith("1 row keeps a reference to rows to be deleted: "
            + "news.articlepage 5 (body)", StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_the_row_s_own_goes_and_what_stays_is_said()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        site.Execute("""
            create table news_vote (id int primary key, object_type_id int not null references django_content_type, object_id int);
            insert into news_vote select image, id, image from (select id, 3 as image from django_content_type where model = 'image') t
            """);

        RemoveRowResult done = Remove(site, new() { Model = ["wagtailimages.image"], Key = ["3"], NoUndo = true });

        Assert.Equal(0, site.Scalar<long>("""
            select count(*) from taggit_taggeditem t join django_content_type c on c.id = t.content_type_id
            where c.model = 'image' and t.object_id = 3
            """));
        Assert.Equal(0, site.Scalar<long>("select count(*) from wagtailimages_rendition where image_id = 3"));
        Assert.Equal(2, done.LeftBehind);
        Assert.Contains(_warnings, w => w.StartsWith("2 rows keep a reference to rows to be deleted: "
            + "news.articlepage 5 (body), news_vote 3 (", StringComparison.Ordinal));
        Assert.Contains("files of deleted rows of wagtailimages.image", done.Stale);
        Assert.Contains("MEDIA_ROOT", done.Afterwards);
    }

    [Fact]
    public void Rows_by_a_filter_are_those_that_Django_s_look_ups_mean()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        site.Execute("""
            insert into django_session select 'spare' || g, 'x', timestamptz '2025-12-31 22:00Z' + g * interval '1 hour' from generate_series(1, 4) g
            """);
        string filter = """{"expire_date__gte": "2025-12-31", "expire_date__lt": "2026-01-01"}""";
        RemoveRowOptions options = new() { Model = ["sessions.session"], Filter = filter, NoUndo = true };

        Assert.Equal(1, Remove(site, options with { WhatIf = true }).Rows);
        Assert.Equal(4, Remove(site, options with { WhatIf = true, TimeZone = "America/Montevideo" }).Rows);
        Assert.Equal((true, 1, 1), Sum(Remove(site, options)));
        Assert.Equal((false, 0, 0), Sum(Remove(site, options)));
        Assert.Equal(4, Remove(site, options with { Filter = """{"pk__isnull": false}""" }).Rows);
        string file = Path.Combine(_files.Folder, "drafts.json");
        File.WriteAllText(file, """{"live": false, "sql": "reading_minutes > :least", "values": {"least": -1}}""");
        Assert.Equal(["10"], All(site, new() { Model = ["news.articlepage"], Filter = file, WhatIf = true,
            OnDependent = OnDependent.Cascade }).OfType<RowToRemove>().Select(r => r.Key));
    }

    [Fact]
    public void Nothing_goes_where_something_is_not_there_or_not_said()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        RemoveRowOptions users = new() { Model = ["auth.user"], NoUndo = true };

        DataOpsException unknown = Refused(site, users with { Key = ["2", "98", "99"] });
        Assert.Equal((ErrorIds.UnknownRow, FailureKind.NotFound), (unknown.Id, unknown.Kind));
        Assert.Contains("no row 98, 99.", unknown.Message);
        Assert.Equal(ErrorIds.MissingOption, Refused(site, users).Id);
        Assert.Equal(ErrorIds.MissingOption, Refused(site, new() { Key = ["2"] }).Id);
        Assert.Equal(ErrorIds.ContradictingOptions,
            Refused(site, users with { Model = ["auth.user", "auth.group"], Key = ["2"] }).Id);
        Assert.Equal(ErrorIds.InvalidFilter, Refused(site, users with { Filter = "{}" }).Id);
        Assert.Equal(ErrorIds.InvalidDefinition, Refused(site, users with { Filter = "{\"id\": " }).Id);
        Assert.Equal(ErrorIds.FileNotFound, Refused(site, users with { Filter = "no-filter.json" }).Id);
        Assert.Equal(ErrorIds.UnknownField, Refused(site, users with { Filter = "{\"nickname\": \"x\"}" }).Id);
        Assert.Equal(ErrorIds.InvalidValue, Refused(site, users with { Key = ["*"] }).Id);
        Assert.Equal(ErrorIds.InvalidValue,
            Refused(site, new() { Model = ["events.venue"], Key = ["0d6f1f64"], NoUndo = true }).Id);
        Assert.Equal(ErrorIds.UnknownModel, Refused(site, new() { Model = ["auth.person"], Key = ["1"] }).Id);
        Assert.Equal(ErrorIds.ContradictingOptions,
            Refused(site, users with { Key = ["2"], Filter = "{\"id\": 2}" }).Id);
        Assert.Equal(ErrorIds.ContradictingOptions,
            Refused(site, new() { Model = ["wagtailcore.page"], Key = ["18"], BatchSize = 5, NoUndo = true }).Id);
    }

    [Fact]
    public void Keys_are_numbers_uuids_texts_and_objects_of_several_columns()
    {
        using TestDatabase shop = server.Django("contenttypes.contenttype shop.line shop.coupon shop.token", """
            create table shop_line (order_id int, place int, title text, primary key (order_id, place));
            create table shop_coupon (code varchar(6) primary key);
            create table shop_token (id uuid primary key, code text);
            insert into shop_line select g / 3, g % 3, E'Rope\n ' || g from generate_series(0, 8) g;
            insert into shop_coupon values ('SPRING'), ('a,b'), ('*');
            insert into shop_token values ('0d6f1f64-7c5d-4d9b-9a55-8b0a00000001', 'one');
            """);
        RemoveRowOptions lines = new() { Model = ["shop.line"], NoUndo = true };

        Assert.Equal(["1,2 Rope 5", "2,0 Rope 6"],
            All(shop, lines with
            {
                Key = ["""{"order_id": 1, "place": 2}""", """{"place": "0", "order_id": 2}"""], WhatIf = true,
            }).OfType<RowToRemove>().Select(r => $"{r.Key} {r.Label}"));
        Assert.Equal(ErrorIds.InvalidValue, Refused(shop, lines with { Key = ["1,2"] }).Id);
        Assert.Equal(ErrorIds.InvalidValue, Refused(shop, lines with { Key = ["""{"order_id": 1}"""] }).Id);
        Assert.Equal(ErrorIds.UnknownField, Refused(shop, lines with { Key = ["""{"order_id": 1, "p": 1}"""] }).Id);
        Assert.Equal(ErrorIds.UnknownRow,
            Refused(shop, lines with { Key = ["""{"order_id": 7, "place": 7}"""] }).Id);
        Assert.Equal(2, Remove(shop, lines with { Model = [], InputObject =
            [new() { Table = "shop_line", Key = "0,1" }, new() { Model = "shop.line", Key = "0,2" }] }).Rows);
        Assert.Equal(ErrorIds.UnknownRow, Refused(shop, new() { Model = ["shop.coupon"], Key = ["SPRINGS"] }).Id);
        Assert.Equal(2, Remove(shop, new() { Model = ["shop.coupon"], Key = ["*", "a,b"], NoUndo = true }).Rows);
        Assert.Equal("shop.token 0d6f1f64-7c5d-4d9b-9a55-8b0a00000001 (one)", Remove(shop, new()
        {
            Model = ["shop.token"], Key = ["0D6F1F64-7C5D-4D9B-9A55-8B0A00000001"], NoUndo = true,
        }).First);
        Assert.Equal(["SPRING"], shop.Column("select code from shop_coupon"));
    }

    [Fact]
    public void Rows_that_an_audit_has_found_go_and_those_that_are_gone_are_skipped()
    {
        using TestDatabase site = server.CopyOf(Site.SampleDamaged);
        RowInput[] bookings =
        [
            .. site.Run(new FindOrphan(), new() { Table = ["events_booking"] }).Select(f => new RowInput
            {
                Server = f.Server, Database = f.Database, Table = f.Table, Model = f.Model, Key = f.Key,
            }),
        ];
        RemoveRowOptions options = new() { NoUndo = true };

        Assert.Equal(ErrorIds.OtherDatabase,
            Refused(site, options with { InputObject = [.. bookings, new() { Database = "other", Key = "1" }] }).Id);
        Assert.Equal(ErrorIds.ContradictingOptions,
            Refused(site, options with { InputObject = bookings, Model = ["auth.user"] }).Id);
        Assert.Equal(ErrorIds.UselessInput, Refused(site, options with { InputObject = [new() { Key = "1" }] }).Id);
        Assert.Equal((true, 2, 2), Sum(Remove(site, options with { InputObject = bookings })));
        RemoveRowResult again = Remove(site, options with { InputObject = bookings });
        Assert.Equal((false, 0, 2), (again.Changed, again.Rows, again.Skipped));
        Assert.Contains("Skipped: events_booking has no row 901, 902 any more.", _warnings);
        Assert.False(Remove(site, options with { InputObject = [] }).Changed);
    }

    [Fact]
    public void Many_rows_go_in_batches_but_for_those_that_the_filter_no_longer_means()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        site.Execute("""
            insert into django_session select 'old' || g, 'x', timestamptz '2020-01-01Z' + g * interval '1 minute' from generate_series(1, 3000) g
            """);
        IReadOnlyDictionary<string, string> before = site.Digest();
        RemoveRowOptions options = new()
        {
            Model = ["sessions.session"], Filter = """{"expire_date__lt": "2021-01-01"}""", BatchSize = 1000,
        };
        // Somebody logs in while the first batch is planned.
        At login = new("Locking", () => site.Execute(
            "update django_session set expire_date = '2030-01-01Z' where session_key = 'old3000'"));

        Assert.Equal(ErrorIds.TooManyDeletions, Refused(site, options with { MaxDelete = "2999", NoUndo = true }).Id);
        Assert.Equal(3000, Remove(site, options with { WhatIf = true }).Rows);
        RemoveRowResult done = Remove(site, options with { UndoPath = _files.New() }, login);

        Assert.Equal((true, 2999, 2999), Sum(done));
        Assert.InRange(done.Batches, 3, 2999);
        Assert.Equal(["4kq0example0session0key0000000000", "old3000"],
            site.Column("select session_key from django_session order by 1"));
        ChangeFiles.Undo(site, done.UndoPath!);
        site.Execute("update django_session set expire_date = timestamptz '2020-01-01Z' + 3000 * interval '1 minute' "
            + "where session_key = 'old3000'");
        Assert.Equal(before, site.Digest());
    }

    [Fact]
    public void A_role_without_rights_and_another_writer_leave_all_as_it_was()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        string role = $"reader_{site.Name}";
        RemoveRowOptions options = new() { Model = ["taggit.tag"], Key = ["2"], NoUndo = true };
        At other = new("Locking", () => site.Execute("update taggit_tag set name = 'Else' where id = 2"));

        Assert.Equal(ErrorIds.ChangedMeanwhile,
            Assert.Throws<DataOpsException>(() => { Remove(site, options, other); }).Id);
        IReadOnlyDictionary<string, string> before = site.Digest();
        site.Execute($"create role \"{role}\"; grant usage on schema public to \"{role}\"; "
            + $"grant select on all tables in schema public to \"{role}\"");
        try
        {
            site.Session.Execute($"set role \"{role}\"");
            Assert.Equal(FailureKind.PermissionDenied, Refused(site, options).Kind);
            site.Session.Execute("reset role");
            Assert.Equal(before, site.Digest());
        }
        finally
        {
            site.Execute($"drop owned by \"{role}\"; drop role \"{role}\"");
        }
    }

    private IReadOnlyList<IChangeResult> All(TestDatabase site, RemoveRowOptions options, At? meanwhile = null) =>
        site.Run(new RemoveRow(), options, new() { Warning = _warnings.Add, Progress = meanwhile });

    private RemoveRowResult Remove(TestDatabase site, RemoveRowOptions options, At? meanwhile = null) =>
        Assert.IsType<RemoveRowResult>(All(site, options, meanwhile)[^1]);

    private DataOpsException Refused(TestDatabase site, RemoveRowOptions options) =>
        Assert.Throws<DataOpsException>(() => { All(site, options); });

    private static (bool Changed, long Rows, long Deleted) Sum(RemoveRowResult result) =>
        (result.Changed, result.Rows, result.Deleted);
}
