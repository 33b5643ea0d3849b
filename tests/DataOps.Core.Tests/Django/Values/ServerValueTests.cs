using System.Text;
using DataOps.Core.Django.Values;
using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Tests.Django.Values;

/// <summary>
/// The tables of values against a server: the fields are those that it sends, and it takes the texts.
/// </summary>
public sealed class ServerValueTests(PostgresServer server)
{
    public static TheoryData<string> Families => [.. ValueTables.Families.Keys];

    [Theory, MemberData(nameof(Families))]
    public void A_server_sends_these_fields_and_takes_these_texts(string family)
    {
        using TestDatabase database = server.Blank();
        database.Execute(
            """
            create extension hstore; create type mood as enum ('so so', 'well');
            create domain positive as int check (value > 0); create type pair as (a int, b text);
            """);
        Session session = database.Session;
        session.Execute("set search_path = public; set timezone = 'UTC'", CancellationToken.None);
        string Stored(string text, string type) =>
            session.List<string>($"select {SqlText.Literal(text)}::{type}::text")[0];

        (string written, string read, _) = ValueTables.Families[family];
        foreach (WrittenValue value in ValueTables.Written(written).Where(v => IsKnown(session, v.Type)))
        {
            LossCount losses = new("v");
            ValueForm form = new() { Precision = TimePrecision.Microsecond, Losses = losses };
            ValueConverter converter = ValueConverter.For(TestColumn.Of(value.Type), form);
            (string field, string json) = Send(session, converter, $"{SqlText.Literal(value.Value)}::{value.Type}");
            // An array of an enum holds the number that this database gave the type.
            string expected = value.Type == "mood[]" ? field : Convert.ToHexString(value.Field);
            Assert.Equal((value.Value, expected, value.Exact), (value.Value, field, json));
            string stored = Stored(value.Text, value.Type);
            if (losses.Count == 0)
                Assert.Equal(Stored(value.Value, value.Type), stored);
        }
        foreach (ReadValue value in ValueTables.Read(read))
            Assert.Equal((value.Json, value.Stored), (value.Json, Stored(value.Text, value.Type)));
    }

    private static (string Field, string Json) Send(Session session, ValueConverter converter, string value)
    {
        string query = $"select {converter.Expression($"v")} from (select {value} as v) s";
        using CopyReader reader = new(session.Connection, SqlText.Raw(query), CancellationToken.None);
        Assert.True(reader.Read());
        Utf8Output output = new();
        converter.WriteJson(reader[0], output);
        (string, string) sent = (Convert.ToHexString(reader[0]), Encoding.UTF8.GetString(output.Written));
        Assert.False(reader.Read());
        return sent;
    }

    // PostgreSQL 14 brought multiranges.
    private static bool IsKnown(Session session, string type) =>
        !type.Contains("multirange", StringComparison.Ordinal) || session.ServerVersion.Major >= 14;
}
