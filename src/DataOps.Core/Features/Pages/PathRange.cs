namespace DataOps.Core.Features.Pages;

/// <summary>Pages by ranges of their paths, in the order of the paths' bytes.</summary>
/// <remarks>An index helps where the column itself is in that order, as Wagtail makes it.</remarks>
internal sealed class PathRange(Table pages)
{
    // No path begins with it, and it is behind all that do not.
    private static readonly SqlText s_end = SqlText.Literal("~");

    /// <summary>Whether ranges are found by the index of the paths; else each reads the whole table.</summary>
    public bool HasIndex { get; } = pages.Find("path")!.Collation is "C" or "POSIX";

    /// <summary>The path of page t.</summary>
    public SqlText Path => HasIndex ? (SqlText)$"t.path" : (SqlText)$"""t.path::text collate "C" """;

    /// <summary>The condition that page t has this path, or is below it.</summary>
    public SqlText Below(SqlText path) => $"{Path} >= {path} and {Path} < {path} || {s_end}";

    /// <summary>Joins places, p, with the pages t at and below their paths, of which none is below another.</summary>
    /// <param name="places">A relation with <paramref name="path"/>.</param>
    /// <param name="path">Its column of paths, of one length.</param>
    /// <param name="length">That length.</param>
    /// <param name="condition">What else is asked of t.</param>
    public SqlText Join(SqlText places, SqlText path, int length, SqlText condition) => HasIndex
        ? (SqlText)$"""
            {places} p cross join lateral (
              select t.* from {pages} t where {Below(path)} and {condition} offset 0) t
            """
        : (SqlText)$"""
            {places} p join {pages} t on left(t.path, {length}) = {path} collate "C" and {condition}
            """;
}
