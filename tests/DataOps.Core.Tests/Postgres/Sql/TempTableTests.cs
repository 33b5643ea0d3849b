using DataOps.Core.Postgres.Connections;
using DataOps.Core.Postgres.Sql;
using DataOps.Core.Tests.Support.Servers;
using Npgsql;

namespace DataOps.Core.Tests.Postgres.Sql;

public sealed class TempTableTests(PostgresServer server)
{
    private static readonly TempTable s_rows = new("dataops_rows");

    [Fact]
    public void A_table_of_a_querys_rows_has_statistics_and_ends_with_the_transaction()
    {
        using TestDatabase database = server.Blank();
        Session session = database.Session;
        using (NpgsqlTransaction transaction = session.Connection.BeginTransaction())
        {
            s_rows.Create(session, $"select g from generate_series(1, {3}) g", default);

            Assert.Equal([3], session.Query<int>($"select reltuples::int from pg_class where oid = {SqlText.Value(s_rows.ToString())}::regclass"));
            transaction.Commit();
        }
        Assert.False(Exists(session));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_table_without_rows_outlives_the_transaction_where_it_shall(bool outlives)
    {
        using TestDatabase database = server.Blank();
        Session session = database.Session;
        using (NpgsqlTransaction transaction = session.Connection.BeginTransaction())
        {
            s_rows.CreateEmpty(session, $"select 1 as a", outlives, default);
            session.Run($"insert into {s_rows} values (7)");
            s_rows.Analyze(session, default);
            transaction.Commit();
        }
        Assert.Equal(outlives, Exists(session));
        s_rows.Drop(session, default);
        s_rows.Drop(session, default);

        Assert.False(Exists(session));
    }

    [Fact]
    public void Columns_can_be_declared()
    {
        using TestDatabase database = server.Blank();
        using NpgsqlTransaction transaction = database.Session.Connection.BeginTransaction();
        s_rows.Declare(database.Session, $"old bigint primary key, new bigint", default);

        Assert.Equal(1, database.Session.Run($"insert into {s_rows} values (1, {2L})"));
    }

    private static bool Exists(Session session) => session.Query<bool>($"select to_regclass({SqlText.Value(s_rows.ToString())}) is not null")[0];
}
