namespace DataOps.Core.Django.References;

/// <summary>
/// A generic foreign key: a column that refers to django_content_type, and beside it an object id with the same prefix.
/// </summary>
internal sealed class GenericReference(Table table, Column type, Column id, bool isHistory) : TypedReference(
    $"{table.DisplayName}.{type.Name[..^"_id".Length]}+{id.Name}", ReferenceClass.Generic,
    isHistory ? Severity.Expected : Severity.Warning, table, id, type,
    $"{type.Name} names the model, {id.Name} the row" + (isHistory ? "; a log, which outlives its objects" : ""))
{
    private const string TypeColumn = "content_type_id";

    /// <inheritdoc/>
    internal override IEnumerable<Column> Clearable =>
        Columns.Append(ContentTypeColumn).Where(c => c is { NotNull: false, IsWritable: true });

    /// <summary>Those of a database.</summary>
    public static IEnumerable<Reference> Of(
        DatabaseCatalog database, ModelTables tables, IReadOnlyList<Reference> declared)
    {
        HashSet<Table> history = [.. DjangoTables.History.Select(tables.Find).OfType<Table>()];
        ILookup<uint, string> referring = declared.ToLookup(r => r.Table.Oid, r => r.Column.Name);
        return
            from table in database.Tables
            where table.IsReadable
            from type in table.Columns
            where type.Name.EndsWith(TypeColumn, StringComparison.Ordinal) && IsInteger(type)
            let id = ObjectId(table, type, [.. referring[table.Oid]])
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
        { Label: var label } => All(id, $"{label} has no table with a single-column key: not handled"),
    };

    private static Column? ObjectId(Table table, Column type, HashSet<string> referring)
    {
        string prefix = type.Name[..^TypeColumn.Length];
        IEnumerable<string> names = DjangoTables.ObjectId.Where(n => n != "id" || prefix.Length > 0).Select(
            n => prefix + n);
        if (prefix.Length > 0)
            names = names.Concat(DjangoTables.ObjectId.Where(n => n != "id"));
        return names.Select(table.Find).FirstOrDefault(c =>
            c is not null && !referring.Contains(c.Name)
            && c.Type.Underlying.Name is "int2" or "int4" or "int8" or "text" or "varchar" or "bpchar" or "uuid");
    }

    private static bool IsInteger(Column column) => column.Type.Underlying.Name is "int2" or "int4" or "int8";
}
