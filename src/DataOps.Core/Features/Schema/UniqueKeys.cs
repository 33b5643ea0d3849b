using DataOps.Core.Features.Schema.Duplicates;

namespace DataOps.Core.Features.Schema;

/// <summary>Columns that Django makes unique, in a table of its own, of Wagtail's, of taggit's, or of a list.</summary>
/// <param name="Key">The columns.</param>
/// <param name="Broken">What fails where two rows have the same values.</param>
internal sealed record KnownKey(DuplicateKey Key, string Broken)
{
    /// <summary>The name that Django gives to the constraint.</summary>
    public string Constraint => DjangoName.OfIndex(Key.Table.Name, Key.Columns, "_uniq");
}

/// <summary>The unique keys that are known without the models of a site.</summary>
internal static class UniqueKeys
{
    /// <summary>Those of a database.</summary>
    // An own app may be called sites: only the tables that have Django's names have Django's keys.
    public static IEnumerable<KnownKey> Of(ReferenceCatalog catalog) =>
        (from known in KnownUniqueKeys.All
         let isSwitched = known.Model == DjangoTables.User && catalog.Users.Retired is not null
         let table = isSwitched ? catalog.Users.Current : catalog.TableOf(known.Model)
         where table is { Kind: TableKind.Table }
            && (isSwitched
                || table.Name == (DjangoTables.TableNames.GetValueOrDefault(known.Model)
                    ?? DjangoName.OfTable(known.Model)))
            && known.Columns.All(c => table.Find(c) is not null)
         select new KnownKey(DuplicateKey.Of(table, known.Columns), known.Broken)).Concat(
         from model in catalog.Models
         from list in model.ManyToMany
         where list.Table.Kind == TableKind.Table
         select new KnownKey(
             DuplicateKey.Of(list.Table, [list.OwnerColumn.Name, list.TargetColumn.Name]),
             $"{list.Name} of {model.Label} lists the same object twice"));

    /// <summary>Whether an index of a key's table lets no two rows have its values.</summary>
    public static bool Guards(this IndexDefinition index, DuplicateKey key) =>
        index is { IsUnique: true, Predicate: null }
        && index.Keys.All(k => k.Column is { } name && key.Columns.Contains(name));
}
