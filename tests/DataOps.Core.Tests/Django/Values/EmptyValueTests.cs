using DataOps.Core.Django.Values;

namespace DataOps.Core.Tests.Django.Values;

public sealed class EmptyValueTests(PostgresServer server)
{
    [Fact]
    public void A_row_made_anew_gets_what_Django_takes_for_empty_where_that_is_obvious()
    {
        using TestDatabase database = server.Blank();
        database.Execute(
            """
            create extension hstore; create extension citext;
            create table thing (id int primary key, name varchar(12) not null unique, note text not null,
              nick citext not null unique, number int not null, paid bool not null, clock time not null,
              took interval not null, tags text[] not null, raw bytea not null, extra hstore not null,
              ratio float8 not null unique, labels text[] not null unique, data jsonb not null, place point not null,
              given int not null default 5, free text)
            """);
        ReferenceCatalog catalog = ReferenceCatalog.Read(database.Session);
        Table table = catalog.Database.Tables.Single(t => t.Name == "thing");
        string? Value(string column) => EmptyValue.OfRow(catalog, table, table.Find(column)!) is { } sql
            ? database.Column(
                $"select ({sql})::{table.Find(column)!.TypeText.Replace("public.", "")}::text from (select 7 as key) k")[0]
            : null;

        Assert.Equal(("recreated-7", "", "recreated-7", "0", "false"),
            (Value("name"), Value("note"), Value("nick"), Value("number"), Value("paid")));
        Assert.Equal(("00:00:00", "00:00:00", "{}", "\\x", ""),
            (Value("clock"), Value("took"), Value("tags"), Value("raw"), Value("extra")));
        Assert.All(["ratio", "labels", "data", "place", "given", "free"], c => Assert.Null(Value(c)));
    }
}
