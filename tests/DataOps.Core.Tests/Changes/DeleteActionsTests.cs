namespace DataOps.Core.Tests.Changes;

public sealed class DeleteActionsTests(PostgresServer server) : IDisposable
{
    private readonly ChangeFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Rows_that_a_deletion_takes_along_or_changes_are_in_the_plan_and_come_back()
    {
        using TestDatabase database = server.Blank();
        database.Execute("""
            create table page (id int primary key, up_id int references page on delete cascade);
            create table link (page_id int references page on delete set null, note text);
            create table comment (id int primary key, page_id int not null references page on delete cascade deferrable initially deferred);
            create table reply (id int primary key, comment_id int default 3 references comment on delete set default);
            insert into page values (1, null), (2, 1), (3, 2), (4, null);
            insert into link values (3, 'x'), (3, 'x'), (4, 'y'); insert into comment values (1, 3), (2, 2), (3, 4); insert into reply values (1, 1), (2, 2), (3, 3)
            """);
        IReadOnlyDictionary<string, string> before = database.Digest();

        string file = _files.Apply(database, (changes, catalog) =>
        {
            Assert.Equal(1, changes.Of(catalog.Find("public", "page")!).PlanDelete($"from page t where id = 1"));
            Assert.Equal(8, new DeleteActions(catalog).Plan(changes));
        }, "delete from page where id = 1")!;

        Assert.Equal((1L, 1L, 3L, 3L), (Count("page"), Count("comment"), Count("reply"), Count("link")));
        ChangeFiles.Undo(database, file);
        Assert.Equal(before, database.Digest());

        long Count(string table) => database.Scalar<long>($"select count(*) from {table}");
    }

    [Fact]
    public void Rows_of_partitions_are_planned_locked_and_put_back_through_their_root()
    {
        using TestDatabase database = server.Blank();
        database.Execute("""
            create table visit (id int, region text, v text, primary key (id, region), unique (v, region)) partition by list (region);
            create table visit_n partition of visit for values in ('n');
            create table visit_s partition of visit for values in ('s');
            insert into visit select g, case when g % 2 = 0 then 'n' else 's' end, 'v' || g from generate_series(1, 20) g
            """);
        IReadOnlyDictionary<string, string> before = database.Digest();

        string file = _files.ApplyAnything(database, ["visit"], """
            update visit set v = v || '~'; update visit set v = 'v' || (id % 20 + 2) where id % 2 = 0; delete from visit where id > 15; update visit set region = 's' where id = 2
            """)!;
        ChangeFiles.Undo(database, file);

        Assert.Equal(before, database.Digest());
    }
}
