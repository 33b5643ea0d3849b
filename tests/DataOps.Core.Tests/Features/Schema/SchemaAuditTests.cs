using DataOps.Core.Features.Schema;
using DataOps.Core.Features.Schema.Constraints;
using Npgsql;
using AuditOfAll = DataOps.Core.Features.Audits.TestDatabase;
using TestDatabase = DataOps.Core.Tests.Support.Servers.TestDatabase;

namespace DataOps.Core.Tests.Features.Schema;

/// <summary>What is wrong with indexes, collations, foreign keys and tables.</summary>
public sealed class SchemaAuditTests(PostgresServer server)
{
    private const string Crew = """
        create table django_content_type (id serial primary key, app_label varchar(100), model varchar(100), unique (app_label, model));
        insert into django_content_type (app_label, model) values ('crew', 'ship'), ('crew', 'sailor');
        create table crew_ship (id int primary key, name text);
        create table crew_sailor (id int primary key, ship_id int references crew_ship);
        insert into crew_ship values (1, 'Ada'), (2, 'Bea');
        insert into crew_sailor values (1, 1);
        """;

    [Fact]
    public void An_index_whose_building_failed_is_built_by_the_remedy()
    {
        using TestDatabase crew = Make("");
        crew.Execute("insert into crew_ship values (3, 'Ada')");
        Assert.Throws<PostgresException>(
            () => crew.Execute("create unique index concurrently \"Ship name\" on crew_ship (name)"));

        Finding found = Assert.Single(Find(crew));

        Assert.Equal(((Enum?)SchemaProblem.InvalidIndex, Severity.Warning, "crew.ship", "crew_ship"),
            (found.Class, found.Severity, found.Model, found.Table));
        Assert.Equal("Repair-Constraint -Constraint 'Ship name' -WhatIf", found.Remedy);
        crew.Execute("delete from crew_ship where id = 3");
        Repair(crew, "Ship name");
        Assert.Empty(Find(crew));
    }

    [Fact]
    public void What_a_failed_rebuild_has_left_is_dropped()
    {
        using TestDatabase crew = Make("create index name_ccnew on crew_ship (name)");
        crew.Execute("update pg_index set indisvalid = false where indexrelid = 'name_ccnew'::regclass");

        Assert.Equal("Repair-Constraint -Constraint 'name_ccnew' -WhatIf", Assert.Single(Find(crew)).Remedy);
        Repair(crew, "name_ccnew");
        Assert.Empty(Find(crew));
    }

    private static void Repair(TestDatabase crew, string name) => Assert.True(Assert.IsType<RepairConstraintResult>(
        crew.Run(new RepairConstraint(), new() { Constraint = [name], NoUndo = true })[^1]).Changed);

    [Fact]
    public void A_collation_of_another_version_is_named_with_its_indexes_and_what_it_has_let_in()
    {
        using TestDatabase crew = Make("""
            alter table crew_ship alter name type text collate "de-x-icu";
            alter table crew_ship add constraint ship_name unique (name);
            """);
        Assert.Empty(Find(crew));
        crew.Execute("""
            update pg_collation set collversion = '1.1' where collname = 'de-x-icu';
            update pg_index set indisready = false where indexrelid = 'ship_name'::regclass;
            """);
        crew.Execute("insert into crew_ship values (3, 'Ada')");
        crew.Execute("update pg_index set indisready = true where indexrelid = 'ship_name'::regclass");

        Finding found = Assert.Single(Find(crew));
        Finding doubled = Assert.Single(Find(crew, Audit.Uniqueness));

        Assert.Equal(((Enum?)SchemaProblem.Collation, "1.1"), (found.Class, found.Value));
        Assert.StartsWith("the collation \"de-x-icu\" was version 1.1 and is ", found.Problem,
            StringComparison.Ordinal);
        Assert.Equal(("crew_ship", "name", "Ada", 2L),
            (doubled.Table, doubled.Column, doubled.Value, doubled.Count));
        crew.Execute("set enable_indexscan = off; set enable_bitmapscan = off; delete from crew_ship where id = 3");
        foreach (string statement in found.Remedy!.Split("; "))
            crew.Execute(statement);
        Assert.Empty(Find(crew));
        Assert.Empty(Find(crew, Audit.Uniqueness));
    }

    [Fact]
    public void The_collation_of_the_database_is_refreshed_by_the_remedy()
    {
        // C.UTF-8, which the tests' servers use, has no version.
        using TestDatabase crew = server.Blank();
        string name = crew.Name + "_icu";
        crew.Execute($"create database {name} template template0 locale_provider icu icu_locale 'und'");
        try
        {
            using Session icu = Session.Open(
                ConnectionSettings.Parse(crew.Uri.Replace(crew.Name, name, StringComparison.Ordinal)), "Test");
            icu.Execute("create table public.crew_ship (id int primary key, name text unique)");
            string now = icu.List<string>(
                "select pg_database_collation_actual_version(oid) from pg_database where datname = current_database()")[0];
            icu.Execute("update pg_database set datcollversion = '1.1' where datname = current_database()");
            Finding[] Find() =>
                [.. new AuditOfAll().Run(icu, new() { Audit = [Audit.Schema], Severity = Severity.Expected }, new())];

            Finding found = Assert.Single(Find());

            Assert.Equal((null, "1.1", now), (found.Table, found.Value, found.Expected));
            foreach (string statement in found.Remedy!.Split("; "))
                icu.Execute(statement);
            Assert.Empty(Find());
        }
        finally
        {
            crew.Execute($"drop database {name} with (force)");
        }
    }

    [Theory]
    [InlineData("insert into crew_log values (1, 1, '')", Severity.Warning, 1)]
    [InlineData("insert into crew_log values (1, 1, ''), (2, 1, ''), (3, null, '')", Severity.Warning, 2)]
    [InlineData("select 1", Severity.Expected, 1)]
    [InlineData("insert into crew_log values (1, 1, ''); insert into django_content_type (app_label, model) " +
        "values ('crew', 'voyage')", Severity.Expected, 1)]
    public void A_table_without_model_keeps_rows_of_models_from_being_deleted(
        string change, Severity severity, int count)
    {
        using TestDatabase crew = Make(
            "create table crew_log (id int, ship_id int constraint log_ship references crew_ship, note text)");
        crew.Execute(change);

        Finding found = Assert.Single(Find(crew));

        Assert.Equal(((Enum?)SchemaProblem.TableWithoutModel, severity, (long)count, "crew_log", "crew_ship"),
            (found.Class, found.Severity, found.Count, found.Table, found.References));
        if (found.Remedy!.StartsWith("alter", StringComparison.Ordinal))
        {
            crew.Execute(found.Remedy);
            Assert.Empty(Find(crew));
        }
        else
            Assert.Equal("Get-Reference -Table crew_log", found.Remedy);
    }

    [Theory]
    [InlineData("create table crew_log (id int, ship_id int references crew_ship on delete cascade)")]
    [InlineData("create table crew_log (id int, ship_id int references crew_ship on delete set null)")]
    [InlineData("create table other (id int primary key); create table crew_log (id int, ship_id int references other)")]
    public void A_table_that_keeps_no_row_is_none(string made)
    {
        using TestDatabase crew = Make(made);

        Assert.Empty(Find(crew));
    }

    [Fact]
    public void A_table_that_joins_two_may_be_a_list_of_another_name()
    {
        using TestDatabase crew = Make("""
            create table legacy_link (id int, ship_id int references crew_ship, sailor_id int references crew_sailor);
            insert into legacy_link values (1, 1, 1);
            """);

        Assert.Equal([Severity.Expected, Severity.Expected], Find(crew).Select(f => f.Severity));
    }

    [Theory]
    [InlineData("crew_ship", "on delete no action", "each row is checked twice", true)]
    [InlineData("crew_ship", "on delete cascade", "on delete, the other", true)]
    [InlineData("boat", "on delete no action", "a row needs a target in both", false)]
    public void Of_two_foreign_keys_of_a_column_the_one_that_Django_made_is_kept(
        string target, string action, string problem, bool isSame)
    {
        using TestDatabase crew = Make($"""
            create table boat (id int primary key); insert into boat values (1);
            alter table crew_sailor rename constraint crew_sailor_ship_id_fkey to crew_sailor_ship_id_1a2b_fk_crew_ship_id;
            alter table crew_sailor add constraint a_second foreign key (ship_id) references {target} {action}
            """);

        Finding found = Assert.Single(Find(crew));

        Assert.Equal(((Enum?)SchemaProblem.DoubledForeignKey, "crew_sailor", "ship_id", "a_second"),
            (found.Class, found.Table, found.Column, found.Reference));
        Assert.Contains(problem, found.Problem, StringComparison.Ordinal);
        Assert.Equal(isSame
            ? "alter table \"public\".\"crew_sailor\" drop constraint \"a_second\""
            : "Get-Reference -Table crew_sailor", found.Remedy);
    }

    [Fact]
    public void Texts_in_SQL_ASCII_that_are_not_UTF_8_are_found_without_reading_them()
    {
        using TestDatabase crew = server.Blank();
        string name = crew.Name + "_ascii";
        crew.Execute($"create database {name} template template0 encoding 'SQL_ASCII' lc_collate 'C' lc_ctype 'C'");
        try
        {
            using Session ascii = Session.Open(
                ConnectionSettings.Parse(crew.Uri.Replace(crew.Name, name, StringComparison.Ordinal)), "Test");
            ascii.Execute("""
                create table public.crew_ship (id int primary key, name text, note varchar(20), log json);
                insert into public.crew_ship values
                  (1, 'Ada', 'Zürich 😀', '{"a": "ü"}'), (2, E'Z\xfcrich', E'\xed\xa0\x80', '{}'), (3, E'\xe2\x82', '', null),
                  (4, E'\xc0\x80', '', null), (5, '', E'\xf4\x90\x80\x80', null), (6, '', '', E'{"a": "\xe4"}');
                create table public.crew_code (code varchar(9) primary key);
                insert into public.crew_code values (E'\xff\\a');
                """);
            Finding[] Find(bool isDetailed) =>
                [.. new AuditOfAll().Run(ascii, new() { Audit = [Audit.Schema], Detailed = isDetailed }, new())];

            Finding[] rows = Find(true);

            Assert.Equal(
                [
                    @"crew_code code \377\\a = \377\\a", @"crew_ship name 2 = Z\374rich", @"crew_ship note 2 = \355\240\200",
                    @"crew_ship name 3 = \342\202", @"crew_ship name 4 = \300\200", @"crew_ship note 5 = \364\220\200\200",
                    @"crew_ship log 6 = {""a"": ""\344""}",
                ],
                rows.Select(f => $"{f.Table} {f.Column} {f.Key} = {f.Value}"));
            Assert.All(rows, f => Assert.Equal(((Enum?)SchemaProblem.Encoding, Severity.Error), (f.Class, f.Severity)));
            Assert.All(rows, f => Assert.Equal(f.Value, ascii.List<string>(f.Remedy!)[0]));
            Assert.Equal(
                [("code", 1), ("name", 3), ("note", 2), ("log", 1)], Find(false).Select(f => (f.Column!, (int)f.Count)));
        }
        finally
        {
            crew.Execute($"drop database {name} with (force)");
        }
    }

    [Fact]
    public void Tables_that_were_never_analysed_are_one_finding_for_the_database()
    {
        using TestDatabase crew = Make("""
            create table crew_log (id int primary key, note text) with (autovacuum_enabled = off);
            create table crew_day (id int primary key, note text) with (autovacuum_enabled = off);
            create table crew_empty (id int primary key, note text) with (autovacuum_enabled = off);
            create table crew_few (id int primary key) with (autovacuum_enabled = off);
            insert into crew_log select n, repeat('x', 100) from generate_series(1, 500) n;
            insert into crew_day select n, repeat('x', 100) from generate_series(1, 200) n;
            insert into crew_empty select n, repeat('x', 100) from generate_series(1, 200) n; delete from crew_empty;
            insert into crew_few values (1);
            create index on crew_log (note);
            """);

        Finding found = Assert.Single(Find(crew));

        Assert.Equal(
            ((Enum?)SchemaProblem.Statistics, Severity.Expected, 2L, "analyze \"public\".\"crew_log\", \"public\".\"crew_day\""),
            (found.Class, found.Severity, found.Count, found.Remedy));
        Assert.StartsWith("2 tables were never analysed, the largest are crew_log, crew_day:", found.Problem);
        crew.Execute(found.Remedy!);
        Assert.Empty(Find(crew));
    }

    private TestDatabase Make(string more)
    {
        TestDatabase crew = server.Blank();
        crew.Execute(Crew + more);
        return crew;
    }

    private static Finding[] Find(TestDatabase database, Audit audit = Audit.Schema) =>
        [.. database.Run(new AuditOfAll(), new() { Audit = [audit], Severity = Severity.Expected })];
}
