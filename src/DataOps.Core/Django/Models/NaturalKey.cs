namespace DataOps.Core.Django.Models;

/// <summary>
/// What Django calls a model's natural key: values that tell a row without its primary key, in any database.
/// </summary>
/// <param name="Table">The model's table.</param>
/// <param name="Parts">Its values, in the order in which a fixture writes them.</param>
/// <param name="CanBeReferredTo">
/// Whether a reference is written as this key. False where Django's natural_key() gives no values that JSON can hold:
/// there the key is only left out, and rows are told by <paramref name="Parts"/>.
/// </param>
internal sealed record NaturalKey(Table Table, IReadOnlyList<NaturalKeyPart> Parts, bool CanBeReferredTo)
{
    /// <summary>The same key as that of a model that inherits it over its parent link.</summary>
    public NaturalKey Through(Reference parentLink) =>
        new(parentLink.Table, [.. Parts.Select(p => p with { Path = [parentLink, .. p.Path] })], CanBeReferredTo);
}

/// <summary>One value of a natural key.</summary>
/// <param name="Path">The references to follow, none for a column of the model's own.</param>
/// <param name="Column">The column at its end.</param>
internal sealed record NaturalKeyPart(IReadOnlyList<Reference> Path, Column Column)
{
    /// <summary>
    /// The column with a tree node's path, where the value is that of every node from the root down, one after the
    /// other; else null.
    /// </summary>
    public Column? AlongTree { get; init; }
}
