using DataOps.Core.Features.Schema;
using DataOps.Core.Features.Schema.Constraints;
using DataOps.Core.Features.Undo;
using Npgsql;

namespace DataOps.Core.Tests.Features.Schema;

/// <summary>Constraints and indexes of every kind: missing, not valid, left half made; made and undone.</summary>
public sealed class ConstraintKindTests(PostgresServer server) : IDisposable
{
    private const string Harbour = """
        create table dock (id integer primary key, code text not null);
        create table boat (id integer primary key, name text not null, length numeric, dock_id integer,
            period int4range, seen boolean);
        insert into dock values (1, 'A'), (2, 'B');
        insert into boat values (1, 'Ada', 4, 1, '[1,3)', true), (2, 'Bea', 5, 2, '[3,4)', true);
        """;

    private const string Demands = """
        alter table dock add constraint dock_code_uniq unique (code);
        alter table boat add constraint boat_dock_fk foreign key (dock_id) references dock (id)
            deferrable initially deferred;
        alter table boat add constraint boat_long check (length > 0 and name ~ '^[A-Z]');
        alter table boat add constraint boat_name_dock unique (name, dock_id) deferrable initially deferred;
        alter table boat add constraint boat_period exclude using gist (period with &&);
        create index boat_name on boat (lower(name));
        create unique index boat_seen on boat (dock_id) where seen;
        """;

    private static readonly string[] s_names =
    [
        "boat_long", "boat_name_dock", "boat_name_not_null", "boat_period", "boat_name", "boat_seen", "dock_code_uniq",
        "boat_dock_fk",
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("dataops-kinds-").FullName;

    private string UndoPath => Path.Combine(_folder, "made.undo.gz");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_is_missing_is_made_as_it_is_expected_and_undone()
    {
        using TestDatabase expected = server.Blank();
        using TestDatabase site = server.Blank();
        expected.Execute(Harbour + Demands);
        site.Execute(Harbour + "alter table boat alter name drop not null");
        string before = Schema(site);

        IReadOnlyList<IChangeResult> plan = Repair(site, expected, whatIf: true);
        Assert.Equal(before, Schema(site));
        IReadOnlyList<IChangeResult> done = Repair(site, expected);

        Assert.Equal(s_names.Order(StringComparer.Ordinal),
            plan.OfType<ConstraintRepair>().Select(r => r.Constraint).Order(StringComparer.Ordinal));
        Assert.Equal("boat_dock_fk", plan.OfType<ConstraintRepair>().Last().Constraint);
        Assert.All(plan.OfType<ConstraintRepair>(), r => Assert.Equal(ConstraintStatus.Planned, r.Status));
        Assert.EndsWith("alter \"name\" drop not null",
            plan.OfType<ConstraintRepair>().Single(r => r.Kind == SchemaObjectKind.Column).Undo,
            StringComparison.Ordinal);
        Assert.All(done.OfType<ConstraintRepair>(), r => Assert.Equal((ConstraintStatus.Done, true), (r.Status, r.Changed)));
        Assert.Equal((8L, 8L, UndoPath), Sum(done, r => (r.Count, r.WouldChange, r.UndoPath)));
        Assert.Empty(site.Run(new CompareSchema(), new() { ReferenceDatabase = expected.Uri }));
        Assert.Equal((false, 0L), Sum(Repair(site, expected, undo: false), r => (r.Changed, r.WouldChange)));

        IReadOnlyList<IChangeResult> foretold = Undo(site, whatIf: true);
        Assert.Equal((8L, false), ((UndoResult)foretold[^1] is var u ? (u.WouldChange, u.Changed) : default));
        Assert.Equal("boat_dock_fk", foretold.OfType<UndoneConstraint>().First().Constraint);
        UndoResult undone = (UndoResult)Undo(site)[^1];
        Assert.Equal((true, 8L, 8L), (undone.Changed, undone.Count, undone.Constraints));
        Assert.Equal(before, Schema(site));
        Assert.Equal((false, 0L), ((UndoResult)Undo(site)[^1] is var again ? (again.Changed, again.WouldChange) : default));
    }

    [Fact]
    public void Rows_in_the_way_are_shown_and_nothing_is_changed()
    {
        using TestDatabase expected = server.Blank();
        using TestDatabase site = server.Blank();
        expected.Execute(Harbour + Demands);
        site.Execute(Harbour + """
            alter table boat alter name drop not null;
            insert into dock values (3, 'A');
            insert into boat values (3, null, 1, null, null, false), (4, 'dory', -1, 77, null, null),
                (5, 'Eve', 1, 1, '[2,9)', true);
            """);
        string before = Schema(site);

        IReadOnlyList<IChangeResult> told = Repair(site, expected);

        Assert.Equal(
            [
                "boat_dock_fk 4", "boat_long 4", "boat_name_not_null 3", "boat_seen 1", "dock_code_uniq A",
            ],
            told.OfType<ConstraintViolation>().Select(v => $"{v.Constraint} {v.Key ?? v.Value}")
                .Order(StringComparer.Ordinal));
        // What excludes what, PostgreSQL alone tells.
        Assert.Equal((2L, 6L), Sum(told, r => (r.Count, r.Refused)));
        Assert.Contains("rows exclude each other", told.OfType<ConstraintRepair>()
            .Single(r => r.Constraint == "boat_period").Note, StringComparison.Ordinal);
        Undo(site);
        Assert.Equal(before, Schema(site));
    }

    [Fact]
    public void What_an_interrupted_run_has_left_is_cleaned_and_finished()
    {
        using TestDatabase expected = server.Blank();
        using TestDatabase site = server.Blank();
        expected.Execute(Harbour + Demands);
        site.Execute(Harbour + Demands + """
            alter table dock drop constraint dock_code_uniq;
            alter table boat alter name drop not null;
            alter table boat add constraint dataops_not_null check (name is not null) not valid;
            alter table boat drop constraint boat_long;
            alter table boat add constraint boat_long check (length > 0 and name ~ '^[A-Z]') not valid;
            create unique index dock_code_uniq on dock (code);
            """);
        site.Execute("update pg_index set indisvalid = false where indexrelid in "
            + "('dock_code_uniq'::regclass, 'boat_name'::regclass)");

        Assert.StartsWith("drop index concurrently", site.Run(new CompareSchema(), new()
        {
            ReferenceDatabase = expected.Uri,
        }).Single(d => d.Name == "dock_code_uniq").Remedy, StringComparison.Ordinal);
        IReadOnlyList<IChangeResult> done = Repair(site, expected);

        Assert.Equal(
            [
                "Add boat_name_not_null", "Add dock_code_uniq", "Rebuild boat_name", "Validate boat_long",
            ],
            done.OfType<ConstraintRepair>().Select(r => $"{r.Action} {r.Constraint}").Order(StringComparer.Ordinal));
        Assert.Empty(site.Run(new CompareSchema(), new() { ReferenceDatabase = expected.Uri }));
        site.Execute("alter table boat add constraint dataops_not_null check (seen is not null) not valid");
        Assert.Equal("Drop dataops_not_null", Assert.Single(
            Repair(site, expected, undo: false).OfType<ConstraintRepair>().Select(r => $"{r.Action} {r.Constraint}")));
        // A unique index of the constraint's name becomes it.
        site.Execute("alter table dock drop constraint dock_code_uniq; create unique index dock_code_uniq on dock (code)");
        ConstraintRepair rest = Assert.Single(Repair(site, expected, undo: false).OfType<ConstraintRepair>());
        Assert.Equal((ConstraintStatus.Done, true), (rest.Status, rest.Sql.EndsWith("using index \"dock_code_uniq\"", StringComparison.Ordinal)));
        Assert.Empty(site.Run(new CompareSchema(), new() { ReferenceDatabase = expected.Uri }));
    }

    [Fact]
    public void As_SQL_it_is_a_script_that_does_the_same()
    {
        using TestDatabase expected = server.Blank();
        using TestDatabase site = server.Blank();
        expected.Execute(Harbour + Demands);
        site.Execute(Harbour + "alter table boat alter name drop not null; update boat set length = -1 where id = 2");
        string before = Schema(site);

        string[] lines = [.. site.Run(new RepairConstraint(), new() { ReferenceDatabase = expected.Uri, AsSql = true })
            .Cast<ConstraintScript>().Select(s => s.Text)];

        Assert.Equal(before, Schema(site));
        Assert.Contains(lines, l => l.StartsWith("-- Add boat_long of boat: 1 row does not pass", StringComparison.Ordinal));
        foreach (string statement in string.Join('\n', lines.Where(l => !l.StartsWith("--", StringComparison.Ordinal)))
            .Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            site.Execute(statement);
        Assert.Equal("boat_long", Assert.Single(site.Run(new CompareSchema(), new()
        {
            ReferenceDatabase = expected.Uri,
        })).Name);
    }

    [Fact]
    public async Task A_row_that_comes_twice_while_the_index_is_built_leaves_nothing_behind()
    {
        using TestDatabase expected = server.Blank();
        using TestDatabase site = server.Blank();
        expected.Execute(Harbour + Demands);
        site.Execute(Harbour + Demands + "alter table dock drop constraint dock_code_uniq");
        string before = Schema(site);
        CancellationToken stop = TestContext.Current.CancellationToken;
        await using NpgsqlConnection writer = new(site.ConnectionString);
        await writer.OpenAsync(stop);
        await using NpgsqlTransaction writing = await writer.BeginTransactionAsync(stop);
        await new NpgsqlCommand("insert into dock values (3, 'A')", writer).ExecuteNonQueryAsync(stop);
        Task<IReadOnlyList<IChangeResult>> repair = Task.Run(() => Repair(site, expected), stop);
        while (!repair.IsCompleted && !site.Scalar<bool>("""
            select exists (select 1 from pg_stat_progress_create_index where datname = current_database())
            """))
            await Task.Delay(5, stop);
        // Others write meanwhile.
        site.Execute("set lock_timeout = 300; insert into dock values (4, 'D'); delete from dock where id = 4");
        await writing.CommitAsync(stop);

        ConstraintRepair refused = (await repair).OfType<ConstraintRepair>().Single();

        Assert.Equal((ConstraintStatus.Refused, false), (refused.Status, refused.Changed));
        Assert.StartsWith("rows share its values: ", refused.Note, StringComparison.Ordinal);
        Assert.Equal(before, Schema(site));
        Assert.False(File.Exists(UndoPath));
    }

    [Fact]
    public void A_constraint_that_is_another_one_by_now_is_not_undone()
    {
        using TestDatabase expected = server.Blank();
        using TestDatabase site = server.Blank();
        expected.Execute(Harbour + Demands);
        site.Execute(Harbour + Demands + "alter table boat drop constraint boat_long");
        Repair(site, expected);
        site.Execute("alter table boat drop constraint boat_long, add constraint boat_long check (length > 3)");

        DataOpsException refusal = Assert.Throws<DataOpsException>(() => Undo(site));

        Assert.Equal("ChangedSince", refusal.Id);
        Assert.Contains("boat_long", refusal.Message, StringComparison.Ordinal);
        site.Execute("alter table boat drop constraint boat_long");
        Assert.False(((UndoResult)Undo(site)[^1]).Changed);
    }

    [Fact]
    public void A_name_that_nothing_has_is_refused()
    {
        using TestDatabase site = server.Blank();
        site.Execute(Harbour + Demands);

        Assert.Equal("UnknownConstraint", Assert.Throws<DataOpsException>(
            () => site.Run(new RepairConstraint(), new() { Constraint = ["boat_longer"] })).Id);
        Assert.Equal((false, 0L), Sum(
            site.Run(new RepairConstraint(), new() { Constraint = ["boat_long"] }), r => (r.Changed, r.WouldChange)));
    }

    private IReadOnlyList<IChangeResult> Repair(
        TestDatabase site, TestDatabase expected, bool whatIf = false, bool undo = true) =>
        site.Run(new RepairConstraint(), new()
        {
            ReferenceDatabase = expected.Uri, WhatIf = whatIf, UndoPath = undo ? UndoPath : null, NoUndo = !undo,
        });

    private IReadOnlyList<IChangeResult> Undo(TestDatabase site, bool whatIf = false) =>
        site.Run(new UndoChange(), new() { Path = UndoPath, WhatIf = whatIf, NoUndo = true });

    private static T Sum<T>(IReadOnlyList<IChangeResult> told, Func<RepairConstraintResult, T> of) =>
        of(Assert.IsType<RepairConstraintResult>(told[^1]));

    private static string Schema(TestDatabase site) => string.Join('\n', site.Column("""
        select conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) from pg_constraint
        where conrelid in ('boat'::regclass, 'dock'::regclass) and contype <> 'n'
        union all select pg_get_indexdef(indexrelid) || ' ' || indisvalid from pg_index
        where indrelid in ('boat'::regclass, 'dock'::regclass)
        union all select attname || ' ' || attnotnull from pg_attribute
        where attrelid in ('boat'::regclass, 'dock'::regclass) and attnum > 0 order by 1
        """));
}
