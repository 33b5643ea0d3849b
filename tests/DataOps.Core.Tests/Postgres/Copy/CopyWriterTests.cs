using System.Text;
using DataOps.Core.Postgres.Copy;
using Npgsql;

namespace DataOps.Core.Tests.Postgres.Copy;

public sealed class CopyWriterTests : IDisposable
{
    private readonly TestDatabase _database;
    private readonly CopyWriter _writer = new(SqlText.Identifier("public", "t"), ["a", "B\"b"]);

    public CopyWriterTests(PostgresServer server)
    {
        _database = server.Blank();
        _database.Execute("create table t (a text, \"B\"\"b\" text)");
    }

    public void Dispose() => _database.Dispose();

    [Fact]
    public void Every_text_arrives_as_it_is()
    {
        string?[] texts =
        [
            "", null, "\\N", "\\.", "\t", "\n", "\r\n", "a\\b", "é😀\u2028", "\b\f\v\u0001", new string('x', 5_000_000),
            "\\",
        ];
        foreach (string? text in texts)
            Add(text, text);
        Send();

        Assert.Equal((texts.Length, 0), (_writer.Rows, _writer.Waiting));
        Assert.Equal(texts, _database.Column("select a from t"));
        Assert.Equal(texts, _database.Column("select \"B\"\"b\" from t"));
    }

    [Fact]
    public void Whole_numbers_arrive_as_their_digits()
    {
        _writer.Add(long.MinValue);
        _writer.Add(0);
        _writer.EndRow();
        Send();
        Assert.Equal(["-9223372036854775808 0"], _database.Column("select a || ' ' || \"B\"\"b\" from t"));
    }

    [Fact]
    public void Rows_wait_until_they_are_sent_and_are_sent_once()
    {
        Add("x", "y");
        Assert.Equal(0L, Count());
        Send();
        Send();
        Add("z", "y");
        Send();
        Assert.Equal(["x", "z"], _database.Column("select a from t"));
    }

    [Fact]
    public void Discarded_rows_are_not_sent_and_the_rest_is()
    {
        Add("kept", null);
        _writer.Add("dropped"u8);
        _writer.DiscardRow();
        Send();
        Assert.Equal(["kept"], _database.Column("select a from t"));

        Add("cleared", null);
        _writer.Clear();
        Send();
        Assert.Equal(1L, Count());
    }

    [Fact]
    public void What_the_server_refuses_is_its_own_error_and_nothing_is_kept()
    {
        _database.Execute("alter table t add check (a <> 'bad')");
        Add("good", null);
        Add("bad", null);

        PostgresException failure = Assert.Throws<PostgresException>(Send);
        Assert.Equal(PostgresErrorCodes.CheckViolation, failure.SqlState);
        Assert.Equal(0L, Count());
        Assert.Equal([2], _database.Session.List<int>("select 1 + 1"));
    }

    [Fact]
    public void A_refusal_among_many_rows_leaves_the_connection_usable()
    {
        _database.Execute("alter table t add check (a <> 'bad')");
        for (int i = 0; i < 200_000; i++)
            Add("bad", "y");

        Assert.Throws<PostgresException>(Send);
        Assert.Equal(0L, Count());
        Assert.Equal([2], _database.Session.List<int>("select 1 + 1"));
    }

    [Fact]
    public void The_token_stops_before_anything_is_kept_and_leaves_the_connection_usable()
    {
        using CancellationTokenSource stop = new();
        Add("x", "y");
        stop.Cancel();

        Assert.ThrowsAny<OperationCanceledException>(() => _writer.Send(_database.Session.Connection, stop.Token));
        Assert.Equal(0L, Count());
        Assert.Equal([2], _database.Session.List<int>("select 1 + 1"));
    }

    [Fact]
    public void The_token_ends_the_wait_for_a_lock()
    {
        using CancellationTokenSource stop = new(300);
        using Session other = _database.Open();
        other.Execute("begin; lock table public.t", CancellationToken.None);
        Add("x", "y");

        Assert.ThrowsAny<OperationCanceledException>(() => _writer.Send(_database.Session.Connection, stop.Token));
        other.Execute("rollback", CancellationToken.None);
        Assert.Equal(0L, Count());
    }

    private void Add(string? a, string? b)
    {
        foreach (string? text in (string?[])[a, b])
        {
            if (text is null)
                _writer.AddNull();
            else
                _writer.Add(Encoding.UTF8.GetBytes(text));
        }
        _writer.EndRow();
    }

    private void Send() => _writer.Send(_database.Session.Connection, CancellationToken.None);

    private long Count() => _database.Scalar<long>("select count(*) from t");
}
