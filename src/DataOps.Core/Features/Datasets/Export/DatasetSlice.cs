namespace DataOps.Core.Features.Datasets.Export;

/// <summary>Rows of a part that one connection reads.</summary>
/// <param name="Part">The part.</param>
/// <param name="Condition">Which of its rows, in SQL with t for the table: a range of their key; null for all.</param>
internal sealed record DatasetSlice(ExportPart Part, SqlText? Condition)
{
    // Bytes of a table in a slice, about: as much waits in memory until the slices before it are written.
    private const long Size = 1L << 23;

    // Each has a queue of its own.
    private const int Most = 4096;

    /// <summary>All rows of a part.</summary>
    public static DatasetSlice All(ExportPart part) => new(part, null);

    private sealed record KeyRow(uint Table, long Size, long[]? Bounds);

    /// <summary>
    /// The slices of parts, in the order of the parts and of the rows' keys. A part is cut where its table is large,
    /// its key one whole number, and no filter and no many-to-many list has to be asked for each slice again.
    /// </summary>
    /// <exception cref="DataOpsException">The server refused a query.</exception>
    public static IReadOnlyList<DatasetSlice> Of(
        Session session, IReadOnlyList<ExportPart> parts, CancellationToken cancellation)
    {
        Model[] models = [.. parts.Where(CanBeCut).Select(p => p.Model).DistinctBy(m => m.Table.Oid)];
        Dictionary<uint, KeyRow> keys = models.Length == 0
            ? []
            : session.Query<KeyRow>(Keys(models), cancellation).ToDictionary(k => k.Table);
        return [.. parts.SelectMany(p => CanBeCut(p) && keys.TryGetValue(p.Model.Table.Oid, out KeyRow? key)
            ? Cut(p, Math.Min(key.Size / Size, Most), key.Bounds ?? Ends(session, p.Model, cancellation))
            : [All(p)])];
    }

    private static bool CanBeCut(ExportPart part) =>
        part is { Condition: null, Model: { Key: [{ } key], ManyToMany.Count: 0, Table.IsSmall: false } }
            && key.Type is { Schema: "pg_catalog", Name: "int2" or "int4" or "int8" };

    // Where the keys are, the server knows of the last ANALYZE; bounds that are old make slices of different sizes.
    private static SqlText Keys(IEnumerable<Model> models)
    {
        IEnumerable<SqlText> keys =
            models.Select(m => (SqlText)$"({m.Table.Oid}, {SqlText.Value(m.Key[0].Name)})");
        return $"""
            select k.oid as table, x.size, s.histogram_bounds::text::int8[] as bounds
            from (values {keys}) k (oid, name)
            join pg_class c on c.oid = k.oid join pg_namespace n on n.oid = c.relnamespace
            cross join lateral (select pg_table_size(c.oid) as size offset 0) x
            left join pg_stats s on s.schemaname = n.nspname and s.tablename = c.relname and s.attname = k.name
              and not s.inherited
            where x.size >= {2 * Size}
            """;
    }

    private static long[] Ends(Session session, Model model, CancellationToken cancellation) =>
        session.Query<(long?, long?)>(
            $"select min({model.Key[0]})::int8, max({model.Key[0]})::int8 from {model.Table}", cancellation)[0]
            is ({ } first, { } last) ? [first, last] : [];

    private static IEnumerable<DatasetSlice> Cut(ExportPart part, long slices, long[] bounds)
    {
        SqlText key = part.Model.Key[0].In("t");
        long[] cuts = bounds.Length < 2
            ? []
            : [.. Enumerable.Range(1, (int)slices - 1)
                .Select(i => Between(bounds, (double)i * (bounds.Length - 1) / slices)).Distinct().Order()];
        return Enumerable.Range(0, cuts.Length + 1).Select(i => new DatasetSlice(part, Range(key, cuts, i)));
    }

    private static SqlText? Range(SqlText key, long[] cuts, int slice)
    {
        if (cuts.Length == 0)
            return null;
        if (slice == 0)
            return $"{key} < {cuts[0]}";
        if (slice == cuts.Length)
            return $"{key} >= {cuts[^1]}";
        return $"{key} >= {cuts[slice - 1]} and {key} < {cuts[slice]}";
    }

    private static long Between(long[] bounds, double place)
    {
        int at = (int)place;
        return at + 1 >= bounds.Length
            ? bounds[^1]
            : bounds[at] + (long)((place - at) * ((double)bounds[at + 1] - bounds[at]));
    }
}
