using System.Text;
using System.Text.Json;
using DataOps.Core.Django.Values;
using DataOps.Core.Postgres.Catalog;
using DataOps.Core.Postgres.Copy;
using DataOps.Core.Postgres.Sql;
using DataOps.Core.Tests.Support.Servers;
using Npgsql;

namespace DataOps.Core.Tests.Support;

/// <summary>Types as the server describes them, and values through encoder and decoder.</summary>
internal static class RowsFixture
{
    public static PgType TypeOf(TestDatabase database, string sql)
    {
        uint oid = Convert.ToUInt32(database.Scalar<object>($"select '{sql}'::regtype::oid"), null);
        return Describe(database, oid);
    }

    public static Column ColumnOf(TestDatabase database, string type, bool notNull = false)
    {
        int open = type.IndexOf('(', StringComparison.Ordinal);
        int? length = open > 0 && type.Contains("char", StringComparison.Ordinal)
            ? int.Parse(type[(open + 1)..type.IndexOf(')', StringComparison.Ordinal)], null)
            : null;
        return new Column(1, "v", TypeOf(database, type), type, length, notNull, null, ColumnSource.Plain, null, null);
    }

    /// <summary>The JSON of each value of a query's one column; null for NULL.</summary>
    public static List<string?> Encode(TestDatabase database, PgToJson encoder, string from)
    {
        List<string?> values = [];
        using CopyReader reader = new(database.Session.Connection, SqlText.Raw($"select {encoder.Expression("v")} from {from}"), CancellationToken.None);
        while (reader.Read())
        {
            Utf8Output output = new();
            if (!reader.IsNull(0))
                encoder.Write(reader[0], output);
            values.Add(reader.IsNull(0) ? null : Encoding.UTF8.GetString(output.Written));
        }
        return values;
    }

    /// <summary>The JSON of one value.</summary>
    public static string Encode(TestDatabase database, string type, string literal, TimePrecision precision = TimePrecision.Millisecond)
    {
        database.Execute($"drop table if exists one; create table one as select {SqlText.Literal(literal)}::{type} as v");
        return Encode(database, PgToJson.For(TypeOf(database, type), precision), "public.one")[0]!;
    }

    /// <summary>Writes JSON values into the first column of a table, and returns what was wrong with each.</summary>
    public static List<string?> Decode(TestDatabase database, JsonToPg decoder, string table, IEnumerable<string> values)
    {
        List<string?> problems = [];
        using CopyWriter writer = new(database.Session.Connection, SqlText.Identifier("public", table), ["id", "v"], CancellationToken.None);
        foreach (string json in values)
        {
            writer.WriteRaw(Encoding.UTF8.GetBytes((problems.Count + 1).ToString((IFormatProvider?)null)));
            Utf8JsonReader value = JsonText.Reader(Encoding.UTF8.GetBytes(json));
            value.Read();
            if (decoder.TryWrite(ref value, writer, out string? problem))
                writer.EndRow();
            else
                writer.DiscardRow();
            Assert.False(value.Read(), $"the reader stopped within {json}");
            problems.Add(problem);
        }
        writer.Complete();
        return problems;
    }

    private static PgType Describe(TestDatabase database, uint oid)
    {
        object?[] row = database.Rows(
            $"""
            select n.nspname, t.typname, t.typtype::text, case when t.typcategory = 'A' then t.typelem end,
              coalesce(nullif(t.typbasetype, 0), r.rngsubtype, m.rngtypid)
            from pg_type t join pg_namespace n on n.oid = t.typnamespace
              left join pg_range r on r.rngtypid = t.oid left join pg_range m on m.rngmultitypid = t.oid
            where t.oid = {oid}
            """)[0];
        PgTypeKind kind = (string)row[2]! switch
        {
            "d" => PgTypeKind.Domain,
            "e" => PgTypeKind.Enum,
            "c" => PgTypeKind.Composite,
            "r" => PgTypeKind.Range,
            "m" => PgTypeKind.Multirange,
            _ => PgTypeKind.Base,
        };
        return new PgType(oid, (string)row[0]!, (string)row[1]!, kind,
            row[3] is uint element ? Describe(database, element) : null,
            row[4] is uint of ? Describe(database, of) : null);
    }
}
