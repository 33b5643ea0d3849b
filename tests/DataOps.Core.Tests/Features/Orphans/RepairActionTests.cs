using DataOps.Core.Features.Orphans;

namespace DataOps.Core.Tests.Features.Orphans;

/// <summary>What each action does to rows, what it refuses, and that undoing it gives the rows back.</summary>
public sealed class RepairActionTests : IDisposable
{
    private readonly ChangeFiles _files = new();
    private readonly TestDatabase _shop;
    private readonly Damage _damage;

    public RepairActionTests(PostgresServer server)
    {
        _shop = server.Blank();
        _shop.Execute("""
            create table customer (
              id int primary key, name varchar(20) not null unique, active boolean not null, since timestamptz not null, note text,
              level int not null default 3);
            create table purchase (
              id int primary key, customer_id int references customer deferrable initially deferred,
              seller_id int not null references customer deferrable initially deferred, slot int, unique (customer_id, slot));
            create table line (id int primary key, purchase_id int not null references purchase deferrable initially deferred);
            create table keyless (
              customer_id int references customer deferrable initially deferred, seller_id int references customer deferrable initially deferred, t text);
            create table note (id int primary key, place point not null, customer_id int references customer deferrable initially deferred);
            create table remark (id int primary key, note_id int not null references note deferrable initially deferred);
            insert into customer values (1, 'Ada', true, now(), null, 1), (2, 'Bo', true, now(), 'x', 2);
            set session_replication_role = replica;
            insert into purchase values (1, 1, 1, 1), (2, 77, 2, 1), (3, 88, 99, 2), (4, null, 1, 3), (5, 1, 77, 4);
            insert into line values (1, 1), (2, 2), (3, 3), (4, 404);
            insert into keyless values (77, 88, 'a'), (77, 88, 'a'), (1, 99, 'b'), (null, 1, 'c');
            insert into remark values (1, 5);
            """);
        _damage = new Damage(_shop);
    }

    public void Dispose()
    {
        _shop.Dispose();
        _files.Dispose();
    }

    [Fact]
    public void Without_an_action_what_may_be_null_is_cleared_and_the_rest_has_to_be_decided()
    {
        DataOpsException refusal = _damage.Refuse(new() { NoUndo = true });

        Assert.Equal("UndecidedReferences", refusal.Id);
        Assert.Contains("line_purchase_id_fkey  1 row ", refusal.Message);
        Assert.Contains("purchase_seller_id_fkey  2 rows", refusal.Message);
        Assert.DoesNotContain("customer_id_fkey", refusal.Message);
        Assert.Contains("Repoint, RecreateParent, Quarantine, Delete", refusal.Message);

        RepairOrphanResult result = Undone(new() { Reference = ["purchase_customer_id_fkey", "keyless_*"] });
        Assert.Equal((7, 5, 0, 0), (result.Orphans, result.Updated, result.Deleted, result.Inserted));
    }

    [Fact]
    public void Clearing_touches_the_reference_alone_also_of_rows_without_a_key_and_with_two_of_them()
    {
        _damage.Repair(new() { Reference = ["purchase_customer_id_fkey", "keyless_*"], NoUndo = true });

        Assert.Equal(["1,1,1,1", "2,,2,1", "3,,99,2", "4,,1,3", "5,1,77,4"],
            _shop.Column(
                "select concat_ws(',', id, coalesce(customer_id::text, ''), seller_id, slot) from purchase order by id"));
        Assert.Equal([",,a", ",,a", ",1,c", "1,,b"],
            _shop.Column(
                "select coalesce(customer_id::text, '') || ',' || coalesce(seller_id::text, '') || ',' || t from " +
                    "keyless order by 1"));
    }

    [Fact]
    public void Deleting_takes_along_what_depends_and_tells_it_by_table()
    {
        DataOpsException refusal = _damage.Refuse(
            new() { Reference = ["purchase_seller_id_fkey"], Action = OrphanAction.Delete, NoUndo = true });
        Assert.Equal("ProtectedRows", refusal.Id);
        Assert.Contains("line 3", refusal.Message);
        Assert.Contains("-OnDependent Cascade", refusal.Advice);

        RepairOrphanOptions options =
            new() { Reference = ["purchase_seller_id_fkey"], Action = OrphanAction.Delete,
                OnDependent = OnDependent.Cascade, WhatIf = true };
        IReadOnlyList<IChangeResult> plan = _damage.All(options);
        Assert.Equal(
            [("line", 1L), ("purchase", 2L)], plan.OfType<TableChangeSummary>().Select(t => (t.Table, t.Delete)));
        Assert.Equal((2L, OrphanAction.Delete),
            (Assert.Single(plan.OfType<OrphanPlan>()).Orphans, plan.OfType<OrphanPlan>().Single().Action));
        Assert.Equal(3, Undone(options with { WhatIf = false }).Deleted);
    }

    [Fact]
    public void Repointing_needs_a_target_and_names_the_rows_that_would_be_there_twice()
    {
        RepairOrphanOptions options =
            new() { Reference = ["purchase_customer_id_fkey"], Action = OrphanAction.Repoint, NoUndo = true };
        Assert.Equal("UnknownTarget", _damage.Refuse(options with { To = "3" }).Id);
        DataOpsException clash = _damage.Refuse(options with { To = "1" });
        Assert.Equal("NotUnique", clash.Id);
        Assert.Contains("purchase 2", clash.Message);
        Assert.Contains("purchase_customer_id_slot_key as row 1", clash.Message);
        _shop.Execute("update purchase set slot = 2 where id = 2");
        Assert.Contains("as row 2", _damage.Refuse(options with { To = "2" }).Message);
        _shop.Execute("update purchase set slot = 1 where id = 2");

        Undone(options with { To = "2", NoUndo = false });
        _damage.Repair(options with { To = "2" });
        Assert.Equal(["2", "2"], _shop.Column("select customer_id from purchase where id in (2, 3)"));
    }

    [Fact]
    public void Parents_made_anew_are_as_empty_as_the_table_allows_and_one_serves_all_that_miss_it()
    {
        RepairOrphanOptions options = new() { Table = ["purchase", "keyless"], Action = OrphanAction.RecreateParent };
        RepairOrphanResult result = Undone(options);
        Assert.Equal((9, 3, 0), (result.Orphans, result.Inserted, result.Updated));
        _damage.Repair(options with { NoUndo = true });

        Assert.Equal(
            ["77 recreated-77 f  3", "88 recreated-88 f  3", "99 recreated-99 f  3"],
            _shop.Column(
                "select concat_ws(' ', id, name, active, coalesce(note, ''), level) from customer where id > 2 " +
                    "order by 1"));
        Assert.Equal(["line", "remark"], Oracle.Declared(_shop).Select(o => o.Split('|')[0]));
    }

    [Fact]
    public void A_parent_that_needs_what_nobody_knows_is_not_made_up()
    {
        DataOpsException refusal = _damage.Refuse(
            new() { Table = ["remark"], Action = OrphanAction.RecreateParent, NoUndo = true });

        Assert.Equal("UnsuitedAction", refusal.Id);
        Assert.Contains("no value is known for place of note", refusal.Message);
        Assert.Equal("UnsuitedAction",
            _damage.Refuse(new() { Table = ["line"], Action = OrphanAction.SetNull, NoUndo = true }).Id);
        Assert.Equal("UnsuitedAction",
            _damage.Refuse(new() { Table = ["line"], Action = OrphanAction.PlainPage, NoUndo = true }).Id);
    }

    [Fact]
    public void Quarantine_keeps_each_row_with_what_it_missed_and_what_went_with_it()
    {
        RepairOrphanOptions options =
            new() { Reference = _damage.Names, Table = ["purchase", "line"], Action = OrphanAction.Quarantine, OnDependent = OnDependent.Cascade,
                UndoPath = _files.New() };
        IReadOnlyDictionary<string, string> before = _shop.Digest();
        IReadOnlyList<IChangeResult> plan = _damage.All(options with { WhatIf = true, UndoPath = null });
        Assert.Contains("dataops_quarantine does not exist", Assert.Single(_damage.Warnings));
        Assert.Equal(before, _shop.Digest());

        RepairOrphanResult result = _damage.Repair(options);

        Assert.Equal(((RepairOrphanResult)plan[^1]).WouldChange, result.Count);
        Assert.Equal(result.Deleted, result.Inserted);
        Assert.Equal(
            [
                "line 2  ", "line 3  ", "line 4 line_purchase_id_fkey 404", "purchase 2 purchase_customer_id_fkey 77",
                "purchase 3 purchase_customer_id_fkey, purchase_seller_id_fkey 88, 99",
                "purchase 5 purchase_seller_id_fkey 77",
            ],
            _shop.Column(
                "select table_name || ' ' || key || ' ' || coalesce(reference, '') || ' ' || coalesce(value, '') " +
                    "from dataops_quarantine order by 1"));
        Assert.Equal("""{"id": 3, "slot": 2, "seller_id": 99, "customer_id": 88}""",
            _shop.Scalar<string>(
                "select row::text from dataops_quarantine where key = '3' and table_name = 'purchase'"));
        ChangeFiles.Undo(_shop, result.UndoPath!);
        Assert.Equal(0, _shop.Scalar<long>("select count(*) from dataops_quarantine"));
        _shop.Execute("drop table dataops_quarantine");
        Assert.Equal(before, _shop.Digest());
        _shop.Execute("create schema attic");
        _damage.Repair(options with { QuarantineTable = "attic.rows", UndoPath = null, NoUndo = true });
        Assert.Equal(6, _shop.Scalar<long>("select count(*) from attic.rows"));
    }

    [Fact]
    public void A_plan_changes_nothing_whatever_the_action()
    {
        IReadOnlyDictionary<string, string> before = _shop.Digest();
        foreach (OrphanAction action in new[] { OrphanAction.Delete, OrphanAction.Quarantine,
            OrphanAction.RecreateParent })
            Assert.True(
                _damage.Repair(
                    new() { Reference = _damage.Names, Table = ["purchase"], Action = action,
                        OnDependent = OnDependent.Cascade, WhatIf = true,
                Detailed = true }) is { Changed: false, Count: 0, WouldChange: > 0, UndoPath: null });
        Assert.True(_damage.Repair(new() { Table = ["keyless"], WhatIf = true, Detailed = true }).WouldChange > 0);
        Assert.Equal(before, _shop.Digest());
    }

    [Fact]
    public void What_was_piped_and_is_an_orphan_no_longer_is_left_alone_and_named()
    {
        IReadOnlyList<OrphanInput> input = _damage.Input(new() { Table = ["purchase"] });
        _shop.Execute("insert into customer select 77, 'Cy', true, now()");
        _shop.Execute("set session_replication_role = replica; update purchase set customer_id = 89 where id = 3");

        RepairOrphanResult result = _damage.Repair(
            new() { InputObject = input, Action = OrphanAction.Repoint, To = "1", NoUndo = true });

        Assert.Equal((1, 3), (result.Orphans, result.Skipped));
        Assert.Equal(["3"], _shop.Column("select id from purchase where seller_id = 1 and id > 1 and id <> 4"));
        Assert.Contains(_damage.Warnings,
            w => w.Contains("2 rows are no orphans of purchase_customer_id_fkey any more", StringComparison.Ordinal)
            && w.Contains("purchase 2, 3", StringComparison.Ordinal));
    }

    [Fact]
    public void An_empty_pipeline_changes_nothing_and_a_sum_stands_for_all_its_orphans()
    {
        Assert.False(_damage.Repair(new() { InputObject = [], Action = OrphanAction.Delete, NoUndo = true }).Changed);
        RepairOrphanResult result =
            _damage.Repair(
                new() { InputObject = [new() { Table = "line", Reference = "line_purchase_id_fkey" }],
                    Action = OrphanAction.Delete,
                NoUndo = true });
        Assert.Equal(1, result.Deleted);
        Assert.False(_damage.Repair(new() { Table = ["line"], Action = OrphanAction.Delete, NoUndo = true }).Changed);
    }

    [Fact]
    public void Objects_of_another_database_or_of_a_table_that_is_gone_are_refused()
    {
        OrphanInput[] input = [.. _damage.Input(new() { Table = ["line"] })];
        Assert.Equal("OtherDatabase",
            _damage.Refuse(
                new() { InputObject = [.. input, input[0] with { Database = "other" }], Action = OrphanAction.Delete,
                    NoUndo = true }).Id);
        Assert.Equal("UselessInput",
            _damage.Refuse(
                new() { InputObject = [new() { Table = "line" }], Action = OrphanAction.Delete, NoUndo = true }).Id);
        _shop.Execute("drop table line");
        DataOpsException gone = _damage.Refuse(
            new() { InputObject = input, Action = OrphanAction.Delete, NoUndo = true });
        Assert.Equal("UnknownReference", gone.Id);
        Assert.Contains("line_purchase_id_fkey of table line", gone.Message);
    }

    [Theory]
    [InlineData(OrphanAction.Repoint, null, null, null)]
    [InlineData(OrphanAction.Delete, "1", null, null)]
    [InlineData(OrphanAction.Delete, null, "q", null)]
    [InlineData(OrphanAction.RecreateParent, null, null, 10)]
    public void Options_that_contradict_each_other_are_refused(
        OrphanAction action, string? to, string? quarantine, int? batch) =>
        Assert.Equal("ContradictingOptions",
            _damage.Refuse(new() { Action = action, To = to, QuarantineTable = quarantine, BatchSize = batch }).Id);

    private RepairOrphanResult Undone(RepairOrphanOptions options)
    {
        IReadOnlyDictionary<string, string> before = _shop.Digest();
        RepairOrphanResult result = _damage.Repair(options with { UndoPath = _files.New() });
        Assert.Equal(result.Count, result.WouldChange);
        Assert.NotEqual(before, _shop.Digest());
        string redo = _files.New();
        IReadOnlyDictionary<string, string> after = _shop.Digest();
        ChangeFiles.Undo(_shop, result.UndoPath!, undoPath: redo);
        Assert.Equal(before, _shop.Digest());
        string again = _files.New();
        ChangeFiles.Undo(_shop, redo, undoPath: again);
        Assert.Equal(after, _shop.Digest());
        ChangeFiles.Undo(_shop, again);
        Assert.Equal(before, _shop.Digest());
        return result;
    }
}
