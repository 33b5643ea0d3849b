using DataOps.Core.Features.Schema.Constraints;
using Npgsql;

namespace DataOps.Core.Tests.Features.Schema;

public sealed class RepairConstraintTests(PostgresServer server)
{
    private const string Comment = "wagtailcore_comment.page_id";
    private const string Redirect = "wagtailredirects_red_redirect_page_id_b5728a8f_fk_wagtailco";

    private const string Shop = """
        create table django_content_type (id int primary key, app_label varchar(100), model varchar(100),
            unique (app_label, model));
        insert into django_content_type values (1, 'shop', 'customer'), (2, 'shop', 'order');
        create table shop_customer (id int primary key); create table shop_order (id int primary key, customer_id int);
        create index shop_order_customer_id_f638df20 on shop_order (customer_id);
        insert into shop_customer values (1), (2); insert into shop_order values (1, 1), (2, 2), (3, null)
        """;

    private const string Name = "shop_order_customer_id_f638df20_fk_shop_customer_id";

    [Fact]
    public void On_the_damaged_site_nothing_is_enforced_before_its_orphans_are_gone()
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);
        string schema = Schema(site);

        IReadOnlyList<IChangeResult> results = Run(
            site, new RepairConstraintOptions { Reference = [Comment, Redirect] });

        Assert.Equal(
            [$"Add Refused {Comment} 1 False", $"Validate Refused {Redirect} 3 False"],
            results.OfType<ConstraintRepair>().Select(
                r => $"{r.Action} {r.Status} {r.Reference} {r.Violations} {r.Changed}"));
        Assert.Equal($"1 row has no target (901 -> 9996): Find-Orphan -Reference {Comment} | Repair-Orphan",
            results.OfType<ConstraintRepair>().First().Note);
        Assert.Equal((false, 0, 2), Sum(results, r => r.Refused));
        Assert.Equal(schema, Schema(site));
    }

    [Fact]
    public void When_the_orphans_are_gone_the_damaged_site_gets_the_constraints_of_the_healthy_one()
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);
        using TestDatabase healthy = server.CopyOf(Site.Bakery);
        site.Execute("""
            set session_replication_role = replica; delete from wagtailcore_comment where id = 901;
            delete from wagtailredirects_redirect where id in (7, 11, 901)
            """);
        IReadOnlyDictionary<string, string> before = site.Digest();
        string schema = Schema(site);
        RepairConstraintOptions options = new() { Reference = [Comment, Redirect] };

        IReadOnlyList<IChangeResult> plan = Run(site, options with { WhatIf = true });
        Assert.Equal(schema, Schema(site));
        IReadOnlyList<IChangeResult> results = Run(site, options);

        Assert.Equal((false, 2, 0), Sum(plan, r => r.Refused));
        Assert.Equal((true, 2, 0), Sum(results, r => r.Refused));
        Assert.All(results.OfType<ConstraintRepair>(),
            r => Assert.Equal((ConstraintStatus.Done, true), (r.Status, r.Changed)));
        string constraints =
            "select conname || ' ' || pg_get_constraintdef(oid) from pg_constraint where contype = 'f' "
            + "and conrelid::regclass::text in ('wagtailcore_comment', 'wagtailredirects_redirect') order by 1";
        Assert.Equal(healthy.Column(constraints), site.Column(constraints));
        Assert.Equal(before, site.Digest());
        RepairConstraintOptions again = new() { Table = ["wagtailcore_comment", "wagtailredirects_redirect"] };
        Assert.Equal((false, 0, 0), Sum(Run(site, again), r => r.Refused));
    }

    [Fact]
    public void A_column_that_looks_like_a_reference_is_suggested_and_changed_only_when_it_is_named()
    {
        using TestDatabase database = server.Blank();
        database.Execute(Shop);
        string schema = Schema(database);

        ConstraintRepair suggested = Assert.Single(
            Run(database, new RepairConstraintOptions()).OfType<ConstraintRepair>());
        Assert.Equal((ConstraintAction.Add, ConstraintStatus.Suggested, "shop_order.customer_id"),
            (suggested.Action, suggested.Status, suggested.Reference));
        Assert.Equal((Name, false), (suggested.Constraint, suggested.Changed));
        Assert.Equal(schema, Schema(database));

        IReadOnlyList<IChangeResult> results = Run(
            database, new RepairConstraintOptions { Reference = [suggested.Reference!] });

        Assert.Equal((true, 1, 0), Sum(results, r => r.Refused));
        Assert.Equal([$"{Name} FOREIGN KEY (customer_id) REFERENCES shop_customer(id) DEFERRABLE INITIALLY DEFERRED"],
            Constraints(database));
        Assert.Single(Run(database, new RepairConstraintOptions()));
    }

    [Fact]
    public void One_that_does_not_hold_is_no_suggestion_and_can_be_added_for_new_rows_alone()
    {
        using TestDatabase database = server.Blank();
        database.Execute(Shop + "; insert into shop_order values (4, 77)");

        Assert.Single(Run(database, new RepairConstraintOptions()));
        IReadOnlyList<IChangeResult> results = Run(
            database, new RepairConstraintOptions { Reference = ["shop_order.customer_id"], NotValid = true });

        ConstraintRepair added = Assert.IsType<ConstraintRepair>(results[0]);
        Assert.Equal((ConstraintAction.Add, ConstraintStatus.Done, 1, true),
            (added.Action, added.Status, (int)added.Violations, added.Changed));
        Assert.EndsWith("NOT VALID", Assert.Single(Constraints(database)));
        Assert.Equal("23503",
            Assert.Throws<PostgresException>(() => database.Execute("insert into shop_order values (5, 88)")).SqlState);
        Assert.Equal(["Validate Refused 1"], Told(database));
        database.Execute("delete from shop_order where id = 4");
        Assert.Equal(["Validate Done 0"], Told(database));
        Assert.EndsWith("INITIALLY DEFERRED", Assert.Single(Constraints(database)));
    }

    [Fact]
    public void History_never_gets_a_constraint()
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        string schema = Schema(site);

        Assert.Single(
            Run(site,
                new RepairConstraintOptions { Reference = ["wagtailcore_pagelogentry.*",
                    "wagtailcore_modellogentry.*"] }));
        Assert.DoesNotContain(Run(site, new RepairConstraintOptions()).OfType<ConstraintRepair>(),
            r => r.Changed || r.Status == ConstraintStatus.Refused);
        Assert.Equal(schema, Schema(site));
        using TestDatabase shop = server.Blank();
        shop.Execute(Shop);
        Assert.Single(
            Run(shop,
                new RepairConstraintOptions { Reference = ["*"],
                    SoftReference = ["shop_order.customer_id=shop_customer"] }));
    }

    [Theory]
    [InlineData("shop_order")]
    [InlineData("shop_customer")]
    public void Triggers_that_are_switched_off_are_enabled_when_all_rows_have_a_target(string table)
    {
        using TestDatabase database = server.Blank();
        database.Execute(
            $"{Shop}; alter table shop_order add constraint fk foreign key (customer_id) references shop_customer");
        database.Execute($"alter table {table} disable trigger all");
        database.Execute("create function nothing() returns trigger language plpgsql as 'begin return null; end'");
        database.Execute(
            $"create trigger own after insert on {table} for each row execute function nothing(); alter table " +
                $"{table} disable trigger own");
        database.Execute("set session_replication_role = replica; insert into shop_order values (4, 77)");

        Assert.Equal(["Enable Refused 1"], Told(database));
        database.Execute("set session_replication_role = replica; delete from shop_order where id = 4");
        Assert.Equal(["Enable Done 0"], Told(database));

        Assert.Equal("23503",
            Assert.Throws<PostgresException>(() => database.Execute("insert into shop_order values (5, 88)")).SqlState);
        Assert.Equal("23503",
            Assert.Throws<PostgresException>(() =>
                database.Execute("delete from shop_customer where id = 1")).SqlState);
        // What the operator has switched off besides stays so.
        Assert.Equal(["own"], database.Column("select tgname from pg_trigger where tgenabled = 'D'"));
        Assert.Single(Run(database, new RepairConstraintOptions()));
    }

    [Fact]
    public async Task While_it_validates_others_write_to_both_tables()
    {
        using TestDatabase database = server.Blank();
        database.Execute(
            $"{Shop}; alter table shop_order add constraint fk foreign key (customer_id) references shop_customer " +
                $"not valid");
        CancellationToken stop = TestContext.Current.CancellationToken;
        await using NpgsqlConnection holder = new(database.ConnectionString);
        await holder.OpenAsync(stop);
        await using NpgsqlTransaction holding = await holder.BeginTransactionAsync(stop);
        // Reading is allowed, so that the orphans can be counted; the validation, which has its lock on the orders by
        // then, waits for the customers.
        await new NpgsqlCommand("lock table shop_customer in exclusive mode", holder).ExecuteNonQueryAsync(stop);
        Task<IReadOnlyList<IChangeResult>> repair = Task.Run(() => Run(database, new RepairConstraintOptions()), stop);
        while (!IsValidating(database) && !repair.IsCompleted)
            await Task.Delay(5, stop);

        // An insert would have to look at the customers, which the test itself keeps from everybody.
        database.Execute(
            "set lock_timeout = 300; delete from shop_order where id = 1; update shop_order set id = 30 where id = 3");
        await holding.CommitAsync(stop);

        Assert.Equal(
            "Validate Done", (await repair).OfType<ConstraintRepair>().Select(r => $"{r.Action} {r.Status}").Single());
    }

    [Fact]
    public async Task A_table_that_is_written_to_is_waited_for_shortly_and_tried_again()
    {
        using TestDatabase database = server.Blank();
        database.Execute(Shop);
        CancellationToken stop = TestContext.Current.CancellationToken;
        await using NpgsqlConnection holder = new(database.ConnectionString);
        await holder.OpenAsync(stop);
        await using NpgsqlTransaction holding = await holder.BeginTransactionAsync(stop);
        await new NpgsqlCommand("insert into shop_order values (9, 1)", holder).ExecuteNonQueryAsync(stop);
        RepairConstraintOptions options = new() { Reference = ["shop_order.customer_id"] };
        Task<IReadOnlyList<IChangeResult>> repair = Task.Run(() => Run(database, options), stop);
        foreach (bool isWaiting in new[] { true, false })
            while (IsWaiting(database, "ShareRowExclusiveLock") != isWaiting && !repair.IsCompleted)
                await Task.Delay(5, stop);
        await holding.CommitAsync(stop);

        IReadOnlyList<IChangeResult> results = await repair;

        Assert.True(((RepairConstraintResult)results[^1]).Retries > 0);
        Assert.EndsWith("INITIALLY DEFERRED", Assert.Single(Constraints(database)));
    }

    [Fact]
    public void A_name_that_is_not_there_is_refused()
    {
        using TestDatabase database = server.Blank();
        database.Execute(Shop);

        Assert.Equal("UnknownReference",
            Assert.Throws<DataOpsException>(
                () => Run(database, new RepairConstraintOptions { Reference = ["no.such"] })).Id);
    }

    private static bool IsValidating(TestDatabase database) =>
        IsWaiting(database, "RowShareLock")
        && database.Scalar<bool>("""
            select exists (select 1 from pg_locks where mode = 'ShareUpdateExclusiveLock' and relation = 'shop_order'::regclass and granted)
            """);

    private static bool IsWaiting(TestDatabase database, string mode) =>
        database.Scalar<bool>($"""
            select exists (select 1 from pg_locks l join pg_database d on d.oid = l.database
                           where l.mode = '{mode}' and not l.granted and d.datname = current_database())
            """);

    private static IEnumerable<string> Told(TestDatabase database) =>
        Run(database, new RepairConstraintOptions()).OfType<ConstraintRepair>()
            .Select(r => $"{r.Action} {r.Status} {r.Violations}");

    private static IReadOnlyList<IChangeResult> Run(TestDatabase database, RepairConstraintOptions options) =>
        database.Run(new RepairConstraint(), options);

    private static (bool Changed, int WouldChange, int Other) Sum(
        IReadOnlyList<IChangeResult> results, Func<RepairConstraintResult, long> other) =>
        results[^1] is RepairConstraintResult r ? (r.Changed, (int)r.WouldChange, (int)other(r)) : default;

    private static string Schema(TestDatabase database) => string.Join('\n', database.Column("""
        select concat(conrelid::regclass, conname, pg_get_constraintdef(oid),
                      (select string_agg(tgenabled::text, '') from pg_trigger where tgconstraint = c.oid))
        from pg_constraint c order by 1
        """));

    private static IReadOnlyList<string?> Constraints(TestDatabase database) =>
        database.Column("select conname || ' ' || pg_get_constraintdef(oid) from pg_constraint where contype = 'f'");
}
