using DataOps.Core.Django.Knowledge;
using DataOps.Core.Django.Models;
using DataOps.Core.Kernel;
using DataOps.Core.Postgres.Catalog;
using DataOps.Core.Postgres.Connections;

namespace DataOps.Core.Django.References;

/// <summary>Puts the reference catalogue together from the database's own catalogue, django_content_type, and what is known of Django and Wagtail.</summary>
internal sealed class ReferenceReader(Session session)
{
    private readonly DatabaseCatalog _database = DatabaseCatalog.Read(session);

    public ReferenceCatalog Read(IReadOnlyList<string> softReferences, bool withEmbedded)
    {
        IReadOnlyList<ContentType> contentTypes = ReadContentTypes();
        ModelTables tables = new(_database, contentTypes);
        List<Reference> references =
        [
            .. _database.Tables.Where(t => t.IsReadable).SelectMany(t => t.ForeignKeys.Select(k => Declared(t, k))).OfType<Reference>(),
        ];
        references.AddRange(SoftReferences.Of(_database, tables, softReferences));
        references.AddRange(GenericReferences.Of(_database, tables, references));
        references.AddRange(ImpliedReferences.Of(_database, contentTypes, references));
        references.AddRange(InheritanceReferences.SpecificHalves(references));
        references.AddRange(TreeReferences.Of(_database));
        IReadOnlyList<EmbeddedPath> embedded = withEmbedded ? ReadEmbeddedPaths(tables) : [];
        references.AddRange(EmbeddedReferences.Of(contentTypes, references, embedded));
        IReadOnlyList<Model> models = new ModelReader(_database, contentTypes, references).Read();
        return new ReferenceCatalog(
            _database, contentTypes, models,
            [
                .. references.OrderBy(r => r.Table.Schema, StringComparer.Ordinal).ThenBy(r => r.Table.Name, StringComparer.Ordinal)
                    .ThenBy(r => r.Column.Number),
            ],
            embedded);
    }

    private Reference? Declared(Table table, ForeignKey key)
    {
        if (_database.Find(key.Target) is not { } target)
            return null;
        Column[] columns = key.Columns.Select(c => table.Find(c)!).ToArray();
        Column[] targetColumns = key.TargetColumns.Select(c => target.Find(c)!).ToArray();
        ReferenceClass kind = !key.IsValidated || !key.IsEnforced ? ReferenceClass.Unvalidated
            : InheritanceReferences.IsParentLink(table, key, target) ? ReferenceClass.Inheritance
            : ReferenceClass.ForeignKey;
        string evidence = kind switch
        {
            ReferenceClass.Unvalidated when !key.IsEnforced => "foreign key, not enforced",
            ReferenceClass.Unvalidated => "foreign key, NOT VALID",
            ReferenceClass.Inheritance => "foreign key that is the primary key: multi-table inheritance",
            _ => "foreign key",
        };
        return new Reference(key.Name, kind, Severity.Error, table, columns, target, targetColumns, evidence)
        {
            Constraint = key,
            IsParentLink = InheritanceReferences.IsParentLink(table, key, target),
        };
    }

    private ContentType[] ReadContentTypes()
    {
        if (ModelTables.Find(_database, DjangoTables.ContentType) is not { } table)
            return [];
        return session.List<(int Id, string App, string Model)>($"select id, app_label::text, model::text from {table.Sql} order by app_label, model")
            .Select(c => (c.Id, Label: new ModelLabel(c.App, c.Model)))
            .Select(c => new ContentType(c.Id, c.Label, ModelTables.Find(_database, c.Label)))
            .ToArray();
    }

    private IReadOnlyList<EmbeddedPath> ReadEmbeddedPaths(ModelTables tables)
    {
        if (tables.Find(WagtailTables.ReferenceIndex) is not { } index)
            return [];
        return session.List<EmbeddedPath>($"""
            select distinct content_type_id as source, to_content_type_id as target, split_part(model_path, '.', 1) as fieldname
            from {index.Sql} order by 1, 3, 2
            """);
    }
}
