using System.Text;
using DataOps.Core.Django.Values;
using DataOps.Core.Features.Datasets.Import;
using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Tests.Support;

/// <summary>Values from a server to JSON and back, on the ways that exports and imports go.</summary>
internal static class RowsFixture
{
    /// <summary>The JSON of each value of a query's one column v; null for NULL.</summary>
    public static List<string?> Encode(TestDatabase database, ValueConverter converter, string from)
    {
        List<string?> values = [];
        using CopyReader reader =
            new(database.Session.Connection, SqlText.Raw($"select {converter.Expression($"v")} from {from}"),
                CancellationToken.None);
        while (reader.Read())
        {
            Utf8Output output = new();
            if (!reader.IsNull(0))
                converter.WriteJson(reader[0], output);
            values.Add(reader.IsNull(0) ? null : Encoding.UTF8.GetString(output.Written));
        }
        return values;
    }

    /// <summary>
    /// Writes JSON values into the column v of a table, with numbers from 1 as id; returns what was wrong with each.
    /// </summary>
    public static List<string?> Decode(TestDatabase database, Column column, string table, IEnumerable<string> values)
    {
        List<string?> problems = [];
        StagingColumn staged = new("v", column, null, null);
        StagingBuffer buffer = new(SqlText.Identifier("public", table), ["id", "v"]);
        foreach (string json in values)
        {
            buffer.Add(problems.Count + 1);
            problems.Add(staged.Write(Encoding.UTF8.GetBytes(json), buffer));
            if (problems[^1] is null)
                buffer.EndRow(problems.Count);
            else
                buffer.DiscardRow();
        }
        buffer.Flush(database.Session, CancellationToken.None);
        return problems;
    }
}
