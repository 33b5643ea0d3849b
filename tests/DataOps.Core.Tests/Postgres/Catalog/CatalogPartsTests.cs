using System.Diagnostics;
using DataOps.Core.Postgres.Schemas;

namespace DataOps.Core.Tests.Postgres.Catalog;

public sealed class CatalogPartsTests(PostgresServer server)
{
    [Fact]
    public void An_index_has_its_expressions_predicate_operators_and_definition()
    {
        using TestDatabase database = server.Blank();
        database.Execute("""
            create table person (id int primary key, name text, born date, place point, unique (name, born) deferrable);
            create unique index part on person (lower(name) desc) include (born) where born is not null;
            create index near on person using gist (place);
            """);
        Table person = Read(database, "person");
        IndexDefinition part = person.IndexDefinitions.Single(i => i.Name == "part");
        IndexDefinition deferrable = person.IndexDefinitions.Single(i => i.Name == "person_name_born_key");
        IndexDefinition near = person.IndexDefinitions.Single(i => i.Name == "near");

        Assert.Equal(
            ["person_pkey", "near", "part", "person_name_born_key"], person.IndexDefinitions.Select(i => i.Name));
        Assert.Equal(["person_pkey", "part", "person_name_born_key"], person.UniqueIndexes.Select(i => i.Name));
        Assert.Equal([("lower(name)", null, "operator(pg_catalog.=)")], part.Keys.Select(Texts));
        Assert.Equal(("(born IS NOT NULL)", "btree", true), (part.Predicate, part.Method, part.IsImmediate));
        Assert.Equal(["name", "born"], part.Columns);
        Assert.Equal(
            "CREATE UNIQUE INDEX part ON public.person USING btree (lower(name) DESC) INCLUDE (born) WHERE (born IS " +
                "NOT NULL)", part.Definition);
        Assert.False(deferrable.IsImmediate);
        Assert.Equal([("place", "place", "")], near.Keys.Select(Texts));
    }

    [Fact]
    public void An_index_that_failed_to_build_is_there_and_keeps_no_rows_apart()
    {
        using TestDatabase database = server.Blank();
        database.Execute("create table person (name text); insert into person values ('a'), ('a')");
        Assert.ThrowsAny<Exception>(() => database.Execute("create unique index concurrently broken on person (name)"));
        Table person = Read(database, "person");

        Assert.Equal(
            ("broken", false), (person.IndexDefinitions.Single().Name, person.IndexDefinitions.Single().IsValid));
        Assert.Empty(person.UniqueIndexes);
    }

    [Fact]
    public void A_constraint_has_its_columns_its_condition_and_its_definition()
    {
        using TestDatabase database = server.Blank();
        database.Execute("""
            create table person (
              id int primary key, boss int references person deferrable initially deferred, name text constraint named check (name <> ''),
              constraint apart exclude using btree (name with =));
            alter table person add constraint grown check (id > 0) not valid
            """);
        IEnumerable<TableConstraint> constraints = Read(database, "person").Constraints;

        Assert.Equal(
            [
                "apart Exclusion name EXCLUDE USING btree (name WITH =)", "grown Check id CHECK ((id > 0)) NOT VALID",
                "named Check name CHECK ((name <> ''::text))",
                "person_boss_fkey ForeignKey boss FOREIGN KEY (boss) REFERENCES public.person(id) DEFERRABLE " +
                    "INITIALLY DEFERRED",
                "person_pkey PrimaryKey id PRIMARY KEY (id)",
            ],
            constraints.Select(c => $"{c.Name} {c.Kind} {string.Join(",", c.Columns)} {c.Definition}"));
        Assert.Equal(("(id > 0)", false), (constraints.ElementAt(1).Expression, constraints.ElementAt(1).IsValidated));
        Assert.True(constraints.ElementAt(3).IsDeferred);
    }

    [Fact]
    public void A_trigger_tells_when_it_fires_and_one_of_a_foreign_key_is_there_only_while_it_is_off()
    {
        using TestDatabase database = server.Blank();
        database.Execute("""
            create function f() returns trigger language plpgsql as 'begin return new; end';
            create table person (id int primary key);
            create table note (person_id int references person);
            create trigger a before insert on person for each row execute function f();
            create trigger b before insert on person for each row execute function f();
            alter table person disable trigger b;
            """);
        Assert.Empty(Read(database, "note").Triggers);
        Assert.Equal([("a", TriggerMode.Enabled), ("b", TriggerMode.Disabled)],
            Read(database, "person").Triggers.Select(t => (t.Name, t.Mode)));
        Assert.Equal(
            "CREATE TRIGGER a BEFORE INSERT ON public.person FOR EACH ROW EXECUTE FUNCTION public.f()",
            Read(database, "person").Triggers.First().Definition);
        database.Execute("alter table note disable trigger all");
        Table note = Read(database, "note");

        Assert.Equal(2, note.Triggers.Count());
        Assert.All(note.Triggers, t => Assert.True(t.IsInternal && t.IsDisabledOf(note, note.ForeignKeys.Single())));
    }

    [Fact]
    public void A_sequence_tells_who_owns_it_and_who_draws_from_it()
    {
        using TestDatabase database = server.Blank();
        database.Execute("""
            create table person (id int generated by default as identity, code smallserial);
            create sequence shared as int increment -2 minvalue -10 maxvalue -1 start -3 cache 7 cycle;
            create table one (id int default nextval('shared'));
            create table two (id bigint default nextval('shared'));
            """);
        DatabaseCatalog catalog = DatabaseCatalog.Read(database.Session);
        Sequence[] sequences = [.. Sequence.Read(database.Session, default)];
        string Name(ColumnPlace place) =>
            $"{catalog.Find(place.Table)}.{catalog.Find(place.Table)!.Columns.Single(c => c.Number == place.Column).Name}";

        Assert.Equal(
            [
                "person_code_seq smallint person.code False person.code",
                "person_id_seq integer person.id True person.id", "shared integer  False one.id,two.id",
            ],
            sequences.Select(s =>
                $"{s.Name} {s.TypeText} {(s.OwnedBy is { } o ? Name(o) : "")} {s.IsIdentity} {string.Join(",", s.DrawnBy.Select(Name).Order())}"));
        Assert.Equal(
            (-3L, -2L, -10L, -1L, 7L, true),
            (sequences[2].Start, sequences[2].Increment, sequences[2].Least, sequences[2].Most, sequences[2].Cache,
                sequences[2].Cycles));
        Assert.Equal(catalog.Find("public", "person")!.Role, sequences[0].Role);
    }

    [Fact]
    public void A_view_has_its_query_and_a_generated_column_its_expression()
    {
        using TestDatabase database = server.Blank();
        database.Execute(
            "create table person (id int, twice int generated always as (id * 2) stored); create view v as select " +
                "id from person");

        Assert.Equal(" SELECT person.id\n   FROM public.person;", Read(database, "v").ViewQuery);
        Assert.Null(Read(database, "person").ViewQuery);
        Assert.Equal("(id * 2)", Read(database, "person").Find("twice")!.Generation);
    }

    [Fact, Trait("Day", "1")]
    public void Five_hundred_tables_take_one_batch_and_four_queries_with_everything()
    {
        using TestDatabase database = server.Blank();
        database.Execute("""
            do $$ begin
              for i in 1..500 loop
                execute format('create table t%s (id int generated by default as identity primary key, other int, name text check (name <> ''''), unique (name))', i);
                execute format('alter table t%s add foreign key (other) references t1', i);
              end loop;
            end $$
            """);
        using Session session = database.Open();
        using QueryCount count = new(session.Database);
        DatabaseCatalog catalog = DatabaseCatalog.Read(session);

        Assert.Equal((500, 1), (catalog.Tables.Count, count.Queries));
        foreach (Table table in catalog.Tables)
            Assert.Equal((2, 4, 0, null),
                (table.IndexDefinitions.Count(), table.Constraints.Count(), table.Triggers.Count(), table.ViewQuery));
        Assert.Equal(500, Sequence.Read(session, default).Count);
        Assert.Equal(5, count.Queries);
        // A batch and the texts, and the search path set and set back.
        Assert.Equal(500, SchemaReader.Read(session, default).Schema.Tables.Count);
        Assert.Equal(5 + 4, count.Queries);
    }

    private static Table Read(TestDatabase database, string name) =>
        DatabaseCatalog.Read(database.Session).Find("public", name)!;

    // Npgsql starts an activity for each command, and one for a batch.
    private sealed class QueryCount : IDisposable
    {
        private readonly ActivityListener _listener;
        private int _queries;

        public QueryCount(string database)
        {
            _listener = new ActivityListener
            {
                ShouldListenTo = s => s.Name == "Npgsql",
                Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
                ActivityStopped = a =>
                {
                    if (a.GetTagItem("db.namespace") as string == database && a.GetTagItem("db.query.text") is not null)
                        Interlocked.Increment(ref _queries);
                },
            };
            ActivitySource.AddActivityListener(_listener);
        }

        public int Queries => _queries;

        public void Dispose() => _listener.Dispose();
    }

    private static (string, string?, string) Texts(IndexKey key) =>
        (key.Expression.ToString(), key.Column, key.Equality.ToString());
}
