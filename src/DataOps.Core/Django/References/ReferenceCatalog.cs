namespace DataOps.Core.Django.References;

/// <summary>
/// Who points at whom in a database: its models and every reference, enforced, soft, generic, inherited, in a tree,
/// embedded or implied.
/// </summary>
/// <remarks>
/// Read in twelve queries at most, whatever the number of tables; a second table of users takes two more.
/// </remarks>
internal sealed class ReferenceCatalog
{
    private readonly Dictionary<uint, Model> _byTable;
    private readonly Dictionary<int, ContentType> _contentTypes;
    private readonly ILookup<uint, Reference> _from;
    private readonly ILookup<uint, Reference> _to;

    internal ReferenceCatalog(
        DatabaseCatalog database, IReadOnlyList<ContentType> contentTypes, IReadOnlyList<Model> models,
        IReadOnlyList<Reference> references, SiteDescription site)
    {
        (Database, Models, References, Site) = (database, models, references, site);
        Tables = new ModelTables(database, contentTypes);
        _from = references.ToLookup(r => r.Table.Oid);
        _to = references.Where(r => r.Target is not null).ToLookup(r => r.Target!.Oid);
        _byTable = models.ToDictionary(m => m.Table.Oid);
        _contentTypes = contentTypes.ToDictionary(c => c.Id);
        Owners = models.SelectMany(m => m.ManyToMany.Select(l => (l.Table.Oid, Owner: (m, l)))).ToDictionary(
            x => x.Oid, x => x.Owner);
    }

    /// <summary>The tables.</summary>
    public DatabaseCatalog Database { get; }

    /// <summary>The models, by label.</summary>
    public IReadOnlyList<Model> Models { get; }

    /// <summary>The references, by table and column.</summary>
    public IReadOnlyList<Reference> References { get; }

    /// <summary>All content types.</summary>
    public IEnumerable<ContentType> ContentTypes => _contentTypes.Values;

    /// <summary>Content types whose model has no table: removed models, proxies, unmanaged models.</summary>
    public IEnumerable<ContentType> ContentTypesWithoutTable => _contentTypes.Values.Where(c => c.Table is null);

    /// <summary>Content types of which nobody knows where their rows are, if there are any.</summary>
    public IEnumerable<ContentType> ContentTypesOfUnknownTable => ContentTypesWithoutTable.Where(
        c => c.ProxiedTable is null && !DjangoTables.PermissionHolders.Contains(c.Label));

    /// <summary>The content types of proxies whose rows are in a table.</summary>
    public IEnumerable<int> ProxiesOf(Table table) =>
        _contentTypes.Values.Where(c => c.Table is null && c.ProxiedTable == table).Select(c => c.Id);

    internal ModelTables Tables { get; }

    /// <summary>What the description of the site says, without what the database contradicts.</summary>
    internal SiteDescription Site { get; }

    /// <summary>What of the description the database contradicts, and which is not used.</summary>
    internal IReadOnlyList<SiteContradiction> Contradictions { get; init; } = [];

    /// <summary>The columns of rows' labels, by table, where the user has named them (-Label).</summary>
    internal IReadOnlyDictionary<uint, IReadOnlyList<Column>> Labels { get; private set; } =
        new Dictionary<uint, IReadOnlyList<Column>>();

    /// <summary>The tables of users.</summary>
    internal UserTables Users { get; init; } = new(null, null);

    internal IReadOnlyDictionary<uint, (Model Model, ManyToManyList List)> Owners { get; }

    /// <summary>Reads it.</summary>
    /// <param name="session">The session.</param>
    /// <param name="softReferences">The operator's own soft references, as <c>table.column=target_table</c>.</param>
    /// <param name="withEmbedded">
    /// Whether ids inside JSON and rich text are asked for: where they stand, a scan of Wagtail's whole reference index
    /// tells, and one of all texts of models.
    /// </param>
    /// <param name="reading">
    /// The context of an operation that only reads, which hears what of the site's description the database
    /// contradicts, and goes on without that; null refuses such a description.
    /// </param>
    /// <param name="texts">Whose texts are read for links, by table and model; all without.</param>
    /// <param name="labels">The columns of rows' labels, as <c>shop.product=name</c>.</param>
    /// <exception cref="DataOpsException">The server refused a query, or a soft reference, the description or a label
    /// names what is not there.</exception>
    public static ReferenceCatalog Read(
        Session session, IReadOnlyList<string>? softReferences = null, bool withEmbedded = true,
        OperationContext? reading = null, Func<Table, ModelLabel, bool>? texts = null,
        IReadOnlyList<string>? labels = null)
    {
        ReferenceCatalog catalog = new ReferenceReader(session).Read(softReferences ?? [], withEmbedded, texts);
        catalog.Labels = LabelColumns.Of(catalog, labels ?? [], reading ?? new());
        if (reading is null && catalog.Contradictions.Where(c => !c.IsUnused).Select(c => c.What).ToArray()
            is { Length: > 0 } wrong)
            throw SiteDescription.Invalid(string.Join("; ", wrong));
        foreach (SiteContradiction contradiction in catalog.Contradictions.Where(c => withEmbedded || !c.IsUnused))
            reading?.Warning?.Invoke(
                $"The description of the site says something of {contradiction.Subject} that is not used: "
                    + $"{contradiction.What}.");
        return catalog;
    }

    /// <summary>The model of a table; null when it has none.</summary>
    public Model? ModelOf(Table table) => _byTable.GetValueOrDefault(table.Oid);

    /// <summary>The table of a model; null where the database has no such model, or its model has no table.</summary>
    public Table? TableOf(ModelLabel label) => Tables.Find(label);

    /// <summary>
    /// The label that a person knows a table by: its model's, or that of the model that owns the many-to-many list;
    /// null for other tables.
    /// </summary>
    public ModelLabel? LabelOf(Table table) =>
        ModelOf(table)?.Label
            ?? (Owners.TryGetValue(table.Oid, out (Model Model, ManyToManyList List) owner) ? owner.Model.Label : null);

    /// <summary>The content type with this id; null when there is no such row.</summary>
    public ContentType? ContentTypeOf(int id) => _contentTypes.GetValueOrDefault(id);

    /// <summary>The references that a table's rows make.</summary>
    public IEnumerable<Reference> From(Table table) => _from[table.Oid];

    /// <summary>
    /// The reference that a column makes by itself and that a fixture writes in its place; null for a column that makes
    /// none.
    /// </summary>
    public Reference? ReferenceOf(Table table, Column column) =>
        From(table)
            .FirstOrDefault(r => r is { IsField: true, Columns: [{ } only], Target: not null, ContentTypeColumn: null }
                && only == column);

    /// <summary>
    /// The parent's half of a model of multi-table inheritance; null for a model that inherits from none.
    /// </summary>
    public Reference? ParentLink(Table table) =>
        From(table).FirstOrDefault(r => r is { IsParentLink: true, Target: not null });

    /// <summary>Whether a half belongs to a page, be it over several tables.</summary>
    internal bool LeadsToPage(Reference link)
    {
        for (Reference? next = link; next is not null; next = ParentLink(next.Target!))
            if (IsPage(next.Target!))
                return true;
        return false;
    }

    /// <summary>Whether a table is Wagtail's of pages.</summary>
    internal bool IsPage(Table table) => table == TableOf(WagtailTables.Page);

    /// <summary>Whether a table is Wagtail's of pages, or has the other halves of some.</summary>
    internal bool IsPageOrHalf(Table table) => IsPage(table) || (ParentLink(table) is { } link && LeadsToPage(link));

    /// <summary>A table, and those of all models that inherit from it.</summary>
    public IEnumerable<Table> WithHeirs(Table table) =>
        To(table).Where(r => r.IsParentLink).SelectMany(r => WithHeirs(r.Table)).Prepend(table);

    /// <summary>The references that point at a table.</summary>
    public IEnumerable<Reference> To(Table table) => _to[table.Oid];
}

/// <summary>A row of django_content_type.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Label">app_label.model.</param>
/// <param name="Table">The model's table; null when it has none.</param>
internal sealed record ContentType(int Id, ModelLabel Label, Table? Table)
{
    /// <summary>The table that holds a proxy's rows, its concrete model's; null where nobody says so.</summary>
    public Table? ProxiedTable { get; init; }
}
