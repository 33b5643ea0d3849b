using System.Buffers;

namespace DataOps.Core.Postgres.Sql;

/// <summary>The name of a relation within one query, as <c>t</c>; a condition on rows is a function of it.</summary>
internal readonly record struct Alias
{
    /// <summary>An alias of that name.</summary>
    /// <exception cref="ArgumentException">The name is not made of small letters, digits and underscores alone, so it
    /// would need quotes.</exception>
    public Alias(string name) => Name = PlainName.Require(name);

    /// <summary>The name, which needs no quotes.</summary>
    public string Name { get; }

    /// <summary>A column of the relation by its name, as <c>t."id"</c>.</summary>
    public SqlText Column(string name) => $"{this}.{SqlText.Identifier(name)}";

    /// <summary>An alias of that name.</summary>
    public static implicit operator Alias(string name) => new(name);

    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>
/// Names that this program gives to aliases and temporary tables: they need no quotes, so queries stay readable.
/// </summary>
internal static class PlainName
{
    private static readonly SearchValues<char> s_letters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_");

    public static string Require(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && !name.AsSpan().ContainsAnyExcept(s_letters)
        ? name
        : throw new ArgumentException(
            $"\"{name}\" is not a name of small letters, digits and underscores.", nameof(name));
}
