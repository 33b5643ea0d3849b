namespace DataOps.Core.Django.Models;

/// <summary>
/// The field that an automatic many-to-many table belongs to, from the table's name: the owner's table, and the field's
/// name behind it.
/// </summary>
/// <remarks>
/// A name beyond 63 bytes ends in a hash instead: a field named after its target is found by trying, and any other
/// cannot be told.
/// </remarks>
internal static class ManyToManyName
{
    private const int Longest = 63;
    private const int HashDigits = 4;

    /// <summary>
    /// The field's name; null when the table does not belong to this owner, or its name does not tell.
    /// </summary>
    /// <param name="table">The table between the two.</param>
    /// <param name="owner">The table that may own the list.</param>
    /// <param name="targetModel">The model on the other side, without its app.</param>
    public static string? Of(string table, string owner, string targetModel)
    {
        string start = owner + "_";
        if (table.Length < Longest || !table[^HashDigits..].All(char.IsAsciiHexDigitLower))
            return table.StartsWith(start, StringComparison.Ordinal) ? table[start.Length..] : null;
        string whole = table[..^HashDigits];
        string visible = whole.StartsWith(start, StringComparison.Ordinal) ? whole[start.Length..] : "";
        return Guesses(visible, targetModel).FirstOrDefault(field => DjangoName.OfTable(start + field) == table);
    }

    // What is visible may end in the target's name, or in a part of it.
    private static IEnumerable<string> Guesses(string visible, string target) => target.Length == 0 ? [] :
        from shared in Enumerable.Range(0, target.Length + 1)
        where visible.EndsWith(target[..shared], StringComparison.Ordinal)
        from name in new[] { target, target + "s", target + "es", target[..^1] + "ies" }
        select visible[..^shared] + name;
}
