namespace DataOps.Core.Django.References;

/// <summary>
/// A generic foreign key: a column that refers to django_content_type, and beside it an object id with the same prefix.
/// </summary>
internal sealed class GenericReference(
    Table table, Column type, Column id, bool isHistory, bool isDescribed = false) : TypedReference(
    $"{table.DisplayName}.{Field.Referring(type.Name) ?? type.Name}+{id.Name}", ReferenceClass.Generic,
    isHistory ? Severity.Expected : Severity.Warning, table, id, type,
    $"{type.Name} names the model, {id.Name} the row" + (isHistory ? "; a log, which outlives its objects" : ""))
{
    /// <inheritdoc/>
    public override KnownBy KnownBy => isDescribed ? KnownBy.SiteDescription : KnownBy.Shape;

    private const string ContentType = "content_type";

    // How projects name the reference to the content type, behind the prefix that it shares with the object id.
    private static readonly string[] s_types = [ContentType, "contenttype", "object_type", "ctype", "ct", "type"];

    /// <summary>
    /// Whether the rows are their object's own and go with it, as GenericRelation has it by the names that it takes by
    /// default; a link of another name stays, as Django leaves it where no GenericRelation is declared.
    /// </summary>
    public bool GoesWithObject => Severity != Severity.Expected
        && ContentTypeColumn!.Name.EndsWith(ContentType + "_id", StringComparison.Ordinal);

    /// <inheritdoc/>
    internal override IEnumerable<Column> Clearable =>
        Columns.Append(ContentTypeColumn).Where(c => c is { NotNull: false, IsWritable: true });

    /// <summary>Those of a database.</summary>
    public static IEnumerable<Reference> Of(
        DatabaseCatalog database, ModelTables tables, IReadOnlyList<Reference> declared, SiteDescription site)
    {
        HashSet<Table> history = [.. DjangoTables.History.Select(tables.Find).OfType<Table>()];
        Table? types = tables.Find(DjangoTables.ContentType);
        ILookup<uint, Reference> referring = declared.ToLookup(r => r.Table.Oid);
        GenericReference[] told =
            [.. site.GenericReferences.Select(text => Told(database, text)).Select(
                t => new GenericReference(t.Table!, t.Type!, t.Id!, history.Contains(t.Table!), isDescribed: true))];
        return told.Concat(
            from table in database.Tables
            where table.IsReadable
            from type in table.Columns
            where IsInteger(type) && (type.Name.EndsWith(ContentType + "_id", StringComparison.Ordinal)
                || referring[table.Oid].Any(r => r.Column == type && r.Target is not null && r.Target == types))
            let id = ObjectId(table, type.Name, [.. referring[table.Oid].Select(r => r.Column.Name)])
            where id is not null && !told.Any(t => t.Table == table && t.ContentTypeColumn == type)
            select new GenericReference(table, type, id, history.Contains(table)));
    }

    /// <summary>Why a text of a description names no reference that can be; null where it does.</summary>
    /// <exception cref="DataOpsException">It is not of their form.</exception>
    public static string? WhyNot(DatabaseCatalog database, string text) => Told(database, text).WhyNot;

    private static (Table? Table, Column? Type, Column? Id, string? WhyNot) Told(DatabaseCatalog database, string text)
    {
        int dot = text.LastIndexOf('.');
        if (dot < 1 || text[(dot + 1)..].Split('+') is not [{ } type, { } id])
            throw SiteDescription.Invalid($"{text} is not of the form table.type_column+id_column");
        string name = text[..dot];
        return SiteDescription.TableNamed(database, name) is not { } table
                ? (null, null, null, $"there is no table {name}")
            : table.Find(type) is not { } typed ? (null, null, null, $"{table} has no column {type}")
            : table.Find(id) is not { } named ? (null, null, null, $"{table} has no column {id}")
            : (table, typed, named, null);
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
        { Table: null, ProxiedTable: { IsReadable: true, SingleKey: not null } table, Label: var label } =>
            Missing(id, table, $"{label} is a proxy, and {table} has no row of that key"),
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
