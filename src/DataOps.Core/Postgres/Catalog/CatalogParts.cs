namespace DataOps.Core.Postgres.Catalog;

/// <summary>
/// The parts of a catalogue that few operations need, each read for all tables in one query on first use; by
/// pg_class.oid of the table.
/// </summary>
/// <param name="session">The session; it must be free for a query where a part is asked for first.</param>
internal sealed class CatalogParts(Session session)
{
    private static readonly SqlText s_views = $"""
        select c.oid, pg_get_viewdef(c.oid) as query from pg_class c where c.relkind in ('v', 'm')
            and {CatalogRows.IsOwn("c")}
        """;

    private ILookup<uint, IndexDefinition>? _indexes;
    private ILookup<uint, IndexDefinition>? _uniqueIndexes;
    private ILookup<uint, TableConstraint>? _constraints;
    private ILookup<uint, TableTrigger>? _triggers;
    private Dictionary<uint, string>? _viewQueries;

    public ILookup<uint, IndexDefinition> Indexes => _indexes ??= IndexDefinition.Read(session).ToLookup(i => i.Table);

    public ILookup<uint, IndexDefinition> UniqueIndexes =>
        _uniqueIndexes ??= IndexDefinition.ReadUnique(session).ToLookup(i => i.Table);

    public ILookup<uint, TableConstraint> Constraints =>
        _constraints ??= TableConstraint.Read(session).ToLookup(c => c.Table);

    public ILookup<uint, TableTrigger> Triggers => _triggers ??= TableTrigger.Read(session).ToLookup(t => t.Table);

    public IReadOnlyDictionary<uint, string> ViewQueries =>
        _viewQueries ??= session.Query<(uint Oid, string Query)>(s_views).ToDictionary(v => v.Oid, v => v.Query);
}
