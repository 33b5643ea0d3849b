namespace DataOps.Core.Postgres.Schemas;

/// <summary>Whether ALTER COLUMN … TYPE, without USING, keeps every value of a column or fails.</summary>
/// <remarks>
/// An integer that does not fit and a text that is too long are refused; a number of less places is rounded, and an
/// explicit cast cuts a text, without a word.
/// </remarks>
internal static class TypeChange
{
    private static readonly string[][] s_families = [["smallint", "integer", "bigint"], ["character varying", "text"]];

    /// <summary>Whether it does.</summary>
    /// <param name="from">The column's type, as SQL writes it.</param>
    /// <param name="to">The type that it gets.</param>
    public static bool KeepsValues(string from, string to) =>
        from == to || s_families.Any(f => f.Contains(Base(from)) && f.Contains(Base(to)));

    private static string Base(string type) => type.Split('(')[0];
}
