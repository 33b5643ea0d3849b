namespace DataOps.Core.Tests.Peers;

/// <summary>All rows of a database as texts, by table.</summary>
internal static class SiteRows
{
    /// <summary>
    /// The rows of each table, without what no fixture decides: the ids of automatic many-to-many rows, and _order,
    /// which Django counts anew for every row that it inserts.
    /// </summary>
    /// <param name="database">The database.</param>
    /// <param name="milliseconds">Whether times are cut off to milliseconds, as Django's JSON cuts them off.</param>
    public static SortedDictionary<string, string[]> Of(TestDatabase database, bool milliseconds = false)
    {
        IReadOnlyList<object?[]> tables = database.Rows(
            $$"""
            select c.relname::text, string_agg(case
              when {{milliseconds}} and atttypid in ('timestamptz'::regtype, 'time'::regtype) then format('date_trunc(''milliseconds'', %I)', attname)
              else quote_ident(attname) end, ', ' order by attnum)
            from pg_class c join pg_attribute a on a.attrelid = c.oid and attnum > 0 and not attisdropped
            where relkind = 'r' and relnamespace = 'public'::regnamespace
              and not (attname = 'id' and relname ~
                '_(groups|permissions|follows|influences|related|readers|genres|distributors|amenities|regulars)$|^specimens_anuncommonly')
              and attname <> '_order'
            group by 1
            """);
        SortedDictionary<string, string[]> rows = new(
            tables.ToDictionary(t => (string)t[0]!, _ => Array.Empty<string>()), StringComparer.Ordinal);
        string all = string.Join(
            " union all ", tables.Select(t => $"select '{t[0]}', r::text from (select {t[1]} from \"{t[0]}\") r"));
        foreach (IGrouping<string, string> table in database.Rows(all).GroupBy(r => (string)r[0]!, r => (string)r[1]!))
            rows[table.Key] = [.. table.Order(StringComparer.Ordinal)];
        return rows;
    }

    /// <summary>Fails with the first rows in which two databases differ.</summary>
    public static void AssertSame(
        SortedDictionary<string, string[]> expected, SortedDictionary<string, string[]> actual)
    {
        Assert.Equal(expected.Keys, actual.Keys);
        string[] different = [.. expected.Where(t => !t.Value.SequenceEqual(actual[t.Key])).Select(t => t.Key)];
        IEnumerable<string> Only(string table, SortedDictionary<string, string[]> here,
            SortedDictionary<string, string[]> there, char sign) =>
            here[table].Except(there[table]).Take(3).Select(r => $"{sign} {table} {r}");
        string Show(string table) =>
            string.Join("\n", Only(table, expected, actual, '-').Concat(Only(table, actual, expected, '+')));
        Assert.True(different.Length == 0,
            $"seed {DjangoPeer.Seed}, {string.Join(", ", different)}:\n{string.Join("\n", different.Select(Show))}");
    }
}
