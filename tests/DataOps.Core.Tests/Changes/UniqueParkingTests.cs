using Npgsql;

namespace DataOps.Core.Tests.Changes;

public sealed class UniqueParkingTests(PostgresServer server)
{
    public static TheoryData<string, string, string> Keys => new()
    {
        { "v varchar(50) not null unique", "'a','b','c','d'", "v" },
        { "v varchar(1) not null unique", "'a','b','c','d'", "v" },
        { "v text unique", "'a','b',null,'d'", "v" },
        { "v text unique, check (v is not null and v = lower(v))", "'a','b','c','d'", "v" },
        { "v text not null check (v ~ '^[a-z0-9]+$') unique", "'a','b','c','d'", "v" },
        { "v smallint not null unique check (v >= 0)", "0,1,2,3", "v" },
        { "v smallint not null unique", "32767,1,2,3", "v" },
        { "v bigint not null unique", "9223372036854775807,5,6,7", "v" },
        { "v numeric(3, 1) not null unique", "99.9,1.5,2,'NaN'", "v" },
        { "v float8 not null unique", "1.5,'Infinity',2,'NaN'", "v" },
        { "v uuid not null unique", "md5('1')::uuid,md5('2')::uuid,md5('3')::uuid,md5('4')::uuid", "v" },
        { "v bytea not null unique", @"'\x00','\x01','\x02','\x03'", "v" },
        { "v date not null unique", "'2020-01-01','infinity','0044-03-15 BC','5874897-12-31'", "v" },
        { "v timestamptz not null unique", "'2020-01-01','infinity','2021-01-01','2022-01-01'", "v" },
        { "v interval not null unique", "'1 day','2 days','-1 month','3 hours'", "v" },
        { "v time not null unique", "'00:00','23:59:59.999999','24:00','12:00'", "v" },
        { "v inet not null unique", "'10.0.0.1','10.0.0.2','::1','10.0.0.0/8'", "v" },
        { "v jsonb not null unique", "'1','2','\"3\"','[]'", "v" },
        { "v text not null, w int not null, unique (w, v)", "'a','b','c','d'", "v" },
        { "v int not null, more text, unique (v) include (more)", "1,2,3,4", "v" },
        { "v int not null, exception bool not null default true, unique (v, exception)", "1,2,3,4", "v" },
    };

    [Theory, MemberData(nameof(Keys))]
    public void Rows_that_rotate_a_unique_value_are_parked_and_then_updated(
        string columns, string values, string column)
    {
        using TestDatabase database = server.Blank();
        string[] list = values.Split(',');
        string definition = columns.Contains("w int", StringComparison.Ordinal)
            ? columns.Replace("w int not null", "w int not null default 1", StringComparison.Ordinal)
            : columns;
        database.Execute($"create table item (id int primary key, n text, t text, {definition})");
        database.Execute(
            $"insert into item (id, {column}) values {string.Join(", ", list.Select((v, i) => $"({i}, {v})"))}");
        string before = database.Scalar<string>(
            $"select string_agg({column}::text, '|' order by id) from item where id > 0") + "|" +
                database.Scalar<string>($"select {column}::text from item where id = 0");

        long parked =
            Rotate(database,
                $"select id, lead({column}, 1, (select {column} from item where id = 0)) over (order by id) as " +
                    $"{column} from item", [column]);

        Assert.True(parked > 0);
        Assert.Equal(before, database.Scalar<string>($"select string_agg({column}::text, '|' order by id) from item"));
    }

    [Fact]
    public void Two_hundred_rows_with_one_character_each_rotate()
    {
        using TestDatabase database = server.Blank();
        database.Execute(
            "create table item (id int primary key, v char(1) not null unique); insert into item select g, chr(255 " +
                "+ g) from generate_series(1, 200) g");

        Assert.Equal(200, Rotate(database, "select id, chr(255 + id % 200 + 1) as v from item", ["v"]));
        Assert.Equal(200, database.Scalar<long>("select count(*) from item where v = chr(255 + id % 200 + 1)"));
    }

    [Fact]
    public void An_index_over_an_expression_or_with_a_predicate_is_respected()
    {
        using TestDatabase database = server.Blank();
        database.Execute("""
            create table item (id int primary key, email text not null, site int not null, is_default bool not null);
            create unique index item_email on item (lower(email));
            create unique index item_default on item (site) where is_default;
            insert into item values (1, 'A@x', 1, true), (2, 'b@x', 1, false), (3, 'c@x', 2, true)
            """);

        Rotate(database, "values (1, 'B@X', 1, false), (2, 'a@X', 1, true), (3, 'd@x', 2, true)",
            ["email", "site", "is_default"], "id, email, site, is_default");

        Assert.Equal(["1 B@X f", "2 a@X t", "3 d@x t"],
            database.Column("select concat_ws(' ', id, email, left(is_default::text, 1)) from item order by id"));
    }

    [Fact]
    public void A_key_that_compares_without_case_is_compared_as_its_index_does()
    {
        using TestDatabase database = server.Blank();
        Assert.SkipUnless(
            database.Scalar<long>("select count(*) from pg_available_extensions where name = 'citext'") == 1,
            "citext is not installed");
        database.Execute(
            "create extension citext; create table item (id int primary key, v citext not null unique); insert into " +
                "item values (1, 'a'), (2, 'b')");

        Assert.Equal(2, Rotate(database, "values (1, 'B'::text), (2, 'A')", ["v"], "id, v"));
        Assert.Equal(["B", "A"], database.Column("select v::text from item order by id"));
    }

    [Fact]
    public void A_key_in_which_null_equals_null_is_not_parked_on_null()
    {
        using TestDatabase database = server.Blank();
        Assert.SkipWhen(database.Session.ServerVersion.Major < 15, "NULLS NOT DISTINCT came with PostgreSQL 15");
        database.Execute(
            "create table item (id int primary key, v text unique nulls not distinct); insert into item values (1, " +
                "null), (2, 'b'), (3, 'c')");

        Rotate(database, "values (1, 'b'), (2, null), (3, 'c')", ["v"], "id, v");

        Assert.Equal(["b", null, "c"], database.Column("select v from item order by id"));
    }

    [Fact]
    public void Nothing_is_parked_where_no_row_is_in_the_way_of_another()
    {
        using TestDatabase database = server.Blank();
        database.Execute(
            "create table item (id int primary key, v int not null unique, w int unique deferrable initially " +
                "deferred); insert into item values (1, 1, 1), (2, 2, 2)");

        Assert.Equal(0, Rotate(database, "values (1, 3, 2), (2, 2, 1)", ["v", "w"], "id, v, w"));
        Assert.Equal(["1 3 2", "2 2 1"], database.Column("select concat_ws(' ', id, v, w) from item order by id"));
    }

    [Fact]
    public void A_column_that_refers_to_another_table_is_the_last_choice()
    {
        using TestDatabase database = server.Blank();
        database.Execute("""
            create table page (id int primary key);
            create table item (id int primary key, page_id int references page, slug text not null, unique (page_id, slug));
            create function refuse() returns trigger language plpgsql as $$ begin if new.page_id is null then raise exception 'no page'; end if; return new; end $$;
            create trigger keep before update on item for each row execute function refuse();
            insert into page values (1), (2); insert into item values (1, 1, 'a'), (2, 2, 'a')
            """);

        Assert.Equal(2, Rotate(database, "values (1, 2, 'a'), (2, 1, 'a')", ["page_id", "slug"], "id, page_id, slug"));
        Assert.Equal(["2", "1"], database.Column("select page_id from item order by id"));
    }

    [Fact]
    public void The_constraint_that_lets_nothing_be_parked_is_named()
    {
        using TestDatabase database = server.Blank();
        database.Execute(
            "create table item (id int primary key, v text not null unique constraint only_two check (v in ('a', " +
                "'b'))); insert into item values (1, 'a'), (2, 'b')");
        IReadOnlyDictionary<string, string> before = database.Digest();

        DataOpsException failure = Assert.Throws<DataOpsException>(
            () => Rotate(database, "values (1, 'b'), (2, 'a')", ["v"], "id, v"));

        Assert.Equal("ParkingFailed", failure.Id);
        Assert.Contains("only_two", failure.Message);
        Assert.Contains("item_v_key", failure.Message);
        Assert.Equal(before, database.Digest());
    }

    // Parks and updates, as the callers do.
    private static long Rotate(TestDatabase database, string values, string[] columns, string? names = null)
    {
        Session session = database.Session;
        using NpgsqlTransaction transaction = session.Connection.BeginTransaction(
            System.Data.IsolationLevel.ReadCommitted);
        session.Execute("set constraints all deferred");
        session.Execute(
            $"set local search_path = public; create temp table wanted on commit drop as select * from ({values}) " +
                $"v{(names is null ? "" : $" ({names})")}; set local search_path = pg_catalog");
        Table table = DatabaseCatalog.Read(session).Find("public", "item")!;
        long parked = new UniqueParking(session, default).Park(table, $"pg_temp.wanted", columns, $"t.id = s.id");
        string set = string.Join(", ", columns.Select(c => $"{SqlText.Identifier(c)} = s.{SqlText.Identifier(c)}"));
        session.Execute($"update public.item t set {set} from pg_temp.wanted s where t.id = s.id");
        transaction.Commit();
        return parked;
    }
}
