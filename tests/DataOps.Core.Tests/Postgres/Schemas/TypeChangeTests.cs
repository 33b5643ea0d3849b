using DataOps.Core.Postgres.Schemas;

namespace DataOps.Core.Tests.Postgres.Schemas;

public sealed class TypeChangeTests(PostgresServer server)
{
    [Theory]
    [InlineData("bigint", "integer", "5000000000", true)]
    [InlineData("text", "character varying(3)", "long", true)]
    [InlineData("character varying(9)", "character varying(3)", "long", true)]
    [InlineData("numeric(9,3)", "numeric(9,1)", "1.234", false)]
    [InlineData("double precision", "integer", "1.6", false)]
    [InlineData("timestamp with time zone", "date", "2026-11-29 10:00+00", false)]
    public void A_change_that_is_called_safe_fails_rather_than_change_a_value(
        string from, string to, string value, bool isSafe)
    {
        using TestDatabase database = server.Blank();
        database.Execute($"create table item (v {from}); insert into item values ('{value}')");

        Assert.Equal(isSafe, TypeChange.KeepsValues(from, to));
        Exception? failure = Record.Exception(() => database.Execute($"alter table item alter v type {to}"));

        Assert.Equal(isSafe, failure is not null);
    }
}
