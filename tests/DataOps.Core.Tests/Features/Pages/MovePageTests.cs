using DataOps.Core.Features.Pages;
using Npgsql;

namespace DataOps.Core.Tests.Features.Pages;

public sealed class MovePageTests(PostgresServer server) : IDisposable
{
    /// <summary>Rows with a number of what is wrong in the tree of pages; none in a healthy one.</summary>
    public const string Problems = """
        select 'path ' || id from wagtailcore_page where path !~ '^([0-9A-Z]{4})+$'
        union all select 'orphan ' || c.id from wagtailcore_page c where length(path) > 4 and not exists (select 1 from wagtailcore_page p where p.path =
          left(c.path, -4))
        union all select 'depth ' || id from wagtailcore_page where depth <> length(path) / 4
        union all select 'numchild ' || id from wagtailcore_page p where numchild <> (select count(*) from wagtailcore_page c where left(c.path, -4) = p.path)
        union all select 'url ' || c.id from wagtailcore_page c join wagtailcore_page p on p.path = left(c.path, -4) where c.url_path <> p.url_path || c.slug
          || '/'
        union all select 'slug ' || min(id) from wagtailcore_page where length(path) > 4 group by left(path, -4), slug having count(*) > 1
        """;

    private readonly ChangeFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void A_page_moves_with_all_below_it_and_undoing_brings_everything_back()
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        IReadOnlyDictionary<string, string> before = site.Digest();
        MovePageOptions options = new() { Id = [61], To = "/home/breads/", Position = PagePosition.FirstChild };

        IReadOnlyList<IChangeResult> plan = site.Run(new MovePage(), options with { WhatIf = true, Detailed = true });
        Assert.Equal(before, site.Digest());
        MovePageResult done = Move(site, options with { UndoPath = _files.New() });

        MovedPage moved = Assert.Single(plan.OfType<MovedPage>());
        Assert.Equal((61L, "Move", 7L, 60L, 3L, "/home/blog/", "/home/breads/blog/"),
            (moved.Id, moved.Action, moved.Pages, moved.OldParent, moved.Parent,
            moved.OldUrlPath, moved.UrlPath));
        Assert.Equal((true, 1, 7L, "/home/breads/blog/", "manage.py update_index"),
            (done.Changed, done.Moved, done.Pages, done.UrlPath, done.Afterwards));
        Assert.Equal(Assert.IsType<MovePageResult>(plan[^1]).WouldChange, done.Count);
        Assert.Empty(site.Rows(Problems));
        Assert.Equal("000100020001" + "0001", site.Scalar<string>("select path from wagtailcore_page where id = 61"));
        Assert.Equal(
            ["/home/breads/blog/bread-circuses/"], site.Column("select url_path from wagtailcore_page where id = 68"));
        Assert.False(Move(site, options with { NoUndo = true }).Changed);
        ChangeFiles.Undo(site, done.UndoPath!);
        Assert.Equal(before, site.Digest());
    }

    [Fact]
    public void The_move_is_in_Wagtails_log_as_Wagtail_writes_it()
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        int last = site.Scalar<int>("select max(id) from wagtailcore_pagelogentry");

        Move(site, new() { Id = [68], To = "3", NoUndo = true });
        Move(site, new() { Id = [68], To = "34", Position = PagePosition.Right, NoUndo = true });

        Assert.Equal(
            [
                """wagtail.move 68 Bread and Circuses 41 {"source": {"id": 61, "title": "Blog"}, "destination": {"id": 3, "title": "Breads"}}""",
                """wagtail.reorder 68 Bread and Circuses 41 {"source": {"id": 3, "title": "Breads"}, "destination": {"id": 3, "title": "Breads"}}""",
            ],
            site.Rows(
                $"select action, page_id, label, content_type_id, data::text from wagtailcore_pagelogentry where id " +
                    $"> {last} and not deleted and not "
                + $"content_changed and uuid is not null and user_id is null order by id")
                .Select(r => string.Join(' ', r)));
    }

    [Fact]
    public void Random_moves_leave_the_tree_that_the_oracle_has()
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        int seed = Random.Shared.Next();
        Random random = new(seed);
        PageTreeOracle oracle = PageTreeOracle.Of(site);
        IReadOnlyDictionary<string, string> before = site.Digest("wagtailcore_pagelogentry");
        long pages = site.Scalar<long>("select count(*) from wagtailcore_page");
        List<string> undo = [];
        for (int i = 0; i < Rounds.Of(24); i++)
        {
            long page = oracle.Pages[random.Next(oracle.Pages.Count)];
            long target = random.Next(8) == 0 ? 1 : oracle.Pages[random.Next(oracle.Pages.Count)];
            PagePosition position = target == 1 ? (PagePosition)random.Next(2) : (PagePosition)random.Next(6);
            string move = $"seed {seed}, move {i}: {page} {position} of {target}";
            MovePageOptions options =
                new() { Id = [page], To = $"{target}", Position = position, OnSlugClash = OnSlugClash.Suffix,
                    UndoPath = _files.New() };
            bool isRefused = oracle.IsWithin(target, page)
                && (page != target || position is PagePosition.FirstChild or PagePosition.LastChild);
            if (isRefused)
            {
                Assert.Equal("InvalidMove", Assert.Throws<DataOpsException>(() => Move(site, options)).Id);
                continue;
            }
            string[] lines = oracle.Lines();
            oracle.Move(page, target, position.ToString());
            MovePageResult result = Move(site, options);
            Assert.True(oracle.Lines().SequenceEqual(PageTreeOracle.Of(site).Lines()), move);
            Assert.True(site.Rows(Problems).Count == 0, $"{move}: {string.Join(", ", site.Column(Problems))}");
            Assert.True(result.Changed == !lines.SequenceEqual(oracle.Lines()), move);
            if (result.UndoPath is not null)
                undo.Add(result.UndoPath);
        }
        Assert.Equal(pages, site.Scalar<long>("select count(*) from wagtailcore_page"));
        Assert.True(undo.Count > 10, $"seed {seed}: {undo.Count}");
        foreach (string path in Enumerable.Reverse(undo))
            ChangeFiles.Undo(site, path);
        Assert.Equal(before, site.Digest("wagtailcore_pagelogentry"));
    }

    [Theory]
    [InlineData("C", Traits = ["Day", "0"])]
    [InlineData("default", Traits = ["Day", "1"])]
    public void Many_pages_stand_afterwards_where_they_stand_when_they_move_one_by_one(string collation)
    {
        int seed = Random.Shared.Next();
        Random random = new(seed);
        for (int round = 0; round < Rounds.Of(5); round++)
        {
            using TestDatabase together = server.CopyOf(Site.Bakery);
            using TestDatabase apart = server.CopyOf(Site.Bakery);
            int gaps = random.Next();
            foreach (TestDatabase site in new[] { together, apart })
                Loosen(site, new Random(gaps), collation);
            PageTreeOracle tree = PageTreeOracle.Of(together);
            long[] ids = [.. Enumerable.Range(0, 1 + random.Next(6))
                .Select(_ => tree.Pages[random.Next(tree.Pages.Count)]).Distinct()];
            MovePageOptions options = new()
            {
                Id = ids, To = $"{tree.Pages[random.Next(tree.Pages.Count)]}", Position = (PagePosition)random.Next(6),
                OnSlugClash = OnSlugClash.Suffix, NoUndo = true,
            };
            string what = $"seed {seed}, round {round}: {string.Join(' ', ids)} {options.Position} of {options.To}";
            DataOpsException? refused = Record.Exception(() => MoveOneByOne(apart, options)) as DataOpsException;
            if (refused is not null)
            {
                Assert.True("InvalidMove" == refused.Id, what);
                Assert.Equal("InvalidMove", Assert.Throws<DataOpsException>(() => Move(together, options)).Id);
                continue;
            }
            Move(together, options);
            Assert.True(Places(apart).SequenceEqual(Places(together)), what);
            Assert.True(together.Rows(Problems).Count == 0, what);
        }

        static string[] Places(TestDatabase site) => [.. site.Rows(
            "select path, id, depth, numchild, slug, url_path from wagtailcore_page order by id")
            .Select(r => string.Join(' ', r))];
    }

    [Fact]
    public void Many_pages_move_with_as_many_statements_as_two()
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        long[] breads = [.. site.Column("select id from wagtailcore_page where path like '000100020001____'")
            .Select(i => long.Parse(i!))];
        Assert.True(breads.Length > 8);

        Assert.Equal(Statements(breads[..2]), Statements(breads));

        int Statements(long[] ids)
        {
            int statements = 0;
            using Session session = site.Open();
            session.Listen(_ => statements++);
            MovePageOptions options = new() { Id = ids, To = "/home/blog/", WhatIf = true };
            Assert.NotEmpty(new MovePage().Run(session, options, new()).ToArray());
            return statements;
        }
    }

    [Fact]
    public void Each_page_is_told_with_the_place_that_it_has_in_the_end()
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        MovePageOptions options = new() { Id = [61, 68, 62], To = "3", NoUndo = true, Detailed = true };

        MovedPage[] told = [.. site.Run(new MovePage(), options).OfType<MovedPage>()];

        Assert.Equal(
            site.Rows("select id, path, url_path from wagtailcore_page where id in (61, 68, 62) order by path")
                .Select(r => ((int)r[0]!, (string)r[1]!, (string)r[2]!)),
            told.Select(t => ((int)t.Id, t.Path, t.UrlPath)));
        Assert.Equal([5, 1, 1], told.Select(t => t.Pages));
        Assert.Equal(["/home/blog/", "/home/blog/bread-circuses/", "/home/blog/wild-yeast/"],
            told.Select(t => t.OldUrlPath));
    }

    [Fact]
    public void A_page_that_waits_for_a_parent_gets_the_one_that_comes_there_or_is_named_as_in_its_way()
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        // Breads has eleven pages; the twelfth was deleted.
        site.Execute("""
            update wagtailcore_page set depth = 9, url_path = '/lost/', path = '000100020001' || '000Z' || (
              select right(min(c.path), 4) from wagtailcore_page c join wagtailcore_page b on b.path = left(c.path, -4)
              where b.id = 61 and c.id <> 62)
            where id = 62;
            update wagtailcore_page set path = '000100020001' || '000Y'
            where path = (select max(path) from wagtailcore_page where path like '000100020001____')
            """);

        DataOpsException busy = Assert.Throws<DataOpsException>(
            () => Move(site, new() { Id = [61], To = "3", NoUndo = true }));
        Move(site, new() { Id = [69], To = "3", NoUndo = true });

        Assert.Equal("DamagedTree", busy.Id);
        Assert.Equal(["1 5 /home/breads/contact-us/wild-yeast/"], site.Rows($"""
            select p.numchild, c.depth, c.url_path from wagtailcore_page p join wagtailcore_page c on
              left(c.path, -4) = p.path where p.id = 69 and c.id = 62
            """).Select(r => string.Join(' ', r)));
    }

    [Fact]
    public void Several_pages_stand_side_by_side_afterwards_in_the_order_given()
    {
        foreach (PagePosition position in Enum.GetValues<PagePosition>())
        {
            using TestDatabase site = server.CopyOf(Site.Bakery);
            MovePageOptions options = new() { Id = [77, 62, 73], To = "64", Position = position, NoUndo = true };

            MovePageResult done = Move(site, options);

            Assert.Equal(3, done.Moved);
            Assert.Contains(
                " 77 62 73 ", $" {string.Join(' ', site.Column("select id from wagtailcore_page order by path"))} ");
            Assert.Empty(site.Rows(Problems));
            Assert.False(Move(site, options).Changed, $"{position} again");
        }
    }

    [Fact]
    public void A_slug_that_is_taken_is_named_or_gets_a_suffix_in_drafts_too()
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        site.Execute(
            "update wagtailcore_page set slug = 'anpan', url_path = '/home/blog/anpan/' where id = 68; update " +
                "wagtailcore_revision set content = "
            + "jsonb_set(content, '{slug}', '\"anpan\"') where object_id = '68'");
        IReadOnlyDictionary<string, string> before = site.Digest();
        MovePageOptions options = new() { Id = [68], To = "/home/breads/", UndoPath = _files.New() };

        DataOpsException taken = Assert.Throws<DataOpsException>(() => Move(site, options));
        Assert.Equal("SlugTaken", taken.Id);
        Assert.Contains("anpan", taken.Message);
        Assert.Equal(before, site.Digest());
        MovePageResult done = Move(site, options with { OnSlugClash = OnSlugClash.Suffix });

        Assert.Equal("/home/breads/anpan-2/", done.UrlPath);
        Assert.Equal(["anpan-2"],
            site.Column("select distinct content ->> 'slug' from wagtailcore_revision where object_id = '68'"));
        Assert.Empty(site.Rows(Problems));
        ChangeFiles.Undo(site, done.UndoPath!);
        Assert.Equal(before, site.Digest());
    }

    [Fact]
    public void Redirects_lead_from_the_old_addresses_of_live_pages()
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        site.Execute("""
            update wagtailcore_page set live = false where id = 72;
            insert into wagtailredirects_redirect (id, old_path, is_permanent, redirect_link, redirect_page_id, site_id, automatically_created,
              redirect_page_route_path) values
              (901, '/blog/wild-yeast', true, '', 40, 2, true, ''), (902, '/blog/bread-circuses', true, 'https://example.com/', null, 2, false, '');
            """);
        IReadOnlyDictionary<string, string> before = site.Digest();
        List<string> warnings = [];

        MovePageResult done =
            Move(site, new() { Id = [61], To = "3", Redirect = true, UndoPath = _files.New() },
                new() { Warning = warnings.Add });

        Assert.Equal(5, done.Redirects);
        Assert.Equal(
            ["/blog 61", "/blog/desserts-benefits 77", "/blog/joy-baking-soda 73", "/blog/sliced-bread 74",
                "/blog/wild-yeast 62"],
            site.Rows(
                "select old_path, redirect_page_id from wagtailredirects_redirect where old_path like '/blog%' and " +
                    "redirect_page_id is not null order "
                + "by old_path collate \"C\"").Select(r => string.Join(' ', r)));
        Assert.Contains(warnings, w => w.Contains("1 old addresses", StringComparison.Ordinal));
        ChangeFiles.Undo(site, done.UndoPath!);
        Assert.Equal(before, site.Digest());
    }

    [Fact]
    public void A_site_root_and_a_language_that_differs_are_warned_of()
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        site.Execute("""
            insert into wagtailcore_site (id, hostname, port, is_default_site, root_page_id, site_name) values (7, 'blog.example', 80, false, 61, '');
            update wagtailcore_page set locale_id = 2 where id = 3;
            """);
        List<string> warnings = [];

        MovePageResult done = Move(
            site, new() { Id = [61], To = "3", NoUndo = true }, new() { Warning = warnings.Add });

        Assert.Contains(warnings, w => w.Contains("root page of site blog.example:80", StringComparison.Ordinal));
        Assert.Contains(warnings, w => w.Contains("different locales", StringComparison.Ordinal));
        Assert.Contains("clear_site_root_paths_cache", done.Afterwards);
        warnings.Clear();
        Move(site, new() { Id = [64], To = "1", NoUndo = true }, new() { Warning = warnings.Add });
        Assert.Contains(warnings, w => w.Contains("no address any more", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1, "60", PagePosition.LastChild, "InvalidMove")]
    [InlineData(60, "1", PagePosition.Left, "InvalidMove")]
    [InlineData(60, "68", PagePosition.Left, "InvalidMove")]
    [InlineData(61, "61", PagePosition.FirstChild, "InvalidMove")]
    [InlineData(61, "/nowhere/", PagePosition.FirstChild, "UnknownPage")]
    [InlineData(999, "60", PagePosition.FirstChild, "UnknownPage")]
    public void What_cannot_be_is_refused(long page, string to, PagePosition position, string id)
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        IReadOnlyDictionary<string, string> before = site.Digest();

        Assert.Equal(id,
            Assert.Throws<DataOpsException>(
                () => Move(site, new() { Id = [page], To = to, Position = position, NoUndo = true })).Id);
        Assert.Equal(before, site.Digest());
    }

    [Fact]
    public async Task Moves_at_the_same_time_leave_a_whole_tree()
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        long pages = site.Scalar<long>("select count(*) from wagtailcore_page");
        string[] order =
            [.. site.Column("select id from wagtailcore_page where depth > 2 order by id").Select(i => i!)];

        await Task.WhenAll(Enumerable.Range(0, 4).Select(n => Task.Run(() =>
        {
            Random random = new(n);
            using Session session = site.Open();
            for (int i = 0; i < 8; i++)
            {
                MovePageOptions options = new()
                {
                    Id = [long.Parse(order[random.Next(order.Length)])], To = order[random.Next(order.Length)],
                    Position = (PagePosition)random.Next(6),
                        OnSlugClash = OnSlugClash.Suffix, NoUndo = true,
                };
                try
                {
                    Assert.NotEmpty(new MovePage().Run(session, options, new()).ToArray());
                }
                catch (DataOpsException e) when (e.Id is "InvalidMove" || e.Kind == FailureKind.Busy)
                {
                    continue;
                }
            }
        }, TestContext.Current.CancellationToken)));

        Assert.Empty(site.Rows(Problems));
        Assert.Equal(pages, site.Scalar<long>("select count(*) from wagtailcore_page"));
    }

    [Fact]
    public void A_writer_who_has_not_come_to_an_end_is_waited_for_and_then_nothing_is_moved()
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        using NpgsqlConnection writer = new(site.ConnectionString);
        writer.Open();
        using NpgsqlTransaction open = writer.BeginTransaction();
        using (NpgsqlCommand insert = new(
            "update wagtailcore_page set title = 'Saved meanwhile' where id = 68", writer))
            insert.ExecuteNonQuery();
        using Session impatient =
            Session.Open(site.Settings.WithLockTimeout(TimeSpan.FromMilliseconds(200)), "Test",
                TestContext.Current.CancellationToken);

        DataOpsException busy =
            Assert.Throws<DataOpsException>(() =>
                new MovePage().Run(impatient, new() { Id = [61], To = "3", NoUndo = true },
            new()).ToArray());

        Assert.Equal(FailureKind.Busy, busy.Kind);
        open.Commit();
        Assert.Equal(["000100020004 Saved meanwhile"],
            site.Column("select b.path || ' ' || t.title from wagtailcore_page b, wagtailcore_page t where b.id "
            + "= 61 and t.id = 68"));
    }

    // Gaps between siblings, and slugs that other parents' children have, too.
    private static void Loosen(TestDatabase site, Random random, string collation)
    {
        site.Execute($"""alter table wagtailcore_page alter path type varchar(255) collate "{collation}" """);
        for (int i = 0; i < 12; i++)
        {
            IReadOnlyList<long> pages = PageTreeOracle.Of(site).Pages;
            long page = pages[random.Next(pages.Count)];
            string path = site.Scalar<string>($"select path from wagtailcore_page where id = {page}")!;
            string place = $"{path[..^4]}00{"0123"[random.Next(4)]}{"0123456789ABCDEF"[random.Next(16)]}";
            if (!place.EndsWith("0000", StringComparison.Ordinal)
                && site.Scalar<long>($"select count(*) from wagtailcore_page where path = '{place}'") == 0)
                site.Execute($"""
                    update wagtailcore_page set path = '{place}' || substr(path, {path.Length + 1})
                    where starts_with(path, '{path}')
                    """);
        }
        site.Execute("""
            update wagtailcore_page p set slug = 'same', url_path = a.url_path || 'same/'
            from wagtailcore_page a where a.path = left(p.path, -4) and p.numchild = 0 and p.depth > 2
              and p.path = (select max(l.path) from wagtailcore_page l where left(l.path, -4) = a.path)
            """);
    }

    private static void MoveOneByOne(TestDatabase site, MovePageOptions options)
    {
        bool isForward =
            options.Position is PagePosition.FirstChild or PagePosition.FirstSibling or PagePosition.Right;
        MovePageOptions next = options;
        foreach (long id in isForward ? options.Id : options.Id.Reverse())
        {
            Move(site, next with { Id = [id] });
            next = options with { To = $"{id}", Position = isForward ? PagePosition.Right : PagePosition.Left };
        }
    }

    private static MovePageResult Move(TestDatabase site, MovePageOptions options, OperationContext? context = null) =>
        site.Run(new MovePage(), options, context).OfType<MovePageResult>().Single();
}
