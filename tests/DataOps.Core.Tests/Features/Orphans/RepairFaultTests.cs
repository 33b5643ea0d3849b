using DataOps.Core.Features.Orphans;
using DataOps.Core.Features.Undo;
using Npgsql;

namespace DataOps.Core.Tests.Features.Orphans;

/// <summary>Whatever goes wrong in the middle: a clear error, and the database as it was.</summary>
public sealed class RepairFaultTests : IDisposable
{
    private readonly ChangeFiles _files = new();
    private readonly TestDatabase _shop;
    private readonly IReadOnlyDictionary<string, string> _before;

    public RepairFaultTests(PostgresServer server)
    {
        _shop = server.Blank();
        _shop.Execute("""
            create table customer (id int primary key);
            create table purchase (id int primary key, customer_id int references customer deferrable initially deferred, t text);
            create index on purchase (customer_id);
            insert into customer values (1);
            set session_replication_role = replica;
            insert into purchase select g, g, 'x' from generate_series(1, 50) g;
            """);
        _before = _shop.Digest();
    }

    public void Dispose()
    {
        _shop.Dispose();
        _files.Dispose();
    }

    [Theory]
    [InlineData(OrphanAction.SetNull)]
    [InlineData(OrphanAction.Delete)]
    [InlineData(OrphanAction.Quarantine)]
    [InlineData(OrphanAction.RecreateParent)]
    public void A_role_without_rights_is_told_so(OrphanAction action)
    {
        string role = $"reader_{Guid.NewGuid():N}";
        _shop.Execute($"create role {role} login; grant select on all tables in schema public to {role}");
        try
        {
            using Session session = Session.Open(
                ConnectionSettings.Parse(_shop.Uri.Replace("postgres@", role + "@", StringComparison.Ordinal)), "Test");

            DataOpsException failure = Fails(session, new() { Action = action, UndoPath = _files.New() });

            Assert.Equal(("Postgres.42501", FailureKind.PermissionDenied), (failure.Id, failure.Kind));
            Assert.Equal(_before, _shop.Digest());
            Assert.Empty(_files.Names);
        }
        finally
        {
            _shop.Execute($"drop owned by {role}; drop role {role}");
        }
    }

    [Fact]
    public void Undoing_needs_a_role_that_may_bring_orphans_back()
    {
        string path = _files.New();
        new Damage(_shop).Repair(new() { Reference = new Damage(_shop).Names, Action = OrphanAction.Delete, UndoPath = path });
        string role = $"owner_{Guid.NewGuid():N}";
        _shop.Execute($"""
            create role {role} login; alter table purchase owner to {role}; alter table customer owner to {role}; grant create on schema public to {role}
            """);
        IReadOnlyDictionary<string, string> repaired = _shop.Digest();
        try
        {
            using (Session session = Session.Open(
                ConnectionSettings.Parse(_shop.Uri.Replace("postgres@", role + "@", StringComparison.Ordinal)), "Test"))
            {
                DataOpsException failure =
                    Assert.Throws<DataOpsException>(
                        () => new UndoChange().Run(session, new() { Path = path, NoUndo = true }, new()).ToArray());
                Assert.Equal("OrphansNeedSuperuser", failure.Id);
                Assert.Contains(role, failure.Message);
            }
            Assert.Equal(repaired, _shop.Digest());
        }
        finally
        {
            _shop.Execute($"reassign owned by {role} to postgres; drop owned by {role}; drop role {role}");
        }
    }

    [Fact]
    public void More_orphans_than_there_were_do_not_come_back()
    {
        string path = _files.New();
        new Damage(_shop).Repair(new() { Action = OrphanAction.RecreateParent, UndoPath = path });
        _shop.Execute("insert into purchase values (100, 7, 'bought since')");

        DataOpsException failure = Assert.Throws<DataOpsException>(() => { ChangeFiles.Undo(_shop, path); });

        Assert.Equal("StillReferenced", failure.Id);
        Assert.Contains("purchase 100", failure.Message);
        _shop.Execute("delete from purchase where id = 100");
        ChangeFiles.Undo(_shop, path);
        Assert.Equal(_before, _shop.Digest());
    }

    [Fact]
    public void A_row_that_dangled_through_another_reference_is_not_let_back_in()
    {
        string path = _files.New();
        _shop.Execute("""
            create table seller (id int primary key); insert into seller values (1); alter table purchase add seller_id int references seller;
            update purchase set seller_id = 1 where id = 9
            """);
        new Damage(_shop).Repair(new() { Reference = new Damage(_shop).Names, Action = OrphanAction.Delete, UndoPath = path });
        _shop.Execute("delete from seller");

        DataOpsException failure = Assert.Throws<DataOpsException>(() => { ChangeFiles.Undo(_shop, path); });

        Assert.Equal("MissingReferences", failure.Id);
        Assert.Contains("purchase 9", failure.Message);
        Assert.Contains("seller_id -> seller 1", failure.Message);
    }

    [Theory]
    [InlineData("update purchase set t = 'y' where id = 30")]
    [InlineData("insert into customer values (30)")]
    [InlineData("delete from purchase where id = 30")]
    public void Rows_that_others_change_between_plan_and_lock_stop_it(string change)
    {
        string path = _files.New();
        DataOpsException failure = Meanwhile(
            "Locking", () => _shop.Execute(change), new() { Reference = new Damage(_shop).Names, Action = OrphanAction.Delete, UndoPath = path });

        Assert.Equal(("ChangedMeanwhile", FailureKind.Busy), (failure.Id, failure.Kind));
        Assert.Empty(_files.Names);
        Assert.Equal(change.StartsWith("delete", StringComparison.Ordinal) ? 49 : 50,
            _shop.Scalar<long>("select count(*) from purchase"));
    }

    [Fact]
    public void A_table_that_is_dropped_meanwhile_is_told_by_name()
    {
        DataOpsException failure =
            Meanwhile("Searching purchase", () => _shop.Execute("drop table purchase"),
                new() { Reference = new Damage(_shop).Names, Action = OrphanAction.Delete, UndoPath = _files.New() });

        Assert.Equal(FailureKind.NotFound, failure.Kind);
        Assert.Contains("purchase", failure.Message);
        Assert.Empty(_files.Names);
    }

    [Fact]
    public void A_locked_row_is_waited_for_no_longer_than_the_limit()
    {
        using NpgsqlConnection other = new(_shop.ConnectionString);
        other.Open();
        using NpgsqlTransaction transaction = other.BeginTransaction();
        using NpgsqlCommand locking = new("select 1 from purchase where id = 30 for update", other);
        locking.ExecuteNonQuery();
        using Session session = Session.Open(_shop.Settings.WithLockTimeout(TimeSpan.FromMilliseconds(300)), "Test");

        DataOpsException failure = Fails(session, new() { Reference = new Damage(_shop).Names, Action = OrphanAction.Delete, UndoPath = _files.New() });

        Assert.Equal("Postgres.55P03", failure.Id);
        transaction.Rollback();
        Assert.Equal(_before, _shop.Digest());
        Assert.Empty(_files.Names);
    }

    [Theory]
    [InlineData("Planning")]
    [InlineData("Changing")]
    public void A_connection_that_is_killed_leaves_the_database_as_it_was(string when)
    {
        DataOpsException failure = Meanwhile(
            when, () =>
                _shop.Execute("""
                select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'DataOps/Test' and datname = current_database()
                """),
            new() { Reference = new Damage(_shop).Names, Action = OrphanAction.Delete, UndoPath = _files.New() });

        Assert.Equal(FailureKind.Connection, failure.Kind);
        Assert.Equal(_before, _shop.Digest());
        Assert.Empty(_files.Names);
    }

    [Fact]
    public void A_client_that_loses_the_answer_to_its_commit_asks_what_became_of_it()
    {
        using BreakingProxy proxy = new(_shop.Port);
        using Session session =
            Session.Open(ConnectionSettings.Parse(
                _shop.Uri.Replace($":{_shop.Port}/", $":{proxy.Port}/", StringComparison.Ordinal)), "Test");
        string path = _files.New();
        OperationContext context = new() { Progress = new At("Changing", () => proxy.DropAnswersAfter("COMMIT")) };

        RepairOrphanResult result = (RepairOrphanResult)new RepairOrphan()
            .Run(session, new() { Reference = new Damage(_shop).Names, Action = OrphanAction.Delete, UndoPath = path }, context).Last();

        Assert.True(result.Changed);
        Assert.Equal(1, _shop.Scalar<long>("select count(*) from purchase"));
        ChangeFiles.Undo(_shop, path);
        Assert.Equal(_before, _shop.Digest());
    }

    [Fact]
    public void A_run_that_is_cancelled_leaves_the_database_as_it_was()
    {
        using CancellationTokenSource stop = new();
        OperationContext context = new() { Cancellation = stop.Token, Progress = new At("Changing", stop.Cancel) };

        Assert.Throws<OperationCanceledException>(() => new RepairOrphan()
            .Run(_shop.Session, new() { Reference = new Damage(_shop).Names, Action = OrphanAction.Delete, UndoPath = _files.New() }, context).ToArray());

        Assert.Equal(_before, _shop.Digest());
        Assert.Empty(_files.Names);
    }

    // Does something else when the repair says that it has come so far.
    private DataOpsException Meanwhile(string activity, Action action, RepairOrphanOptions options)
    {
        using Session session = _shop.Open();
        return Fails(session, options, new OperationContext { Progress = new At(activity, action) });
    }

    private static DataOpsException Fails(
        Session session, RepairOrphanOptions options, OperationContext? context = null) =>
        Assert.Throws<DataOpsException>(() => new RepairOrphan().Run(session, options, context ?? new()).ToArray());
}
