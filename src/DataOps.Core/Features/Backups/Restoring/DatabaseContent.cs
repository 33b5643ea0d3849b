namespace DataOps.Core.Features.Backups.Restoring;

/// <summary>An object that somebody has made in a database.</summary>
/// <param name="Type">What it is, as PostgreSQL calls it.</param>
/// <param name="Identity">Its name, as SQL takes it.</param>
internal sealed record DatabaseObject(string Type, string Identity)
{
    /// <summary>The statement that removes it, with what depends on it.</summary>
    public SqlText Drop => $"drop {SqlText.Raw(Keyword)} if exists {SqlText.Raw(Identity)} cascade";

    private string Keyword => Type switch
    {
        "composite type" => "type",
        "foreign-data wrapper" => "foreign data wrapper",
        _ => Type,
    };
}

/// <summary>
/// What is in a database besides what a new one has: neither PostgreSQL's own objects, nor those of extensions, nor
/// what depends on another object alone, as an index.
/// </summary>
internal static class DatabaseContent
{
    private const int Named = 3;

    // Catalogues of objects in schemas with the column that says in which, and of objects of the database itself.
    private static readonly (string Catalog, string? Schema)[] s_catalogs =
    [
        ("pg_namespace", null), ("pg_class", "relnamespace"), ("pg_proc", "pronamespace"), ("pg_type", "typnamespace"),
        ("pg_collation", "collnamespace"), ("pg_conversion", "connamespace"), ("pg_operator", "oprnamespace"),
        ("pg_opclass", "opcnamespace"), ("pg_opfamily", "opfnamespace"), ("pg_ts_config", "cfgnamespace"),
        ("pg_ts_dict", "dictnamespace"), ("pg_ts_parser", "prsnamespace"), ("pg_ts_template", "tmplnamespace"),
        ("pg_language", null), ("pg_cast", null), ("pg_event_trigger", null), ("pg_foreign_data_wrapper", null),
        ("pg_foreign_server", null), ("pg_publication", null),
    ];

    // It is of another catalogue than that of its rights.
    private static readonly SqlText s_largeObjects = $"""
        select 99, 'pg_largeobject'::regclass::oid, oid, null::oid from pg_largeobject_metadata
        """;

    /// <summary>Reads it: schemas first.</summary>
    public static IReadOnlyList<DatabaseObject> Read(Session session, CancellationToken cancellation) =>
        session.Query<DatabaseObject>(
            $"""
            select i.type as type, i.identity as identity
            from ({SqlText.Join(" union all ", s_catalogs.Select((c, i) => Of(c.Catalog, c.Schema, i))
              .Append(s_largeObjects))}) o,
              pg_identify_object(o.catalog, o.oid, 0) i
            where o.oid >= 16384 and not exists (select 1 from pg_depend d
              where d.classid = o.catalog and d.objid = o.oid and d.deptype in ('i', 'e'))
              and (o.schema is null or exists (select 1 from pg_namespace n
                where n.oid = o.schema and (n.oid < 16384 or n.nspname = 'public')))
              and i.type not in ('index', 'toast table') and i.identity !~ '^pg_(toast|temp)'
              and i.identity <> 'public'
            order by o.place, i.identity
            """, cancellation);

    /// <summary>The extensions.</summary>
    public static IReadOnlyList<string> Extensions(Session session, CancellationToken cancellation) =>
        session.Query<string>($"select extname::text from pg_extension order by 1", cancellation);

    /// <summary>What there is, by kind, with the first of each.</summary>
    public static string Describe(IReadOnlyList<DatabaseObject> content) => string.Join("; ",
        content.GroupBy(o => o.Type).Select(g =>
            $"{Counted.Of(g.Count(), g.Key)} ({string.Join(", ", g.Take(Named).Select(o => o.Identity))}"
                + $"{(g.Count() > Named ? ", …" : "")})"));

    private static SqlText Of(string catalog, string? schema, int place) => $"""
        select {SqlText.Literal(place)} as place, '{SqlText.Raw(catalog)}'::regclass::oid as catalog, oid,
          {(schema is null ? (SqlText)$"null::oid" : SqlText.Identifier(schema))} as schema
        from {SqlText.Identifier("pg_catalog", catalog)}
        """;
}
