namespace DataOps.Core.Django.References;

/// <summary>
/// A plugin of django CMS and its own row: plugin_type names a class of the code, and the rows of one class have their
/// other half in one table.
/// </summary>
/// <remarks>
/// Of a class without a model no row has another half. Which table it is, most rows of the class have to say.
/// </remarks>
internal sealed class PluginReference(Table parent, Column type, IReadOnlyList<Table> halves) : Reference(
    $"{parent.DisplayName}.{type.Name}", ReferenceClass.Inheritance, Severity.Error, parent, [type], null, [],
    "the class of a plugin, whose rows have their other half in one table: django CMS")
{
    private const string PluginType = "plugin_type";

    /// <summary>Those of a database.</summary>
    public static IEnumerable<Reference> Of(DatabaseCatalog database, IReadOnlyList<Reference> references) =>
        from link in references
        where link is { IsParentLink: true, Target.SingleKey: not null, Table.IsReadable: true }
            && link.Target.Find(PluginType) is { Type.Underlying.Name: "varchar" } && database.IsOfSite(link.Target)
        group link.Table by link.Target into plugins
        select new PluginReference(plugins.Key, plugins.Key.Find(PluginType)!, [.. plugins]);

    /// <inheritdoc/>
    internal override IReadOnlyList<MissingTarget> MissingTargets(
        Session session, ReferenceCatalog catalog, CancellationToken cancellation) =>
        [new(a => $"{Table.SingleKey!.In(a)} in (select w.id from ({Missing}) w)")];

    /// <inheritdoc/>
    internal override IEnumerable<DanglingReference> Find(
        Session session, ReferenceCatalog catalog, CancellationToken cancellation) => session.Read(
        $"select w.id::text, w.type, w.half from ({Missing}) w order by w.id",
        r => (Key: r.GetString(0), Type: r.GetString(1), Half: halves[r.GetInt32(2)]), cancellation)
        .Select(r => new DanglingReference(this, r.Key, r.Type, r.Half)
        {
            Problem = $"other rows of this type have their other half in {r.Half}, which has no row of its key",
        });

    // The plugin's own content is lost: to make it anew, or to delete the plugin, is the editor's to choose.
    internal override IReadOnlyList<OrphanAction> Repairs(ReferenceCatalog catalog) => [];

    private SqlText Missing
    {
        get
        {
            SqlText key = Table.SingleKey!.In("c");
            SqlText type = Column.In("c");
            IEnumerable<SqlText> found = halves.Select((h, i) => (SqlText)$"""
                select {key} as id, {type} as type, {SqlText.Literal(i)} as half
                from {h} s join {Table} c on {key} = s.{h.SingleKey!}
                """);
            return $"""
                with found as materialized ({SqlText.Join(" union all ", found)}),
                known as (
                  select f.type, min(f.half) as half, count(*) as rows from found f group by f.type
                  having min(f.half) = max(f.half))
                select {key} as id, {type}::text as type, k.half
                from {Table} c join known k on k.type = {type}
                where not exists (select 1 from found f where f.id = {key})
                  and 2 * k.rows > (select count(*) from {Table} t where {Column.In("t")} = k.type)
                """;
        }
    }
}
