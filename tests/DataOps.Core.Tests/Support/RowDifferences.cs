namespace DataOps.Core.Tests.Support;

/// <summary>All rows of a database as JSON, by table; and what differs between two states of it.</summary>
internal static class RowDifferences
{
    public static IReadOnlyDictionary<string, HashSet<string>> Rows(TestDatabase site) => site
        .Column("select relname::text from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace")
        .ToDictionary(table => table!,
            table => site.Column($"select to_jsonb(r)::text from \"{table}\" r").Select(r => r!).ToHashSet());

    /// <summary>
    /// The keys of the rows that are in one and not in the other, as <c>auth_permission 9011,9012</c>, by table.
    /// </summary>
    public static string[] Only(
        IReadOnlyDictionary<string, HashSet<string>> here, IReadOnlyDictionary<string, HashSet<string>> there) =>
    [
        .. here.Select(
            t => (Table: t.Key, Rows: t.Value.Except(there[t.Key]).Select(Key).Order(StringComparer.Ordinal).ToArray()))
            .Where(t => t.Rows.Length > 0).Select(t => $"{t.Table} {string.Join(',', t.Rows)}")
                .Order(StringComparer.Ordinal),
    ];

    private static string Key(string row)
    {
        using System.Text.Json.JsonDocument json = System.Text.Json.JsonDocument.Parse(row);
        return json.RootElement.TryGetProperty("id", out System.Text.Json.JsonElement id) ? id.ToString() : row;
    }
}
