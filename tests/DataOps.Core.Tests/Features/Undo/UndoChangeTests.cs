using DataOps.Core.Features.Sequences;
using DataOps.Core.Features.Undo;
using Npgsql;

namespace DataOps.Core.Tests.Features.Undo;

public sealed class UndoChangeTests(PostgresServer server) : IDisposable
{
    private const string Posts = """
        create table author (id int primary key, name text not null);
        create table post (
          id int primary key generated always as identity, slug text not null unique, body text,
          author_id int references author deferrable initially deferred, twice int generated always as (id * 2) stored);
        insert into author values (1, 'Ann'), (2, 'Bo');
        insert into post (slug, body, author_id) values ('a', E'tab\tline\n\\N', 1), ('b', null, 1), ('c', '', 2), ('d', 'x', null);
        """;

    private readonly ChangeFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Theory, MemberData(nameof(PostgresServer.Versions), MemberType = typeof(PostgresServer))]
    public void Every_row_comes_back_and_undoing_that_brings_the_change_back(int major)
    {
        using TestDatabase database = server.Blank(major);
        database.Execute(Posts);
        IReadOnlyDictionary<string, string> before = database.Digest();
        string file = Change(database);
        IReadOnlyDictionary<string, string> after = database.Digest();
        Assert.NotEqual(before, after);
        string again = _files.New();

        UndoResult result = ChangeFiles.Undo(database, file, undoPath: again);

        Assert.Equal(before, database.Digest());
        Assert.Equal((true, 6L, 6L, 2L, 2L, 2L),
            (result.Changed, result.Count, result.WouldChange, result.Inserted, result.Updated, result.Deleted));
        Assert.Equal(("Undo-Change", "Test-Change", file, again, 2),
            (result.Operation, result.Undoes, result.Path, result.UndoPath, result.Tables));
        Assert.Equal((database.Session.Server, database.Name), (result.Server, result.Database));
        ChangeFiles.Undo(database, again);
        Assert.Equal(after, database.Digest());
    }

    [Fact]
    public void Rows_that_need_each_other_at_once_come_back_together()
    {
        using TestDatabase database = server.Blank();
        database.Execute("""
            create table a (id int primary key, b_id int not null); create table b (id int primary key, a_id int not null references a);
            with i as (insert into a select g, g from generate_series(1, 5) g) insert into b select g, g from generate_series(1, 5) g;
            """);
        database.Execute("alter table a add foreign key (b_id) references b");
        IReadOnlyDictionary<string, string> before = database.Digest();
        string file = _files.ApplyAnything(
            database, ["a", "b"], "with d as (delete from a where id > 2) delete from b where id > 2")!;
        Assert.Equal(2L, database.Scalar<long>("select count(*) from b"));

        Assert.True(ChangeFiles.Undo(database, file).Changed);

        Assert.Equal(before, database.Digest());
    }

    [Fact]
    public void Columns_that_are_computed_when_they_are_read_are_compared_and_not_written()
    {
        using TestDatabase database = server.Blank(18);
        database.Execute("""
            create table item (id int primary key, v text, shout text generated always as (upper(v)) virtual); create table plain (v int, w int generated always as (v + 1));
            insert into item (id, v) values (1, 'a'), (2, 'b'); insert into plain values (1), (1), (2)
            """);
        IReadOnlyDictionary<string, string> before = database.Digest();
        string file =
            _files.ApplyAnything(database, ["item", "plain"],
                "update item set v = 'z' where id = 1; delete from item where id = 2; update plain set v = 7 where " +
                    "v = 2")!;

        ChangeFiles.Undo(database, file);

        Assert.Equal(before, database.Digest());
    }

    [Fact]
    public void A_second_run_changes_nothing_and_says_so()
    {
        using TestDatabase database = server.Blank();
        database.Execute(Posts);
        string file = Change(database);
        ChangeFiles.Undo(database, file);

        UndoResult result = ChangeFiles.Undo(database, file, undoPath: _files.New());

        Assert.Equal((false, 0L, 0L, null), (result.Changed, result.Count, result.WouldChange, result.UndoPath));
        Assert.Equal(["1.undo.gz"], _files.Names);
    }

    [Fact]
    public void More_rows_than_MaxDelete_allows_are_not_taken_back()
    {
        using TestDatabase database = server.Blank();
        database.Execute(Posts);
        string file = Change(database);
        IReadOnlyDictionary<string, string> after = database.Digest();
        UndoChangeOptions one = new() { Path = file, MaxDelete = "1", NoUndo = true };

        DataOpsException refused = Assert.Throws<DataOpsException>(() => database.Run(new UndoChange(), one));

        Assert.Equal("TooManyDeletions", refused.Id);
        Assert.Equal(after, database.Digest());
        Assert.Equal(2, ((UndoResult)database.Run(new UndoChange(), one with { MaxDelete = "2" })[^1]).Deleted);
    }

    [Fact]
    public void What_if_counts_and_tells_each_value_and_changes_nothing()
    {
        using TestDatabase database = server.Blank();
        database.Execute(Posts);
        string file = Change(database);
        IReadOnlyDictionary<string, string> after = database.Digest();

        IReadOnlyList<IChangeResult> results = database.Run(
            new UndoChange(), new UndoChangeOptions { Path = file, WhatIf = true, Detailed = true });

        UndoResult sum = Assert.IsType<UndoResult>(results[^1]);
        Assert.Equal((false, 0L, 6L, null), (sum.Changed, sum.Count, sum.WouldChange, sum.UndoPath));
        Assert.Equal(
            [
                "Delete author 9  {\"id\":9,\"name\":\"New\"} -> ",
                "Delete post 9  {\"id\":9,\"slug\":\"n\",\"body\":null,\"author_id\":9,\"twice\":18} -> ",
                "Insert author 2   -> {\"id\":2,\"name\":\"Bo\"}",
                "Insert post 3   -> {\"id\":3,\"slug\":\"c\",\"body\":\"\",\"author_id\":2,\"twice\":6}",
                "Update post 1 body  -> tab\tline\n\\N", "Update post 1 slug b -> a", "Update post 2 slug a -> b",
            ],
            results.SkipLast(1).Cast<RowChange>()
                .Select(c => $"{c.Action} {c.Table} {c.Key} {c.Column} {c.OldValue} -> {c.NewValue}").Order(
                    StringComparer.Ordinal));
        Assert.Equal(after, database.Digest());
        Assert.Equal(["1.undo.gz"], _files.Names);
    }

    [Fact]
    public void Rows_that_have_changed_since_are_named_and_nothing_is_undone()
    {
        using TestDatabase database = server.Blank();
        database.Execute(Posts + "create table log (a int); insert into log values (1), (1), (2)");
        string file = _files.Apply(database, (changes, catalog) =>
        {
            Plan(changes, catalog);
            changes.Of(catalog.Find("public", "log")!).PlanDelete($"from log t where a = 1");
        }, Statements + "; delete from log where a = 1")!;
        database.Execute(
            "update post set body = 'theirs' where id = 1; delete from post where id = 9; insert into author values " +
                "(2, 'Bea'); insert into log values (1)");
        IReadOnlyDictionary<string, string> before = database.Digest();

        DataOpsException failure = Assert.Throws<DataOpsException>(() => ChangeFiles.Undo(database, file));

        Assert.Equal("ChangedSince", failure.Id);
        Assert.Equal(
            [
                "5 rows have been changed since Test-Change left them, so nothing was undone.",
                "author 2  is there again", "post 1    has other values", "post 9    is gone",
                "log (1)   is there 1 times instead of 0", "and 1 more",
            ],
            failure.Message.Split('\n').Select(l => l.Trim()));
        Assert.Equal(before, database.Digest());
    }

    [Fact]
    public void A_hundred_rows_are_named_and_the_others_counted()
    {
        using TestDatabase database = server.Blank();
        database.Execute(
            "create table item (id int primary key, v int); insert into item select g, g from generate_series(1, 300) g");
        string file =
            _files.Apply(database,
                (changes, catalog) => changes.Of(catalog.Find("public", "item")!).PlanUpdate($"from item t"),
                "update item set v = -v")!;
        database.Execute("update item set v = 0 where id > 50");

        DataOpsException failure = Assert.Throws<DataOpsException>(() => ChangeFiles.Undo(database, file));

        Assert.StartsWith("250 rows have been changed", failure.Message);
        Assert.Equal(102, failure.Message.Split('\n').Length);
        Assert.EndsWith("and 150 more", failure.Message);
    }

    [Fact]
    public void Rows_that_came_to_refer_to_what_would_go_are_named()
    {
        using TestDatabase database = server.Blank();
        database.Execute(Posts +
            "create table tag (id int primary key, post_id int references post on delete cascade); create table " +
            "plain (author_id int references author)");
        string file = Change(database);
        database.Execute("insert into tag values (1, 9), (2, 1); insert into plain values (9)");
        IReadOnlyDictionary<string, string> before = database.Digest();

        DataOpsException failure = Assert.Throws<DataOpsException>(
            () => ChangeFiles.Undo(database, file, whatIf: true));

        Assert.Equal("StillReferenced", failure.Id);
        Assert.Equal(
            ["plain (9)  refers to author 9 (plain_author_id_fkey)", "tag 1      refers to post 9 (tag_post_id_fkey)"],
            failure.Message.Split('\n')[1..].Select(l => l.Trim()));
        Assert.Equal(before, database.Digest());
    }

    [Fact]
    public void Rows_whose_target_is_gone_are_named()
    {
        using TestDatabase database = server.Blank();
        database.Execute(Posts);
        string file = _files.Apply(
            database,
            (changes, catalog) => changes.Of(catalog.Find("public", "post")!).PlanUpdate(
                $"from post t where author_id = 1"), "update post set author_id = 2 where author_id = 1")!;
        database.Execute("delete from author where id = 1");

        DataOpsException failure = Assert.Throws<DataOpsException>(() => ChangeFiles.Undo(database, file));

        Assert.Equal("MissingReferences", failure.Id);
        Assert.Equal(
            ["post 1  author_id -> author 1 is not there (post_author_id_fkey)",
                "post 2  author_id -> author 1 is not there (post_author_id_fkey)"],
                    failure.Message.Split('\n')[1..].Select(l => l.Trim()));
    }

    [Fact]
    public void Unique_values_that_other_rows_have_taken_since_are_named()
    {
        using TestDatabase database = server.Blank();
        database.Execute(Posts);
        database.Execute("create unique index post_lower on post (lower(body)) where author_id is not null");
        string file = _files.Apply(
            database,
            (changes, catalog) => changes.Of(catalog.Find("public", "post")!).PlanDelete(
                $"from post t where id in (1, 3)"), "delete from post where id in (1, 3)")!;
        database.Execute(
            @"insert into post (slug, body, author_id) values ('a', 'y', null), ('z', E'TAB\tLINE\n\\N', 1)");

        DataOpsException failure = Assert.Throws<DataOpsException>(() => ChangeFiles.Undo(database, file));

        Assert.Equal("NotUnique", failure.Id);
        Assert.Equal(
            ["post 1  has the same body,author_id as row 6 (post_lower)",
                "post 1  has the same slug as row 5 (post_slug_key)"],
            failure.Message.Split('\n')[1..].Select(l => l.Trim()));
    }

    [Fact]
    public void A_trigger_that_keeps_a_row_from_coming_back_as_it_was_is_named()
    {
        using TestDatabase database = server.Blank();
        database.Execute(Posts + """
            create function touch() returns trigger language plpgsql as $$ begin new.body := clock_timestamp()::text; return new; end $$;
            create trigger post_touch before update on post for each row execute function touch();
            """);
        string file = Change(database);
        IReadOnlyDictionary<string, string> before = database.Digest();

        DataOpsException failure = Assert.Throws<DataOpsException>(
            () => ChangeFiles.Undo(database, file, undoPath: _files.New()));

        Assert.Equal("NotRestored", failure.Id);
        Assert.Contains("post 1  differs after undoing; the table has trigger post_touch", failure.Message);
        Assert.Equal(before, database.Digest());
        Assert.Equal(["1.undo.gz"], _files.Names);
    }

    [Fact]
    public void Triggers_find_their_names_and_foreign_keys_that_cannot_wait_are_met()
    {
        using TestDatabase database = server.Blank();
        database.Execute("""
            create table seen (n int primary key, count int); insert into seen values (1, 0);
            create table venue (id int primary key, town text unique);
            create table event (id int primary key, venue_id int not null references venue, maybe_id int references venue, up_id int references event);
            create function note() returns trigger language plpgsql as $$ begin update seen set count = count + 1; return null; end $$;
            create trigger event_note after insert or update or delete on event for each statement execute function note();
            insert into venue values (1, 'x'), (2, 'y'), (3, 'z'); insert into event values (2, 2, 2, null), (1, 1, 2, 2), (3, 3, null, 1);
            """);
        IReadOnlyDictionary<string, string> before = database.Digest("seen");
        string file = _files.ApplyAnything(database, ["event", "venue"], """
            insert into venue values (9, 'v'); update event set venue_id = 9, maybe_id = 9 where id in (1, 2); delete from event where id = 3; delete from venue where id in (1, 2, 3);
            insert into venue values (4, 'w'); insert into event values (8, 9, 4, null), (7, 9, 9, 8); update event set up_id = 8
            """)!;

        ChangeFiles.Undo(database, file);

        Assert.Equal(before, database.Digest("seen"));
        Assert.True(database.Scalar<int>("select count from seen") > 3);
    }

    [Fact]
    public void A_file_of_another_database_is_refused_unless_forced()
    {
        using TestDatabase database = server.Blank();
        using TestDatabase copy = server.Blank();
        database.Execute(Posts);
        copy.Execute(Posts);
        IReadOnlyDictionary<string, string> before = copy.Digest();
        string file = Change(database);
        Change(copy);

        DataOpsException failure = Assert.Throws<DataOpsException>(() => ChangeFiles.Undo(copy, file));
        Assert.Equal("OtherDatabase", failure.Id);
        Assert.Contains(
            $"was written for {database.Name} on {database.Session.Server}, and this is {copy.Name}", failure.Message);
        ChangeFiles.Undo(copy, file, force: true);
        Assert.Equal(before, copy.Digest());
    }

    [Fact]
    public void A_table_that_is_gone_or_has_other_columns_is_named()
    {
        using TestDatabase database = server.Blank();
        database.Execute(Posts);
        string file = Change(database);

        database.Execute("alter table post add hint text, alter body type varchar(90)");
        DataOpsException failure = Assert.Throws<DataOpsException>(() => ChangeFiles.Undo(database, file));
        Assert.Equal("SchemaChanged", failure.Id);
        Assert.Contains("body was text and is character varying(90); hint is new", failure.Message);
        database.Execute("drop table post");
        Assert.Equal("UnknownTable", Assert.Throws<DataOpsException>(() => ChangeFiles.Undo(database, file)).Id);
    }

    [Fact]
    public void A_change_that_is_not_committed_has_nothing_to_undo()
    {
        using TestDatabase database = server.Blank();
        database.Execute(Posts);
        string file = Change(database);
        using Session other = database.Open();
        using NpgsqlTransaction transaction = other.Connection.BeginTransaction();
        // The newest transaction of all: no snapshot has seen one that is newer.
        string id = other.List<string>("select pg_current_xact_id()::text")[0];
        string open = WithTransaction(file, id);

        DataOpsException failure = Assert.Throws<DataOpsException>(() => ChangeFiles.Undo(database, open));
        Assert.Equal("NeverCommitted", failure.Id);
        Assert.Contains("is not committed yet", failure.Message);

        transaction.Rollback();
        failure = Assert.Throws<DataOpsException>(() => ChangeFiles.Undo(database, open));
        Assert.Equal("NeverCommitted", failure.Id);
        Assert.Contains("was never committed", failure.Message);
    }

    [Fact]
    public void A_sequence_that_a_broken_transaction_has_set_is_set_back_all_the_same()
    {
        using TestDatabase database = server.Blank();
        database.Execute("create table orchard (id bigserial primary key); insert into orchard values (40)");
        string file = _files.New();
        database.Run(new ResetSequence(), new ResetSequenceOptions { UndoPath = file });
        database.Execute("delete from orchard");
        string broken;
        using (NpgsqlTransaction transaction = database.Session.Connection.BeginTransaction())
            broken = WithTransaction(file, database.Session.List<string>("select pg_current_xact_id()::text")[0]);

        UndoResult undone =
            (UndoResult)database.Run(new UndoChange(), new UndoChangeOptions { Path = broken, NoUndo = true })[^1];

        Assert.Equal(1, undone.Sequences);
        Assert.Equal(1L, database.Scalar<long>("select last_value from orchard_id_seq"));
    }

    private string WithTransaction(string file, string id)
    {
        string[] lines = ChangeFiles.Lines(file);
        string header = System.Text.RegularExpressions.Regex.Replace(
            lines[0], "\"transaction\":\"[0-9]+\"", $"\"transaction\":\"{id}\"");
        string text = string.Join('\n', lines[1..^1].Prepend(header)) + "\n";
        string digest = Convert.ToHexString(
            System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text)));
        return _files.Compress($"{text}{{\"rows\":{lines.Length - 2},\"sha256\":\"{digest}\"}}\n");
    }

    [Fact]
    public void Options_that_cannot_be_are_refused()
    {
        using TestDatabase database = server.Blank();
        database.Execute(Posts);
        string file = Change(database);
        string Refused(UndoChangeOptions options) =>
            Assert.Throws<DataOpsException>(() => database.Run(new UndoChange(), options)).Id;

        Assert.Equal("MissingOption", Refused(new UndoChangeOptions()));
        Assert.Equal("FileNotFound", Refused(new UndoChangeOptions { Path = file + "x" }));
        Assert.Equal("ContradictingOptions",
            Refused(new UndoChangeOptions { Path = file, NoUndo = true, UndoPath = _files.New() }));
        Assert.Equal("FileExists", Refused(new UndoChangeOptions { Path = file, UndoPath = file }));
        Assert.Equal("FolderNotFound",
            Refused(new UndoChangeOptions { Path = file, UndoPath = Path.Combine(_files.Folder, "no", "x.gz") }));
    }

    private const string Statements = """
        insert into author values (9, 'New'); update post set slug = 'tmp', body = null where id = 1; update post set slug = 'a' where id = 2; update post set slug = 'b' where id = 1;
        delete from post where id = 3; delete from author where id = 2; insert into post (id, slug, author_id) overriding system value values (9, 'n', 9)
        """;

    private string Change(TestDatabase database) => _files.Apply(database, Plan, Statements)!;

    private static void Plan(ChangeSet changes, DatabaseCatalog catalog)
    {
        TablePlan author = changes.Of(catalog.Find("public", "author")!);
        author.PlanDelete($"from author t where id = 2");
        author.PlanInsert($"select 9");
        TablePlan post = changes.Of(catalog.Find("public", "post")!);
        post.PlanUpdate($"from post t where id in (1, 2)");
        post.PlanDelete($"from post t where id = 3");
        post.PlanInsert($"select 9");
    }
}
