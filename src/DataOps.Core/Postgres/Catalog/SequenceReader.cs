namespace DataOps.Core.Postgres.Catalog;

/// <summary>Reads how far the sequences of identity and serial columns and their tables are.</summary>
internal sealed class SequenceReader(Session session, DatabaseCatalog catalog, CancellationToken cancellation)
{
    private const int Together = 50;

    private sealed record ValueRow(int Number, long Last, bool IsCalled, long? Used);

    /// <summary>Reads them, by table and column.</summary>
    /// <param name="wanted">Which tables.</param>
    public IReadOnlyList<SequenceState> Read(Func<Table, bool> wanted) => Read((_, table) => wanted(table));

    /// <summary>Reads some of them, by table and column.</summary>
    /// <param name="wanted">Which sequences, and which of the tables that draw from them.</param>
    public IReadOnlyList<SequenceState> Read(Func<Sequence, Table, bool> wanted)
    {
        (Sequence Sequence, Table Table, Column Column)[] all =
        [
            .. Sequence.Read(session, cancellation).SelectMany(Draws)
                .OrderBy(d => d.Table.Schema, StringComparer.Ordinal).ThenBy(d => d.Table.Name, StringComparer.Ordinal)
                    .ThenBy(d => d.Column.Number),
        ];
        ILookup<Sequence, SqlText> columns = all.ToLookup(
            d => d.Sequence, d => Furthest(d.Table, d.Column, d.Sequence));
        List<SequenceState> states = [];
        foreach ((Sequence Sequence, Table Table, Column Column)[] some in
            all.Where(d => wanted(d.Sequence, d.Table)).Chunk(Together))
        {
            IEnumerable<SqlText> values = some.Select((d, i) => Values(i, d.Sequence, columns[d.Sequence]));
            IReadOnlyList<ValueRow> read = session.Query<ValueRow>(SqlText.Join(" union all ", values), cancellation);
            states.AddRange(read.OrderBy(v => v.Number).Select(v =>
                new SequenceState(
                    some[v.Number].Sequence, some[v.Number].Table, some[v.Number].Column, v.Last, v.IsCalled, v.Used)));
        }
        return states;
    }

    /// <summary>Reads one of them again.</summary>
    public SequenceState Read(SequenceState known) => Read(t => t.Oid == known.Table.Oid)
        .First(s => s.Column.Name == known.Column.Name
            && (s.Sequence.Schema, s.Sequence.Name) == (known.Sequence.Schema, known.Sequence.Name));

    // The integer columns of tables that draw from it.
    private IEnumerable<(Sequence Sequence, Table Table, Column Column)> Draws(Sequence sequence) =>
        from place in sequence.DrawnBy
        let table = catalog.Find(place.Table)
        where table is { IsReadable: true }
        let column = table.Columns.First(c => c.Number == place.Column)
        where column.Type.Underlying.Name is "int2" or "int4" or "int8"
        select (sequence, table, column);

    // Several tables may draw from one sequence: it has to be ahead of all of them.
    private static SqlText Values(int number, Sequence sequence, IEnumerable<SqlText> furthest) => $"""
        select {SqlText.Literal(number)} as number, q.last_value as last, q.is_called as iscalled,
               (select {Furthest(sequence)}(v) from (values {furthest.Select(f => (SqlText)$"(({f}))")}) x (v)) as used
        from {sequence.Sql} q
        """;

    private static SqlText Furthest(Table table, Column column, Sequence sequence) =>
        $"select {Furthest(sequence)}({column})::int8 from {table}";

    private static SqlText Furthest(Sequence sequence) => sequence.Increment > 0 ? (SqlText)$"max" : (SqlText)$"min";
}
