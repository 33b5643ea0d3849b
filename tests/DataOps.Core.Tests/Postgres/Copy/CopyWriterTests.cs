using System.Text;
using DataOps.Core.Postgres.Copy;
using DataOps.Core.Postgres.Sql;
using DataOps.Core.Tests.Support.Servers;
using Npgsql;

namespace DataOps.Core.Tests.Postgres.Copy;

public sealed class CopyWriterTests : IDisposable
{
    private readonly TestDatabase _database;

    public CopyWriterTests(PostgresServer server)
    {
        _database = server.Blank();
        _database.Execute("create table t (a text, \"B\"\"b\" text)");
    }

    public void Dispose() => _database.Dispose();

    [Fact]
    public void Every_text_arrives_as_it_is()
    {
        string?[] texts = ["", null, "\\N", "\\.", "\t", "\n", "\r\n", "a\\b", "é😀\u2028", "\b\f\v\u0001", new string('x', 5_000_000), "\\"];
        using (CopyWriter writer = Open())
        {
            foreach (string? text in texts)
            {
                Write(writer, text);
                Write(writer, text);
                writer.EndRow();
            }
            Assert.Equal(texts.Length, writer.Complete());
        }

        Assert.Equal(texts, _database.Column("select a from t"));
        Assert.Equal(texts, _database.Column("select \"B\"\"b\" from t"));
    }

    [Fact]
    public void Without_Complete_nothing_is_kept_and_the_connection_stays_usable()
    {
        using (CopyWriter writer = Open())
        {
            for (int i = 0; i < 200_000; i++)
            {
                Write(writer, "x");
                Write(writer, "y");
                writer.EndRow();
            }
        }

        Assert.Equal(0L, _database.Scalar<long>("select count(*) from t"));
        Assert.Equal([2], _database.Session.List<int>("select 1 + 1"));
    }

    [Fact]
    public void A_row_can_be_taken_back()
    {
        using CopyWriter writer = Open();
        Write(writer, "kept");
        Write(writer, null);
        writer.EndRow();
        Write(writer, "dropped");
        writer.DiscardRow();

        Assert.Equal(1, writer.Complete());
        Assert.Equal(["kept"], _database.Column("select a from t"));
    }

    [Fact]
    public void A_row_that_was_not_ended_cannot_be_completed()
    {
        using CopyWriter writer = Open();
        Write(writer, "x");
        Assert.Throws<InvalidOperationException>(() => writer.Complete());
    }

    [Fact]
    public void What_the_server_refuses_is_its_own_error_and_nothing_is_kept()
    {
        _database.Execute("alter table t add check (a <> 'bad')");
        CopyWriter writer = Open();
        foreach (string a in (string[])["good", "bad"])
        {
            Write(writer, a);
            Write(writer, null);
            writer.EndRow();
        }

        PostgresException failure = Assert.Throws<PostgresException>(() => writer.Complete());
        writer.Dispose();
        Assert.Equal(PostgresErrorCodes.CheckViolation, failure.SqlState);
        Assert.Equal(0L, _database.Scalar<long>("select count(*) from t"));
        Assert.Equal([2], _database.Session.List<int>("select 1 + 1"));
    }

    [Fact]
    public void A_refusal_is_no_second_error_for_who_leaves_because_of_another()
    {
        _database.Execute("alter table t add check (a <> 'bad')");
        using (CopyWriter writer = Open())
        {
            for (int i = 0; i < 200_000; i++)
            {
                Write(writer, "bad");
                Write(writer, "y");
                writer.EndRow();
            }
        }
        Assert.Equal([2], _database.Session.List<int>("select 1 + 1"));
    }

    [Fact]
    public void The_token_stops_before_anything_is_kept()
    {
        using CancellationTokenSource stop = new();
        using (CopyWriter writer = Open(stop.Token))
        {
            Write(writer, "x");
            Write(writer, "y");
            writer.EndRow();
            stop.Cancel();
            Assert.Throws<OperationCanceledException>(() => writer.Complete());
        }
        Assert.Equal(0L, _database.Scalar<long>("select count(*) from t"));
    }

    private CopyWriter Open(CancellationToken cancellation = default) => new(_database.Session.Connection, SqlText.Identifier("public", "t"), ["a", "B\"b"], cancellation);

    private static void Write(CopyWriter writer, string? text)
    {
        if (text is null)
            writer.WriteNull();
        else
            writer.WriteField(Encoding.UTF8.GetBytes(text));
    }
}
