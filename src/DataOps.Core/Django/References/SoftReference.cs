namespace DataOps.Core.Django.References;

/// <summary>A foreign key that Django keeps without a constraint: of the built-in list, or the operator's.</summary>
internal sealed class SoftReference(
    Table table, Column column, Table target, Column key, string evidence, KnownBy known,
    Severity severity = Severity.Expected)
    : TargetReference(
        $"{table.DisplayName}.{column.Name}", ReferenceClass.Soft, severity, table, [column], target, [key], evidence)
{
    /// <inheritdoc/>
    public override KnownBy KnownBy => known;

    /// <inheritdoc/>
    public override bool IsField => true;

    /// <summary>Those of a database.</summary>
    /// <exception cref="DataOpsException">One of <paramref name="own"/> names what is not there.</exception>
    public static IEnumerable<Reference> Of(
        DatabaseCatalog database, ModelTables tables, UserTables users, IReadOnlyList<string> own)
    {
        foreach ((ModelLabel from, string columnName, ModelLabel model) in DjangoTables.Soft)
            if (tables.Find(from) is { } table && table.Find(columnName) is { } column
                && TargetOf(database, tables, users, model) is { SingleKey: { } key } target)
                yield return new SoftReference(table, column, target, key,
                    $"{model} by Django's db_constraint=False: history that outlives its target",
                    KnownBy.BuiltIn);
        foreach (string text in own)
            yield return Own(database, text);
    }

    // A project's own user model (AUTH_USER_MODEL) is what every user_id with a constraint points at.
    private static Table? TargetOf(
        DatabaseCatalog database, ModelTables tables, UserTables users, ModelLabel model) =>
        model == DjangoTables.User && users is { Current: { } current, Retired: not null } ? current
            : model == DjangoTables.User
            && tables.Find(DjangoTables.LogEntry)?.ForeignKeys.FirstOrDefault(k => k.Columns is ["user_id"]) is { } key
            ? database.Find(key.Target)
            : tables.Find(model);

    /// <summary>Why a text names no reference that can be; null where it does.</summary>
    public static string? WhyNot(DatabaseCatalog database, string text) => Read(database, text).WhyNot;

    private static SoftReference Own(DatabaseCatalog database, string text) =>
        Read(database, text) is { Target: { } target } read
            ? new SoftReference(
                read.Table!, read.Column!, target, target.SingleKey!, "named by the operator", KnownBy.SiteDescription)
            : throw new DataOpsException(
                ErrorIds.InvalidSoftReference, FailureKind.InvalidArgument,
                $"{text}: {Read(database, text).WhyNot}.",
                "Write table.column=target_table, as shop_order.customer_id=auth_user.", text);

    private static (Table? Table, Column? Column, Table? Target, string? WhyNot) Read(
        DatabaseCatalog database, string text)
    {
        string[] sides = text.Split('=');
        int dot = sides[0].LastIndexOf('.');
        if (sides.Length != 2 || dot < 1)
            return (null, null, null, "it is not of the form table.column=target_table");
        if (SiteDescription.TableNamed(database, sides[0][..dot]) is not { } table)
            return (null, null, null, $"there is no table {sides[0][..dot]}");
        if (table.Find(sides[0][(dot + 1)..]) is not { } column)
            return (null, null, null, $"table {table} has no column {sides[0][(dot + 1)..]}");
        return SiteDescription.TableNamed(database, sides[1]) is not { } target
                ? (null, null, null, $"there is no table {sides[1]}")
            : target.SingleKey is null ? (null, null, null, $"table {target} has no key of one column")
            : (table, column, target, null);
    }
}
