using DataOps.Core.Features.Databases;
using DataOps.Core.Features.Orphans;

namespace DataOps.Core.Tests.Features.Orphans;

public sealed class FindOrphanTests(PostgresServer server)
{
    [Theory, InlineData(Site.Sample), InlineData(Site.Bakery), InlineData(Site.Fresh)]
    public void A_healthy_site_has_no_error_and_no_warning(Site healthy)
    {
        using TestDatabase site = server.CopyOf(healthy);

        Assert.Empty(Find(site, new()));
    }

    [Fact]
    public void A_log_entry_of_a_deleted_page_is_history_and_not_damage()
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);

        Finding entry = Assert.Single(Find(site, new() { IncludeExpected = true }));
        Assert.Equal(((Enum?)ReferenceClass.Soft, Severity.Expected, "wagtailcore_pagelogentry", "1", "page_id", "2"),
            (entry.Class, entry.Severity, entry.Table, entry.Key, entry.Column, entry.Value));
    }

    [Fact]
    public void Texts_of_tables_that_nobody_asks_for_are_not_read()
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        using Session other = site.Open();
        other.Execute("begin; lock table public.breads_breadpage, public.blog_blogpage in access exclusive mode");
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(20));
        OperationContext context = new() { Cancellation = patience.Token };

        Assert.Empty(site.Run(new FindOrphan(), new() { Table = ["nix*"] }, context));
        Assert.Empty(site.Run(new FindOrphan(), new() { Model = ["recipes"] }, context));
        Assert.Empty(site.Run(new GetReference(), new() { Table = ["nix*"] }, context));
    }

    [Theory]
    [InlineData("primary key", "4,5,7")]
    [InlineData("", "(0,4),(0,5),(0,7)")]
    public void Generic_references_are_the_same_with_an_index_of_both_columns_and_without_a_primary_key(
        string constraint, string keys)
    {
        using TestDatabase site = server.Django("desk.memo shop.item", $"""
            create table shop_item (id int primary key);
            create table desk_memo (
              id int {constraint}, content_type_id int references django_content_type, object_id text);
            insert into shop_item select i from generate_series(1, 3) i;
            insert into desk_memo select i, (select id from django_content_type where model = 'item'), v
            from (values (1, '1'), (2, '2'), (3, '3'), (4, '9'), (5, '9'), (6, null), (7, 'none')) x (i, v)
            """);
        string[] without = [.. Find(site, new()).Select(f => f.Key!).Order(StringComparer.Ordinal)];
        site.Execute("create index on desk_memo (content_type_id, object_id)");

        Assert.Equal(keys, string.Join(',', without));
        Assert.Equal(without, Find(site, new()).Select(f => f.Key!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_row_of_a_model_whose_table_is_not_known_is_no_orphan_and_not_repaired()
    {
        using TestDatabase site = server.Django("desk.memo shop.sale shop.pair shop.item", """
            create table shop_pair (a int, b int, primary key (a, b));
            create table shop_item (id int primary key);
            create table desk_memo (
              id int primary key, content_type_id int references django_content_type, object_id int);
            insert into desk_memo select row_number() over (order by model), id, 5 from django_content_type
            where app_label = 'shop'
            """);

        // shop_item has no row 5; whether shop.sale and shop.pair have one, nobody can see.
        Finding orphan = Assert.Single(Find(site, new()));
        Assert.Equal((ReferenceClass.Generic, Severity.Warning, "1"), (orphan.Class, orphan.Severity, orphan.Key));
        Assert.Equal([("2", Severity.Expected), ("3", Severity.Expected)],
            Find(site, new() { IncludeExpected = true }).Where(f => f.Class is AuditProblem.Unchecked)
                .Select(f => (f.Key!, f.Severity)).Order());

        OrphanInput[] all = [.. Enumerable.Range(1, 3).Select(
            k => new OrphanInput { Table = "desk_memo", Reference = orphan.Reference!, Key = $"{k}" })];
        site.Run(new RepairOrphan(), new() { NoUndo = true, InputObject = all });
        Assert.Equal(["1 ", "2 5", "3 5"], site.Column("select concat(id, ' ', object_id) from desk_memo order by id"));
    }

    [Fact]
    public void What_links_to_a_deleted_row_by_other_names_than_its_tags_stays()
    {
        using TestDatabase site = server.Django("desk.tag desk.change shop.item", """
            create table shop_shop (id int primary key);
            create table shop_item (id int primary key, shop_id int not null references shop_shop);
            create table desk_tag (id int primary key, content_type_id int references django_content_type, object_id int);
            create table desk_change (
              id int primary key, changed_object_type_id int references django_content_type, changed_object_id int);
            set session_replication_role = replica;
            insert into shop_item values (1, 9);
            insert into desk_tag select 1, id, 1 from django_content_type where model = 'item';
            insert into desk_change select 1, id, 1 from django_content_type where model = 'item'
            """);

        RepairOrphanResult result = new Damage(site).Repair(new()
        {
            Reference = ["shop_item_shop_id_fkey"], Action = OrphanAction.Delete, NoUndo = true,
        });

        Assert.Equal(2, result.Deleted);
        Assert.Equal("desk_change.changed_object_type+changed_object_id", Assert.Single(Find(site, new())).Reference);
    }

    [Fact]
    public void Every_violated_foreign_key_is_found_and_no_other()
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);

        IReadOnlyList<Finding> found =
            Find(site,
                new() { Class = [ReferenceClass.ForeignKey, ReferenceClass.Unvalidated, ReferenceClass.Inheritance] });
        Assert.Equal(Oracle.Declared(site),
            Rows(found.Where(o => o.Column != "content_type_id" || o.Class is not ReferenceClass.Inheritance)));
        Assert.Equal("901", Assert.Single(found, o => o.Value == "9995").Key);
    }

    [Fact]
    public void Undeclared_references_are_found_under_their_classes()
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);
        ILookup<string, string[]> expected = Oracle.Undeclared(site).ToLookup(r => r[0]);
        ILookup<string, Finding> found = Find(site, new() { IncludeExpected = true }).ToLookup(o => $"{o.Class}");

        Assert.Equal(
            expected["unconstrained fk"].Select(r => $"{r[1]}|{r[2]}|{r[3]}").Order(StringComparer.Ordinal),
            found["Soft"].Select(o => $"{o.Table}.{o.Column}|{o.Key}|{o.Value}").Order(StringComparer.Ordinal));
        Assert.Equal(
            expected["generic"].Select(r => $"{r[1].Split(' ')[0]}|{r[2]}|{r[3]}").Distinct()
                .Order(StringComparer.Ordinal),
            found["Generic"].Select(
                o => $"{o.Table}|{o.Key}|{(o.Column == "to_object_id" ? TargetOf(expected, o) : o.Value)}").Distinct()
                    .Order(StringComparer.Ordinal));
        Assert.Equal(
            expected["tree"].Where(r => r[4] == "no parent").Select(r => $"{r[1]}|{r[2]}|{r[3]}")
                .Order(StringComparer.Ordinal),
            found["Tree"].Select(o => $"{o.Table}.{o.Column}|{o.Key}|{o.Value}").Order(StringComparer.Ordinal));
        Assert.Equal(expected["inheritance"].Select(r => $"{r[2]}|{r[3]}"),
            found["Inheritance"].Where(o => o.Column == "content_type_id").Select(o => $"{o.Key}|{o.Value}"));
        Finding body = Assert.Single(found["Embedded"]);
        Assert.Equal(("blog_blogpage", "68", "body", "24"), (body.Table, body.Key, body.Column, body.Value));
        Assert.Equal(
            // legacyshop_product.page_id has no index: a number that may mean anything.
            ["wagtailcore_comment|901|page_id|9996"], Rows(found["Implied"]));
    }

    [Theory, MemberData(nameof(PostgresServer.Versions), MemberType = typeof(PostgresServer))]
    public void The_damaged_sample_site_has_the_same_orphans_on_every_server(int major)
    {
        using TestDatabase site = server.CopyOf(Site.SampleDamaged, major);

        IReadOnlyList<Finding> found = Find(site, new());
        Assert.Equal(Oracle.Declared(site),
            Rows(found.Where(o => o.Class is ReferenceClass.ForeignKey or ReferenceClass.Unvalidated
                || (o.Class is ReferenceClass.Inheritance && o.Column != "content_type_id"))));
        Assert.Equal(["3", "901"],
            found.Where(o => o.Class is ReferenceClass.Unvalidated).Select(o => o.Key).Order(StringComparer.Ordinal));
        Assert.Equal(["8 content_type_id", "9 page_ptr_id"],
            found.Where(o => o.Class is ReferenceClass.Inheritance).Select(o => $"{o.Key} {o.Column}")
                .Order(StringComparer.Ordinal));
        Assert.Equal("16", Assert.Single(found, o => o.Class is ReferenceClass.Tree).Key);
        Assert.Equal(["body 4", "standfirst 9"],
            found.Where(o => o.Class is ReferenceClass.Embedded).Select(o => $"{o.Column} {o.Value}")
                .Order(StringComparer.Ordinal));
        Assert.Equal("602", Assert.Single(found, o => o.Class is ReferenceClass.Implied).Value);
    }

    [Fact]
    public void A_summary_counts_what_the_list_has()
    {
        using TestDatabase site = server.CopyOf(Site.SampleDamaged);

        IEnumerable<Finding> summary = site.Run(new FindOrphan(), new() { Summary = true, IncludeExpected = true });
        Assert.Equal(
            Find(site, new() { IncludeExpected = true }).GroupBy(o => o.Reference)
                .Select(g => (g.Key, g.LongCount())).Order(),
            summary.Select(s => (s.Reference, s.Count)).Order());
    }

    [Fact]
    public void Filters_narrow_by_table_model_class_and_reference()
    {
        using TestDatabase site = server.CopyOf(Site.SampleDamaged);

        Assert.All(Find(site, new() { Table = ["news_*"] }), o => Assert.StartsWith("news_", o.Table));
        Assert.All(Find(site, new() { Model = ["events"] }), o => Assert.StartsWith("events.", o.Model));
        Assert.All(
            Find(site, new() { Class = [ReferenceClass.Tree] }), o => Assert.Equal(ReferenceClass.Tree, o.Class));
        Assert.All(Find(site, new() { Reference = ["wagtailcore_page.path"] }),
            o => Assert.Equal("wagtailcore_page.path", o.Reference));
        Assert.Equal(
            "UnknownTable", Assert.Throws<DataOpsException>(() => Find(site, new() { Table = ["no_such"] })).Id);
    }

    [Fact]
    public void Composite_keys_other_schemas_and_odd_names_are_no_obstacle()
    {
        using TestDatabase site = server.Blank();
        site.Execute(""""
            create schema "Odd ""schema""";
            create table "Odd ""schema"""."the parent" (a int, "B b" text, primary key (a, "B b"));
            create table "Odd ""schema"""."child; drop" ("key" uuid default '00000000-0000-0000-0000-000000000001', a int, "B b" text,
              constraint both_fk foreign key (a, "B b") references "Odd ""schema"""."the parent");
            set session_replication_role = replica;
            insert into "Odd ""schema"""."child; drop" values (default, 1, 'x'), (default, null, 'x'), (default, 2, null);
            """");

        Finding orphan = Assert.Single(Find(site, new()));
        Assert.Equal(("Odd \"schema\".child; drop", "(0,1)", "a,B b", "1,x", "both_fk"),
            (orphan.Table, orphan.Key, orphan.Column, orphan.Value, orphan.Reference));
    }

    [Fact]
    public void A_key_that_differs_in_case_has_its_target_where_the_foreign_key_takes_both_for_one()
    {
        using TestDatabase site = server.Blank();
        Assert.SkipUnless(site.Scalar<long>("select count(*) from pg_available_extensions where name = 'citext'") > 0,
            "The server came without citext.");
        site.Execute("""
            create extension citext;
            create table parent (code citext primary key); create table child (id int primary key, code citext references parent, other citext references parent);
            insert into parent values ('Abc'); insert into child values (1, 'aBC', 'abc');
            """);

        Assert.Empty(Find(site, new()));
        Assert.Empty(site.Run(new RepairOrphan(), new() { WhatIf = true }).OfType<OrphanPlan>());
    }

    [Fact]
    public void Random_damage_is_found_as_the_hand_written_query_finds_it()
    {
        int seed = Random.Shared.Next();
        Random random = new(seed);
        using TestDatabase site = server.Blank();
        site.Execute("""
            create table p (id int primary key); create table q (id text primary key);
            create table c (id bigint primary key, few int references p, many int references p, word text references q);
            create index on c (few); create index on c (many);
            """);
        for (int round = 0; round < 6; round++)
        {
            int rows = random.Next(6000, 20000);
            site.Execute($"""
                set session_replication_role = replica;
                truncate p, q, c;
                select setseed({random.NextDouble():0.0000});
                insert into p select g from generate_series(1, {random.Next(1, 3000)}) g where random() < 0.9;
                insert into q select g::text from generate_series(1, {random.Next(1, 500)}) g where random() < 0.9;
                insert into c select g, nullif((random() * {random.Next(1, 9)})::int, 0), (random() * 3000)::int, nullif((random() * 500)::int::text, '0') from generate_series(1, {rows}) g;
                """);
            // With statistics the columns of few values take their own way; without them all go in one pass.
            if (round % 2 == 0)
                site.Execute("analyze");
            Assert.True(Oracle.Declared(site).SequenceEqual(Rows(Find(site, new()))), $"seed {seed}, round {round}");
        }
    }

    private static IReadOnlyList<Finding> Find(TestDatabase site, FindOrphanOptions options) =>
        site.Run(new FindOrphan(), options);

    private static IEnumerable<string> Rows(IEnumerable<Finding> orphans) =>
        orphans.Select(o => $"{o.Table}|{o.Key}|{o.Column}|{o.Value}").Order(StringComparer.Ordinal);

    // The file shows the source's object id also where the target is missing.
    private static string TargetOf(ILookup<string, string[]> expected, Finding orphan) =>
        expected["generic"].FirstOrDefault(r => r[1] == "wagtailcore_referenceindex target" && r[2] == orphan.Key)?[3]
            ?? orphan.Value!;
}
