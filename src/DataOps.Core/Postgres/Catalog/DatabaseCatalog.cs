using static DataOps.Core.Postgres.Catalog.CatalogRows;

namespace DataOps.Core.Postgres.Catalog;

/// <summary>The tables of a database, read in one batch of seven queries whatever their number.</summary>
/// <remarks>
/// What few operations need (index expressions, checks, triggers, views) is read on first use, in one query a kind,
/// through the session that read the rest. PostgreSQL shows expressions as the search path needs them: under a
/// session's own one every name outside pg_catalog is qualified.
/// </remarks>
internal sealed class DatabaseCatalog
{
    private readonly Dictionary<uint, Table> _byOid;
    private readonly HashSet<Table> _site;

    private DatabaseCatalog(IReadOnlyList<Table> tables, IReadOnlyList<string> path, bool isAlone)
    {
        (All, Path, _byOid) = (tables, path, tables.ToDictionary(t => t.Oid));
        ILookup<string, Table> bySchema = tables.ToLookup(t => t.Schema);
        HashSet<string> seen = [];
        HashSet<string> others = [.. tables.Where(t => t.Name == SearchPath.SiteTable).Select(t => t.Schema)];
        _site = [.. path.SelectMany(s => bySchema[s].Where(t => seen.Add(t.Name)))];
        if (!isAlone)
            _site.UnionWith(tables.Where(t => !path.Contains(t.Schema) && !others.Contains(t.Schema)));
        Tables = [.. tables.Where(_site.Contains)];
    }

    /// <summary>
    /// All tables and views outside PostgreSQL's own schemas, by schema and name; partitions stand behind their root.
    /// </summary>
    public IReadOnlyList<Table> All { get; }

    /// <summary>
    /// Of those, the site's: what its application sees along its search_path, and what stands in schemas that are no
    /// other site's; with -Schema only the former.
    /// </summary>
    public IReadOnlyList<Table> Tables { get; }

    /// <summary>The schemas in which the application finds its tables, in its order.</summary>
    public IReadOnlyList<string> Path { get; }

    /// <summary>Whether a table is the site's, and not another tenant's.</summary>
    public bool IsOfSite(Table table) => _site.Contains(table);

    /// <summary>The table with this pg_class.oid; null when it is none of <see cref="All"/>.</summary>
    public Table? Find(uint oid) => _byOid.GetValueOrDefault(oid);

    /// <summary>The table of that name in that schema.</summary>
    public Table? Find(string schema, string name) => All.FirstOrDefault(t => t.Schema == schema && t.Name == name);

    /// <summary>The table that the application means by a name.</summary>
    public Table? Find(string name) => Path.Select(s => Find(s, name)).FirstOrDefault(t => t is not null);

    /// <summary>The schema that Django's tables are in; public in a database without tables.</summary>
    public string DjangoSchema => Path.Count > 0 ? Path[0] : "public";

    /// <summary>Reads the catalogue.</summary>
    /// <exception cref="DataOpsException">The server refused a query.</exception>
    public static DatabaseCatalog Read(Session session)
    {
        CatalogParts parts = new(session);
        QueryBatch batch = new(session);
        IReadOnlyList<TypeRow> typeRows = batch.Add<TypeRow>(Types(session.ServerVersion));
        IReadOnlyList<ColumnRow> rows = batch.Add<ColumnRow>(Columns);
        IReadOnlyList<SequenceRow> sequenceRows = batch.Add<SequenceRow>(Sequences);
        IReadOnlyList<ConstraintRow> constraintRows = batch.Add<ConstraintRow>(Constraints(session.ServerVersion));
        IReadOnlyList<IndexRow> indexRows = batch.Add<IndexRow>(Indexes);
        IReadOnlyList<TableRow> tableRows = batch.Add<TableRow>(CatalogRows.Tables);
        IReadOnlyList<SearchPath.Row> path = batch.Add<SearchPath.Row>(SearchPath.Query);
        batch.Run();
        Dictionary<uint, PgType> types = ToTypes(typeRows);
        ILookup<uint, ColumnRow> columns = rows.ToLookup(c => c.Table);
        // pg_dump writes every array with one pair of brackets: where a column has two, the tables are as Django made
        // them.
        bool knowsDimensions = rows.Any(c => c.Dimensions > 1);
        ILookup<(uint, short), string> sequences = sequenceRows.ToLookup(s => (s.Table, s.Column), s => s.Name);
        ILookup<uint, ConstraintRow> constraints = constraintRows.ToLookup(c => c.Table);
        ILookup<uint, IndexRow> indexes = indexRows.ToLookup(i => i.Table);
        Dictionary<(uint, short), string> names = rows.ToDictionary(c => (c.Table, c.Number), c => c.Name);
        Table[] tables = [.. tableRows
            .Select(t => ToTable(
                t,
                parts,
                [.. columns[t.Oid].Select(
                    c => ToColumn(c, types, knowsDimensions, sequences[(c.Table, c.Number)].FirstOrDefault()))],
                [.. constraints[t.Oid]],
                [.. indexes[t.Oid]],
                (table, numbers) =>
                    [.. ((short[])numbers).Select(n => names.GetValueOrDefault((table, n))).OfType<string>()]))];
        return new DatabaseCatalog(
            tables, SearchPath.Of(session, path[0], [.. tables.Select(t => (t.Schema, t.Name))]),
            session.Settings.Schema is not null);
    }

    private static Dictionary<uint, PgType> ToTypes(IReadOnlyList<TypeRow> all)
    {
        Dictionary<uint, TypeRow> rows = all.ToDictionary(t => t.Oid);
        Dictionary<uint, PgType> types = [];
        PgType? Type(uint oid)
        {
            if (types.TryGetValue(oid, out PgType? known))
                return known;
            if (!rows.TryGetValue(oid, out TypeRow? row))
                return null;
            return types[oid] = new PgType(
                oid, row.Schema, row.Name, KindOf(row.Kind), Type(row.Element), Type(row.Base));
        }
        foreach (uint oid in rows.Keys)
            Type(oid);
        return types;
    }

    private static PgTypeKind KindOf(char kind) => kind switch
    {
        'd' => PgTypeKind.Domain,
        'e' => PgTypeKind.Enum,
        'c' => PgTypeKind.Composite,
        'r' => PgTypeKind.Range,
        'm' => PgTypeKind.Multirange,
        _ => PgTypeKind.Base,
    };

    private static Column ToColumn(ColumnRow c, Dictionary<uint, PgType> types, bool knowsDimensions, string? sequence)
    {
        PgType type = types[c.Type];
        // The modifier of varchar and bpchar counts four bytes of header; that of bit and varbit does not.
        int? length = c.Modifier < 0
            ? null
            : type.Name switch { "varchar" or "bpchar" => c.Modifier - 4, "bit" or "varbit" => c.Modifier, _ => null };
        ColumnSource source = (c.Identity, c.Generated, c.Default) switch
        {
            (_, 's' or 'v', _) => ColumnSource.Generated,
            ('a', _, _) => ColumnSource.IdentityAlways,
            ('d', _, _) => ColumnSource.IdentityByDefault,
            (_, _, { } d) when d.StartsWith("nextval(", StringComparison.Ordinal) => ColumnSource.Serial,
            _ => ColumnSource.Plain,
        };
        return new Column(
            c.Number, c.Name, type, c.TypeText, length, c.NotNull, c.Default, source, sequence, c.Collation)
        {
            Generation = c.Generation,
            Dimensions = knowsDimensions && c.Dimensions > 0 ? c.Dimensions : null,
        };
    }

    private static Table ToTable(
        TableRow t,
        CatalogParts parts,
        IReadOnlyList<Column> columns,
        IReadOnlyList<ConstraintRow> constraints,
        IReadOnlyList<IndexRow> indexes,
        Func<uint, Array, string[]> names)
    {
        string[] primaryKey = constraints.FirstOrDefault(c => c.Kind == 'p') is { } key
            ? names(t.Oid, key.Columns)
            : [];
        return new Table(
            t.Oid,
            t.Schema,
            t.Name,
            t.Kind switch
            {
                'p' => TableKind.PartitionedTable,
                'v' => TableKind.View,
                'm' => TableKind.MaterializedView,
                'f' => TableKind.ForeignTable,
                _ => TableKind.Table,
            },
            columns,
            primaryKey,
            indexes.Where(i => i.IsUnique && i.IsPlain).Select(i => names(t.Oid, i.Columns))
                .Where(c => !c.SequenceEqual(primaryKey)).ToArray(),
            indexes.Select(i => new TableIndex(i.Name, i.IsPlain ? names(t.Oid, i.Columns) : [])).ToArray(),
            constraints.Where(c => c.Kind == 'f').Select(
                c => ToForeignKey(c, names(t.Oid, c.Columns), names(c.Target, c.TargetColumns))).ToArray(),
            t.Tuples < 0 ? null : (long)t.Tuples,
            t.Pages * 8192L)
        {
            Role = t.Role,
            Parts = parts,
        };
    }

    private static ForeignKey ToForeignKey(ConstraintRow c, string[] columns, string[] targetColumns) => new(
        c.Name,
        columns,
        c.Target,
        targetColumns,
        (string[])c.Equalities,
        c.OnDelete switch { 'c' => "CASCADE", 'n' => "SET NULL", 'd' => "SET DEFAULT", 'r' => "RESTRICT",
            _ => "NO ACTION" },
        c.IsDeferrable,
        c.IsDeferred,
        c.IsValidated,
        c.IsEnforced);
}
