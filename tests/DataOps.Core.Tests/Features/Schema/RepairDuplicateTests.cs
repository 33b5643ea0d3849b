using DataOps.Core.Features.Schema;
using DataOps.Core.Features.Schema.Constraints;
using DataOps.Core.Features.Schema.Duplicates;
using DataOps.Core.Features.Undo;
using AuditOfAll = DataOps.Core.Features.Audits.TestDatabase;
using TestDatabase = DataOps.Core.Tests.Support.Servers.TestDatabase;

namespace DataOps.Core.Tests.Features.Schema;

/// <summary>Doubled rows: found with keys and labels, merged with all that refers to them, and undone.</summary>
public sealed class RepairDuplicateTests(PostgresServer server) : IDisposable
{
    private const string Shop = """
        create table django_content_type (id int primary key, app_label varchar(100), model varchar(100),
            unique (app_label, model));
        insert into django_content_type values (1, 'shop', 'customer'), (2, 'shop', 'order'), (3, 'shop', 'card');
        create table django_admin_log (id int primary key, content_type_id int, object_id text);
        create table shop_customer (id int primary key, name text, email text, friend_id int references shop_customer);
        create table shop_order (id int primary key, customer_id int not null references shop_customer, total int);
        create table shop_offer (id int primary key, title text);
        create table shop_offer_customers (id int primary key, offer_id int not null references shop_offer,
            customer_id int not null references shop_customer, unique (offer_id, customer_id));
        create table shop_note (id int primary key, content_type_id int references django_content_type,
            object_id varchar(20), text text);
        create table shop_card (customer_id int primary key references shop_customer, points int);
        insert into shop_customer values (1, 'Ada', 'a@x.example', null), (2, 'Bea', 'b@x.example', 1),
            (3, 'Ada', 'a@x.example', null), (4, 'Ada', 'a@x.example', 2), (5, 'Cy', null, 3), (6, 'Cy', null, null);
        insert into shop_order values (1, 3, 10), (2, 3, 20), (3, 4, 30), (4, 2, 40);
        insert into shop_offer values (1, 'Spring'), (2, 'Autumn');
        insert into shop_offer_customers values (1, 1, 1), (2, 1, 3), (3, 2, 4), (4, 2, 2);
        insert into shop_note values (1, 1, '3', 'calls'), (2, 1, '1', 'writes'), (3, 2, '3', 'an order');
        insert into django_admin_log values (1, 1, '4');
        """;

    private readonly ChangeFiles _files = new();
    private readonly List<string> _warnings = [];

    public void Dispose() => _files.Dispose();

    [Fact]
    public void The_doubled_tags_of_the_damaged_bakery_are_merged_and_their_constraints_made()
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);
        site.Execute("""
            insert into blog_blogpagetag (id, content_object_id, tag_id)
              select 900, min(content_object_id), 901 from blog_blogpagetag where tag_id = 4;
            insert into blog_blogpagetag (id, content_object_id, tag_id)
              select 901, min(page_ptr_id), 901 from blog_blogpage
              where page_ptr_id not in (select content_object_id from blog_blogpagetag where tag_id = 4);
            """);
        IReadOnlyDictionary<string, string> before = site.Digest();

        DuplicateGroup[] found = [.. site.Run(new FindDuplicate(), new())];
        Assert.Equal(["name fermentation 2 4, 901", "slug fermentation 2 4, 901"],
            found.Select(g => $"{g.Column} {g.Value} {g.Count} {g.Keys}"));
        Assert.All(found, g => Assert.Equal("fermentation, fermentation", g.Labels));
        RepairDuplicateOptions options = new() { Keep = KeptRow.MostReferenced };
        IReadOnlyList<IChangeResult> plan = Repair(site, options with { WhatIf = true });
        Assert.Equal(before, site.Digest());
        RepairDuplicateResult done = Sum(Repair(site, options with { UndoPath = _files.New() }));

        DuplicatePlan group = Assert.Single(plan.OfType<DuplicatePlan>());
        Assert.Equal(("4", "fermentation", "901", 2L), (group.Key, group.Label, group.Delete, group.Repointed));
        // Nothing declares that a page has a tag once: the row that says it again stays.
        Assert.Equal((true, 1L, 2L, 0L), (done.Changed, done.Groups, done.Repointed, done.Doubled));
        Assert.Equal((1L, 2L, 0L), (done.Deleted, done.Updated, done.LeftBehind));
        Assert.Equal((false, done.WouldChange), (Sum(plan).Changed, Sum(plan).WouldChange));
        Assert.Empty(site.Run(new FindDuplicate(), new()));
        Assert.DoesNotContain(site.Run(new AuditOfAll(), new() { Audit = [Audit.Uniqueness] }),
            f => f.Class is UniquenessProblem.DoubledRow);
        string repair = done.UndoPath!;
        string made = _files.New();
        Assert.Equal(2, site.Run(new RepairConstraint(), new() { Table = ["taggit_tag"], UndoPath = made })
            .OfType<ConstraintRepair>().Count(r => r.Status == ConstraintStatus.Done));
        site.Run(new UndoChange(), new() { Path = made, NoUndo = true });
        ChangeFiles.Undo(site, repair);
        Assert.Equal(before, site.Digest());
    }

    [Theory]
    [InlineData(KeptRow.Oldest, "1")]
    [InlineData(KeptRow.Newest, "4")]
    [InlineData(KeptRow.MostReferenced, "3")]
    public void Every_reference_to_the_others_leads_to_the_row_that_is_kept(KeptRow keep, string kept)
    {
        using TestDatabase shop = server.Blank();
        shop.Execute(Shop);
        IReadOnlyDictionary<string, string> before = shop.Digest();

        IReadOnlyList<IChangeResult> plan = Repair(shop, Customers(keep) with { WhatIf = true });
        RepairDuplicateResult done = Sum(Repair(shop, Customers(keep) with { UndoPath = _files.New() }));

        // NULL is like no other: the two Cys stay.
        Assert.Equal([kept, "2", "5", "6"],
            shop.Column($"select id::text from shop_customer order by id <> {kept}, id"));
        Assert.Equal((kept, "Ada", "Ada,a@x.example"), plan.OfType<DuplicatePlan>().Select(
            g => (g.Key, g.Label, g.Value)).Single());
        Assert.Equal($"1:{kept} 2:{kept} 3:{kept} 4:2", Text(shop, "shop_order", "customer_id"));
        Assert.Equal([$"1 {kept}", "2 2", $"2 {kept}"], shop.Column(
            "select offer_id || ' ' || customer_id from shop_offer_customers order by 1").Order(StringComparer.Ordinal)
            .OrderBy(t => t![0]).ThenBy(t => t!.EndsWith(" 2", StringComparison.Ordinal) ? 0 : 1));
        Assert.Equal($"1:{kept} 2:{kept} 3:3", Text(shop, "shop_note", "object_id"));
        Assert.Equal(kept, shop.Scalar<string>("select friend_id::text from shop_customer where id = 2"));
        Assert.Equal(kept, shop.Scalar<string>("select friend_id::text from shop_customer where id = 5"));
        // A log is history.
        Assert.Equal("4", shop.Scalar<string>("select object_id from django_admin_log"));
        Assert.Equal((1L, 1L, done.WouldChange), (done.Groups, done.Doubled, Sum(plan).WouldChange));
        ChangeFiles.Undo(shop, done.UndoPath!);
        Assert.Equal(before, shop.Digest());
    }

    [Fact]
    public void Rows_that_may_come_twice_are_repointed_and_none_is_taken_for_another()
    {
        using TestDatabase shop = server.Blank();
        shop.Execute(Shop + """
            create table shop_visit (id int primary key, customer_id int not null references shop_customer);
            insert into shop_visit values (1, 1), (2, 3), (3, 3), (4, 4);
            """);

        RepairDuplicateResult done = Sum(Repair(shop, Customers(KeptRow.Oldest)));

        Assert.Equal("1:1 2:1 3:1 4:1", Text(shop, "shop_visit", "customer_id"));
        Assert.Equal(1, done.Groups);
    }

    [Fact]
    public void Values_that_are_equal_in_their_type_are_one_group_whatever_their_text()
    {
        using TestDatabase shop = server.Blank();
        shop.Execute(Shop + """
            create extension citext;
            create table shop_tag (id uuid primary key, name citext);
            insert into django_content_type values (4, 'shop', 'tag');
            create table shop_tagged (id int primary key, content_type_id int references django_content_type, object_id int);
            create index on shop_tagged (content_type_id, object_id);
            insert into shop_tagged values (1, 1, 3);
            insert into shop_tag values ('00000000-0000-0000-0000-000000000001', 'Foo'),
              ('00000000-0000-0000-0000-000000000002', 'foo'), ('00000000-0000-0000-0000-000000000003', 'Foo'),
              ('00000000-0000-0000-0000-000000000004', 'bar'), ('00000000-0000-0000-0000-000000000005', 'BAR');
            """);
        DuplicateGroup[] found = [.. shop.Run(new FindDuplicate(), new() { Model = ["shop.tag"], Field = ["name"] })];
        Assert.Equal([2L, 3L], found.Select(g => g.Count).Order());
        DuplicateGroup foo = found.Single(g => g.Count == 3);

        RepairDuplicateResult done = Sum(Repair(shop, new()
        {
            Keep = KeptRow.Oldest,
            InputObject = [new() { Table = foo.Table, Column = foo.Column, Value = foo.Value }],
        }));

        Assert.Equal((1L, 2L), (done.Groups, done.Deleted));
        Assert.Equal(["1", "4", "5"], shop.Column("select right(id::text, 1) from shop_tag order by id"));
    }

    [Fact]
    public void Groups_whose_values_are_one_text_are_not_told_apart_by_it()
    {
        using TestDatabase shop = server.Blank();
        shop.Execute(Shop + """
            insert into shop_customer values (10, 'a', 'b,c', null), (11, 'a', 'b,c', null), (12, 'a,b', 'c', null),
              (13, 'a,b', 'c', null);
            """);

        DataOpsException refusal = Refused(shop, new()
        {
            Keep = KeptRow.Oldest,
            InputObject = [new() { Table = "shop_customer", Column = "name,email", Value = "a,b,c" }],
        });

        Assert.Equal((ErrorIds.UselessInput, "4"), (refusal.Id, shop.Scalar<string>("select count(*)::text from shop_customer where id >= 10")));
    }

    [Fact]
    public void Rows_that_are_no_list_are_not_dropped_for_another()
    {
        using TestDatabase shop = server.Blank();
        shop.Execute(Shop + "insert into shop_card values (1, 7), (3, 9)");
        IReadOnlyDictionary<string, string> before = shop.Digest();

        DataOpsException refusal = Refused(shop, Customers(KeptRow.Oldest));

        Assert.Equal("NotUnique", refusal.Id);
        Assert.Contains("shop.card 3", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(before, shop.Digest());
        shop.Execute("delete from shop_card where customer_id = 1");
        Assert.Equal(1, Sum(Repair(shop, Customers(KeptRow.Oldest))).Groups);
        Assert.Equal("1 9", shop.Scalar<string>("select customer_id || ' ' || points from shop_card"));
    }

    [Theory]
    [InlineData("update shop_customer set friend_id = 3 where id = 1", "NotRepairable")]
    [InlineData("alter table shop_customer drop constraint shop_customer_pkey cascade", "NoKey")]
    [InlineData("create table shop_copy (id int primary key, a int, b text, "
        + "foreign key (a, b) references shop_customer (id, name)); insert into shop_copy values (1, 3, 'Ada')", "ProtectedRows")]
    public void What_cannot_be_merged_is_refused(string sql, string id)
    {
        using TestDatabase shop = server.Blank();
        shop.Execute($"{Shop} alter table shop_customer add unique (id, name); {sql}");
        IReadOnlyDictionary<string, string> before = shop.Digest();

        Assert.Equal(id, Refused(shop, Customers(KeptRow.Oldest)).Id);
        Assert.Equal(id, Refused(shop, Customers(KeptRow.Oldest) with { WhatIf = true }).Id);
        Assert.Equal(before, shop.Digest());
    }

    [Fact]
    public void Users_are_merged_only_when_they_are_named_and_no_more_than_may_be()
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        site.Execute("""
            do $$ declare c record; begin
              for c in select conname from pg_constraint where contype = 'u' and conrelid = 'auth_user'::regclass
              loop execute format('alter table auth_user drop constraint %I', c.conname); end loop; end $$;
            create temp table copy as select * from auth_user order by id limit 1;
            update copy set id = 990;
            insert into auth_user select * from copy;
            """);
        IReadOnlyDictionary<string, string> before = site.Digest();

        DataOpsException unnamed = Refused(site, new() { Keep = KeptRow.Oldest });
        Assert.Equal("ReferenceNotNamed", unnamed.Id);
        Assert.Contains("-Model auth.user -Field username", unnamed.Advice, StringComparison.Ordinal);
        RepairDuplicateOptions named = new() { Model = ["auth.user"], Field = ["username"], Keep = KeptRow.Newest };
        Assert.Equal("TooManyDeletions", Refused(site, named with { MaxDelete = "0" }).Id);
        Assert.Equal(before, site.Digest());
        RepairDuplicateResult done = Sum(Repair(site, named with { UndoPath = _files.New() }));

        Assert.Equal((1L, 1L), (done.Groups, done.Deleted));
        Assert.Empty(Oracle.Declared(site));
        ChangeFiles.Undo(site, done.UndoPath!);
        Assert.Equal(before, site.Digest());
    }

    [Fact]
    public void Only_the_groups_of_the_pipeline_are_merged()
    {
        using TestDatabase shop = server.Blank();
        shop.Execute(Shop + "insert into shop_customer values (7, 'Bea', 'b@x.example', null)");
        DuplicateGroup[] found =
            [.. shop.Run(new FindDuplicate(), new() { Model = ["shop.customer"], Field = ["name,email"] })];
        DuplicateGroup bea = found.Single(g => g.Value == "Bea,b@x.example");

        RepairDuplicateResult done = Sum(Repair(shop, new()
        {
            Keep = KeptRow.Oldest,
            InputObject =
            [
                new()
                {
                    Server = bea.Server, Database = bea.Database, Table = bea.Table, Column = bea.Column,
                    Value = bea.Value,
                },
            ],
        }));

        Assert.Equal(["2, 7", "1, 3, 4"], found.Select(g => g.Keys).OrderByDescending(k => k));
        Assert.Equal((1L, 1L), (done.Groups, done.Deleted));
        Assert.Equal(["Ada,a@x.example"],
            shop.Run(new FindDuplicate(), new() { Model = ["shop.customer"], Field = ["name", "email"] })
                .Select(g => g.Value));
    }

    [Theory]
    [InlineData("shop.customer", "nick", "UnknownField")]
    [InlineData("shop.client", "name", "UnknownModel")]
    [InlineData("shop.*", "name", "UnknownModel")]
    public void A_name_that_is_not_there_is_refused(string model, string field, string id)
    {
        using TestDatabase shop = server.Blank();
        shop.Execute(Shop);

        Assert.Equal(id, Assert.Throws<DataOpsException>(
            () => shop.Run(new FindDuplicate(), new() { Model = [model], Field = [field] })).Id);
    }

    [Fact]
    public void What_an_index_of_an_expression_has_let_in_is_found_by_its_name()
    {
        using TestDatabase shop = server.Blank();
        shop.Execute(Shop + "create unique index ware_name on shop_offer (lower(title)) where id > 0; "
            + "update pg_index set indisvalid = false, indisready = false where indexrelid = 'ware_name'::regclass");
        shop.Execute("insert into shop_offer values (3, 'SPRING'), (-1, 'spring')");

        DuplicateGroup found = Assert.Single(shop.Run(new FindDuplicate(), new() { Constraint = ["ware_name"] }));

        Assert.Equal(("spring", "1, 3", "Spring, SPRING"), (found.Value, found.Keys, found.Labels));
        Assert.StartsWith("Repair-Duplicate -Constraint 'ware_name' -Keep", found.Remedy, StringComparison.Ordinal);
        Assert.Equal(1, Sum(Repair(shop, new() { Constraint = ["ware_name"], Keep = KeptRow.Newest })).Deleted);
        Assert.Equal(["-1", "2", "3"], shop.Column("select id::text from shop_offer order by id"));
    }

    [Fact]
    public void What_an_expected_index_of_own_functions_forbids_is_merged()
    {
        const string Folded = "create function folded(text) returns text immutable language sql as 'select lower($1)';";
        using TestDatabase expected = server.Blank();
        using TestDatabase shop = server.Blank();
        expected.Execute($"{Folded} {Shop} create unique index offer_folded on shop_offer (folded(title))");
        shop.Execute($"{Folded} {Shop} insert into shop_offer values (3, 'SPRING'), (4, null), (5, null)");

        DuplicateGroup found = Assert.Single(shop.Run(new FindDuplicate(), new() { ReferenceDatabase = expected.Uri }));
        Repair(shop, new() { ReferenceDatabase = expected.Uri, Keep = KeptRow.MostReferenced });

        Assert.Equal(("spring", "1, 3", "offer_folded"), (found.Value, found.Keys, found.Constraint));
        ConstraintRepair made = Assert.Single(shop.Run(new RepairConstraint(), new()
        {
            ReferenceDatabase = expected.Uri,
        }).OfType<ConstraintRepair>());
        Assert.Equal((ConstraintStatus.Done, "offer_folded"), (made.Status, made.Constraint));
        Assert.Equal("1 2 4 5", string.Join(' ', shop.Column("select id::text from shop_offer order by id")));
    }

    private static RepairDuplicateOptions Customers(KeptRow keep) =>
        new() { Model = ["shop.customer"], Field = ["name", "email"], Keep = keep, NoUndo = false };

    private IReadOnlyList<IChangeResult> Repair(TestDatabase site, RepairDuplicateOptions options) => site.Run(
        new RepairDuplicate(), options, new() { Warning = _warnings.Add });

    private DataOpsException Refused(TestDatabase site, RepairDuplicateOptions options) =>
        Assert.Throws<DataOpsException>(() => Repair(site, options));

    private static RepairDuplicateResult Sum(IReadOnlyList<IChangeResult> told) =>
        Assert.IsType<RepairDuplicateResult>(told[^1]);

    private static string Text(TestDatabase site, string table, string column) =>
        string.Join(' ', site.Column($"select id || ':' || {column} from {table} order by id"));
}
