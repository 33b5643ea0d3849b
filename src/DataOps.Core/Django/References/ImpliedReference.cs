using System.Text.RegularExpressions;
using DataOps.Core.Django.Trees;

namespace DataOps.Core.Django.References;

/// <summary>
/// A column without a constraint that is named like a reference to a model, has its key's type and Django's index for
/// a foreign key: one whose constraint was dropped, or never made (db_constraint=False).
/// </summary>
internal sealed partial class ImpliedReference(Table table, Column column, Table target, string evidence)
    : TargetReference(
    $"{table.DisplayName}.{column.Name}", ReferenceClass.Implied, Severity.Warning, table, [column], target,
    [target.SingleKey!], evidence)
{
    /// <inheritdoc/>
    public override KnownBy KnownBy => KnownBy.Name;

    /// <inheritdoc/>
    public override bool IsParentLink =>
        Column == Table.SingleKey && Column.Name.EndsWith("_ptr_id", StringComparison.Ordinal);

    // A fixture may name any column; a field's name that is guessed may be none.
    /// <inheritdoc/>
    public override bool IsField => IsParentLink;

    /// <inheritdoc/>
    internal override IReadOnlyList<OrphanAction> Repairs(ReferenceCatalog catalog) =>
        IsParentLink ? HalfRepairs(catalog) : base.Repairs(catalog);

    /// <summary>Those of a database.</summary>
    public static IEnumerable<Reference> Of(
        DatabaseCatalog database, IReadOnlyList<ContentType> contentTypes, UserTables users,
        IReadOnlyList<Reference> known)
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
            where column.IsWritable && !taken[table.Oid].Contains(column.Name) && MayRefer(table, column)
            let guess = Guess(table, column, byName, models.GetValueOrDefault(table.Oid), users)
            where guess.Target is not null
            select new ImpliedReference(table, column, guess.Target!, guess.Evidence);
    }

    // A number of a tree, and an id whose model stands beside it, have the same names and indexes.
    private static bool MayRefer(Table table, Column column) =>
        Field.Referring(column.Name) is { } name
        && (name.EndsWith("_ptr", StringComparison.Ordinal) || IsIndexedAsForeignKey(table, column)
            || IsUnique(table, column))
        && !(column.Name.EndsWith("tree_id", StringComparison.Ordinal) && TreeReader.HasSets(table))
        && !table.Columns.Any(c => c.Name == name + "_type" || c.Name == name + "_type_id");

    private static (Table? Target, string Evidence) Guess(
        Table table, Column column, ILookup<string, ContentType> models, ContentType? own, UserTables users)
    {
        string because = IsUnique(table, column)
            ? "no constraint, but unique as a one-to-one field"
            : "no constraint, but Django's index for a foreign key";
        string name = Field.Referring(column.Name)!;
        if (name.EndsWith("_ptr", StringComparison.Ordinal))
            name = name[..^4];
        if (name is "parent" or "alias_of" && own?.Table is { } self && Fits(column, self))
            return (self, $"{because}; {column.Name} names a row of the same table");
        // Shorter and shorter tails of the name: target_page, then page.
        for (string tail = name; tail.Length > 0; tail = tail.Contains('_') ? tail[(tail.IndexOf('_') + 1)..] : "")
        {
            ContentType[] candidates = models[tail.Replace("_", "")].Where(c => Fits(column, c.Table!)).ToArray();
            ContentType? target = candidates.Length == 1
                ? candidates[0]
                : candidates.FirstOrDefault(c => own is not null && c.Label.App == own.Label.App)
                    // A switched user model leaves a second model of users behind.
                    ?? candidates.FirstOrDefault(c => users.Retired is not null && c.Table == users.Current);
            if (target is not null)
                return (target.Table,
                    $"{because}; {column.Name} is named after {target.Label} and has its key's type {column.TypeText}");
        }
        return (null, "");
    }

    private static bool IsUnique(Table table, Column column) =>
        DjangoTables.OneToOne.Contains((table.Name, column.Name))
            && table.UniqueKeys.Any(k => k is [var only] && only == column.Name);

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
