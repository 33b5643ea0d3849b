using System.Text.RegularExpressions;

namespace DataOps.Core.Django.References;

/// <summary>
/// A column named like a reference to a model, of its key's type, without a constraint: one that was dropped, or never
/// made.
/// </summary>
internal sealed partial class ImpliedReference(Table table, Column column, Table target, string evidence)
    : TargetReference(
    $"{table.DisplayName}.{column.Name}", ReferenceClass.Implied, Severity.Warning, table, [column], target,
    [target.SingleKey!], evidence)
{
    /// <inheritdoc/>
    public override bool IsParentLink =>
        Column == Table.SingleKey && Column.Name.EndsWith("_ptr_id", StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool IsField => IsParentLink || IsIndexedAsForeignKey(Table, Column);

    /// <inheritdoc/>
    internal override IReadOnlyList<OrphanAction> Repairs(ReferenceCatalog catalog) =>
        IsParentLink ? HalfRepairs(catalog) : base.Repairs(catalog);

    /// <summary>Those of a database.</summary>
    public static IEnumerable<Reference> Of(
        DatabaseCatalog database, IReadOnlyList<ContentType> contentTypes, IReadOnlyList<Reference> known)
    {
        ILookup<string, ContentType> byName = contentTypes.Where(
            c => c.Table is { IsReadable: true, SingleKey: not null }).ToLookup(c => c.Label.Name);
        ILookup<uint, string> taken = known.SelectMany(
            r => r.Columns.Append(r.ContentTypeColumn).OfType<Column>().Select(c => (r.Table.Oid, c.Name)))
            .ToLookup(c => c.Oid, c => c.Name);
        Dictionary<uint, ContentType> models = contentTypes.Where(c => c.Table is not null).DistinctBy(
            c => c.Table!.Oid).ToDictionary(c => c.Table!.Oid);
        return
            from table in database.Tables
            where table.IsReadable
            from column in table.Columns
            where Field.Referring(column.Name) is not null && column.IsWritable
                && !taken[table.Oid].Contains(column.Name)
            let guess = Guess(table, column, byName, models.GetValueOrDefault(table.Oid))
            where guess.Target is not null
            select new ImpliedReference(table, column, guess.Target!, guess.Evidence);
    }

    private static (Table? Target, string Evidence) Guess(
        Table table, Column column, ILookup<string, ContentType> models, ContentType? own)
    {
        string name = Field.Referring(column.Name)!;
        bool isIndexed = IsIndexedAsForeignKey(table, column);
        string because = isIndexed ? "no constraint, but Django's index for a foreign key" : "no constraint";
        if (name.EndsWith("_ptr", StringComparison.Ordinal))
            name = name[..^4];
        if (name is "parent" or "alias_of" && own?.Table is { } self && Fits(column, self))
            return (self, $"{because}; {column.Name} names a row of the same table");
        // Shorter and shorter tails of the name: target_page, then page; only Django's index makes a tail believable.
        for (string tail = name; tail.Length > 0; tail = tail.Contains('_') ? tail[(tail.IndexOf('_') + 1)..] : "")
        {
            if (tail != name && !isIndexed)
                break;
            ContentType[] candidates = models[tail.Replace("_", "")].Where(c => Fits(column, c.Table!)).ToArray();
            ContentType? target = candidates.Length == 1
                ? candidates[0]
                : candidates.FirstOrDefault(c => own is not null && c.Label.App == own.Label.App);
            if (target is not null)
                return (target.Table,
                    $"{because}; {column.Name} is named after {target.Label} and has its key's type {column.TypeText}");
        }
        return (null, "");
    }

    // The index that Django makes for a foreign key: a plain number named x_id has none.
    private static bool IsIndexedAsForeignKey(Table table, Column column) =>
        table.Indexes.Any(i => i.Columns.Count == 1 && i.Columns[0] == column.Name && DjangoIndex().IsMatch(i.Name));

    // The hash is of the names that table and column had when the index was made: renaming a model keeps it.
    [GeneratedRegex("_[0-9a-f]{8}$")]
    private static partial Regex DjangoIndex();

    private static bool Fits(Column column, Table target) => Family(column) == Family(target.SingleKey!);

    private static string Family(Column column) => column.Type.Underlying.Name switch
    {
        "int2" or "int4" or "int8" => "integer",
        "varchar" or "text" or "bpchar" => "text",
        string other => other,
    };
}
