namespace DataOps.Core.Features.Datasets.Import;

/// <summary>
/// What a load cannot know of who is who: a number means one thing in the database that wrote the file, and perhaps
/// another in this one.
/// </summary>
internal sealed class IdentityWarnings(Session session, KeyedRows rows, CancellationToken cancellation)
{
    private const int Named = 5;

    // Values that an application gives to a row once, and never another one to it.
    private static readonly HashSet<string> s_identities = ["translation_key", "uuid", "guid"];

    /// <summary>The warnings, none where nothing is in doubt.</summary>
    public IEnumerable<string> Of() => rows.Tables.Select(Strangers).OfType<string>();

    // Rows whose key belongs to a row here that is another thing, and not an older version of the same.
    private string? Strangers(StagingTable table)
    {
        StagingColumn[] identity = [.. table.Columns.Where(c => s_identities.Contains(c.Column.Name))];
        if (identity.Length == 0)
            identity = [.. table.Columns.Where(c => c.Reference is null
                && (table.Natural?.Parts.Any(p => p.Path.Count == 0 && p.Column == c.Column) ?? false))];
        List<string> keys = [];
        HashSet<string> fields = [];
        long count = 0;
        foreach (StagingColumn column in identity)
        {
            int[] shapes = [.. Enumerable.Range(0, table.Shapes.Count).Where(i => table.Shapes[i].Contains(column))];
            SqlText others = $"""
                {table.Model.Table} t join {table.Name} s on {ImportStatements.SameKey(table)}
                where s._shape = any({shapes}) and t.{column.Column}::text is distinct from s.{column.Sql}::text
                """;
            long found = Count(others);
            if (found == 0)
                continue;
            count = Math.Max(count, found);
            fields.Add(column.Field);
            keys.AddRange(session.Query<string>(
                $"select {KeyText.Of(table.Model.Table, "t")} from {others} order by 1 limit {Named}", cancellation));
        }
        return count == 0 ? null
            : $"{(count == 1 ? "1 row" : $"{count} rows")} of {table.Model.Label} would become another one under the "
                + $"same key ({string.Join(", ", fields)} {(fields.Count == 1 ? "differs" : "differ")}): "
                + $"{string.Join(", ", keys.Distinct().Take(Named))}{(count > Named ? ", …" : "")}. "
                + "If the file is of another site, -Match NaturalKey finds rows by their natural keys.";
    }

    private long Count(SqlText from) => session.Query<long>($"select count(*) from {from}", cancellation)[0];
}
