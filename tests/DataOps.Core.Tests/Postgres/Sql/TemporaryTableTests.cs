using Npgsql;

namespace DataOps.Core.Tests.Postgres.Sql;

public sealed class TemporaryTableTests(PostgresServer server)
{
    private static readonly SqlText s_name = TemporaryTable.Named("dataops_rows");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_table_of_a_querys_rows_has_statistics_and_outlives_the_transaction_where_it_shall(bool outlives)
    {
        using TestDatabase database = server.Blank();
        Session session = database.Session;
        using (NpgsqlTransaction transaction = session.Connection.BeginTransaction())
        {
            SqlText rows = $"select g, {SqlText.Value("it's")} as word from generate_series(1, {3}) g";
            TemporaryTable.Create(session, s_name, rows, default, outlives);

            SqlText oid = $"{SqlText.Value(s_name.ToString())}::regclass";
            Assert.Equal([3], session.Query<int>($"select reltuples::int from pg_class where oid = {oid}"));
            Assert.Equal(["it's"], session.Query<string>($"select distinct word from {s_name}"));
            transaction.Commit();
        }

        Assert.Equal(
            outlives, session.Query<bool>($"select to_regclass({SqlText.Value(s_name.ToString())}) is not null")[0]);
    }
}
