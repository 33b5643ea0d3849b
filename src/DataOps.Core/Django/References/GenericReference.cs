namespace DataOps.Core.Django.References;

/// <summary>
/// A generic foreign key: a column that refers to django_content_type, and beside it an object id with the same prefix.
/// </summary>
internal sealed class GenericReference(Table table, Column type, Column id, bool isHistory) : TypedReference(
    $"{table.DisplayName}.{type.Name[..^"_id".Length]}+{id.Name}", ReferenceClass.Generic,
    isHistory ? Severity.Expected : Severity.Warning, table, id, type,
    $"{type.Name} names the model, {id.Name} the row" + (isHistory ? "; a log, which outlives its objects" : ""))
{
    private const string ContentType = "content_type";

    // How projects name the reference to the content type, behind the prefix that it shares with the object id.
    private static readonly string[] s_types = [ContentType, "contenttype", "object_type", "ctype", "ct", "type"];

    /// <inheritdoc/>
    internal override IEnumerable<Column> Clearable =>
        Columns.Append(ContentTypeColumn).Where(c => c is { NotNull: false, IsWritable: true });

    /// <summary>Those of a database.</summary>
    public static IEnumerable<Reference> Of(
        DatabaseCatalog database, ModelTables tables, IReadOnlyList<Reference> declared)
    {
        HashSet<Table> history = [.. DjangoTables.History.Select(tables.Find).OfType<Table>()];
        Table? types = tables.Find(DjangoTables.ContentType);
        ILookup<uint, Reference> referring = declared.ToLookup(r => r.Table.Oid);
        return
            from table in database.Tables
            where table.IsReadable
            from type in table.Columns
            where IsInteger(type) && (type.Name.EndsWith(ContentType + "_id", StringComparison.Ordinal)
                || referring[table.Oid].Any(r => r.Column == type && r.Target is not null && r.Target == types))
            let id = ObjectId(table, type.Name, [.. referring[table.Oid].Select(r => r.Column.Name)])
            where id is not null
            select new GenericReference(table, type, id, history.Contains(table));
    }

    /// <inheritdoc/>
    internal override IReadOnlyList<OrphanAction> Repairs(ReferenceCatalog catalog) =>
        [.. TargetReference.RowRepairs(this, catalog)];

    /// <inheritdoc/>
    internal override OrphanAction? DefaultRepair(ReferenceCatalog catalog) =>
        Severity != Severity.Expected && Clearable.Any() ? OrphanAction.SetNull : null;

    /// <inheritdoc/>
    protected override MissingTarget? MissingTarget(int id, ContentType? contentType) => contentType switch
    {
        null => All(id, $"there is no content type {id}"),
        { Table: null, Label: var label } => Unknown(id, label),
        { Table: { IsReadable: true, SingleKey: not null } table, Label: var label } =>
            Missing(id, table, $"there is no {label} of that key"),
        { Label: var label } => Unchecked(id, $"cannot be checked: the key of {label} has several columns"),
    };

    // The object id has the prefix of the type; only content_type_id may have one of its own beside a bare object_id.
    private static Column? ObjectId(Table table, string type, HashSet<string> referring) => (
        from name in s_types
        where type.EndsWith(name + "_id", StringComparison.Ordinal)
        let prefix = type[..^(name.Length + "_id".Length)]
        where prefix.Length == 0 || prefix[^1] == '_'
        from id in prefix.Length == 0 || name != ContentType ? Ids(prefix) : Ids(prefix).Concat(Ids(""))
        let column = table.Find(id)
        where column is not null && !referring.Contains(id)
            && column.Type.Underlying.Name is "int2" or "int4" or "int8" or "text" or "varchar" or "bpchar" or "uuid"
        select column).FirstOrDefault();

    // Without a prefix, id is the row's own key.
    private static IEnumerable<string> Ids(string prefix) =>
        DjangoTables.ObjectId.Where(n => prefix.Length > 0 || n.Contains('_')).Select(n => prefix + n);

    private static bool IsInteger(Column column) => column.Type.Underlying.Name is "int2" or "int4" or "int8";
}
