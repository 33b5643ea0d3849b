namespace DataOps.Core.Django.References;

/// <summary>
/// Puts the reference catalogue together from the database's own catalogue, django_content_type, and what is known of
/// Django and Wagtail.
/// </summary>
internal sealed class ReferenceReader(Session session)
{
    private readonly DatabaseCatalog _database = DatabaseCatalog.Read(session);
    private SiteDescription _site = SiteDescription.None;
    private IReadOnlyList<SiteContradiction> _contradictions = [];

    public ReferenceCatalog Read(
        IReadOnlyList<string> softReferences, bool withEmbedded, Func<Table, ModelLabel, bool>? texts)
    {
        IReadOnlyList<ContentType> contentTypes = ReadContentTypes();
        ModelTables tables = new(_database, contentTypes);
        UserTables users = UserTables.Read(session, _database, contentTypes, _site);
        List<Reference> references =
        [
            .. _database.All.Where(t => t.IsReadable).SelectMany(
                t => ForeignKeyReference.Of(_database, t, ParentLinks(t))),
        ];
        references.AddRange(SoftReference.Of(
            _database, tables, users, [.. softReferences, .. _site.SoftReferences]));
        references.AddRange(GenericReference.Of(_database, tables, references, _site));
        references.AddRange(ImpliedReference.Of(_database, contentTypes, users, references));
        references.AddRange(SpecificRowReference.Of(_database, references));
        references.AddRange(SubtypeReference.Of(_database, contentTypes, references).ToArray());
        references.AddRange(PluginReference.Of(_database, references).ToArray());
        references.AddRange(TreeReference.Of(_database, tables));
        references.RemoveAll(r => _site.NotReferences.Contains(r.Name, StringComparer.OrdinalIgnoreCase));
        if (withEmbedded)
            references.AddRange(ReadEmbedded(contentTypes, tables, references, texts));
        IReadOnlyList<Model> models = new ModelReader(_database, contentTypes, references, _site).Read();
        return new ReferenceCatalog(
            _database, contentTypes, models,
            [
                .. references.OrderBy(r => r.Table.Schema, StringComparer.Ordinal).ThenBy(
                    r => r.Table.Name, StringComparer.Ordinal)
                    .ThenBy(r => r.Column.Number),
            ],
            _site) { Contradictions = _contradictions, Users = users };
    }

    private ContentType[] ReadContentTypes()
    {
        if (ModelTables.Find(_database, DjangoTables.ContentType) is not { } table)
        {
            Fit([]);
            return [];
        }
        IReadOnlyList<(int Id, string App, string Model)> rows = session.Query<(int, string, string)>(
            $"select id, app_label::text, model::text from {table} order by app_label, model");
        Fit(rows.Select(r => r.App));
        return rows.Select(c => (c.Id, Label: new ModelLabel(c.App, c.Model)))
            .Select(c => new ContentType(c.Id, c.Label, TableOf(c.Label))
            {
                ProxiedTable = _site.Proxies.TryGetValue(c.Label, out ModelLabel? concrete) ? TableOf(concrete) : null,
            })
            .ToArray();
    }

    private string[] ParentLinks(Table table) => [.. _site.ParentLinks.Where(l => TableOf(l.Model) == table)
        .SelectMany(l => _site.ColumnsOf(l.Model, l.Field))];

    private void Fit(IEnumerable<string> apps) => (_site, _contradictions) =
        SiteDescription.Read(session.Settings.Site).Fit(_database, apps.ToHashSet());

    private Table? TableOf(ModelLabel label) => _site.TableOf(_database, label);

    private IReadOnlyList<Reference> ReadEmbedded(
        IReadOnlyList<ContentType> contentTypes, ModelTables tables, IReadOnlyList<Reference> references,
        Func<Table, ModelLabel, bool>? texts)
    {
        Table? index = tables.Find(WagtailTables.ReferenceIndex);
        IReadOnlyList<EmbeddedPath> paths = index is null ? [] : ReadEmbeddedPaths(index);
        HashSet<int> named = [.. paths.Select(p => p.Target)];
        IReadOnlyList<EmbeddedLink> links =
        [
            .. RichTextLink.Read(session, contentTypes, tables, references, named, _site, texts),
            .. ChooserLink.Of(contentTypes, named, _site, texts),
        ];
        return [.. EmbeddedReference.Of(contentTypes, references, index, paths, links)];
    }

    private IReadOnlyList<EmbeddedPath> ReadEmbeddedPaths(Table index) => session.Query<EmbeddedPath>($"""
        select distinct content_type_id as source, to_content_type_id as target, split_part(model_path, '.', 1) as
            fieldname
        from {index} order by 1, 3, 2
        """);
}
