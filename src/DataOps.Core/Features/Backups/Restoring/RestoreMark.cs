namespace DataOps.Core.Features.Backups.Restoring;

/// <summary>
/// What tells the databases and folders that restores have made from all others: a comment on the database, a file
/// beside the folder. It names its bearer, so that none is taken for it that was renamed or copied.
/// </summary>
internal static class RestoreMark
{
    /// <summary>The class of the advisory locks that running restores hold on what they make: "DOPS".</summary>
    public const int LockClass = 0x444F5053;

    private const string Start = "DataOps Restore-Site: ";

    /// <summary>The mark of what is kept where another took its place.</summary>
    public static string Kept(string name, string of) => $"{Start}{name} is {of} as it was before a restore.";

    /// <summary>The mark of what is being made, or was when its restore was killed.</summary>
    public static string Unfinished(string name, string of) => $"{Start}{name} is made to become {of}.";

    /// <summary>Whether a text has that mark, as a line.</summary>
    public static bool IsIn(string? text, string mark) => text?.Split('\n').Contains(mark) == true;

    /// <summary>A text without any mark; null for nothing else.</summary>
    public static string? Without(string? text) => string.Join('\n', (text ?? "").Split('\n')
        .Where(l => !l.StartsWith(Start, StringComparison.Ordinal))) is { Length: > 0 } rest ? rest : null;

    /// <summary>A text with a mark, which takes the place of any other.</summary>
    public static string With(string? text, string mark) => Without(text) is { } rest ? $"{rest}\n{mark}" : mark;

    /// <summary>The condition that a running restore makes the database of that oid.</summary>
    public static SqlText IsRunning(SqlText oid) => $"""
        exists (select 1 from pg_locks where locktype = 'advisory' and classid = {SqlText.Literal(LockClass)}::oid
          and objid = {oid} and objsubid = 2 and granted)
        """;

    /// <summary>Holds the lock of what is being made until the session ends.</summary>
    public static void Lock(Session session, string database, CancellationToken cancellation) =>
        session.Query<string>($"""
            select pg_advisory_lock({SqlText.Literal(LockClass)}, oid::int4)::text from pg_database
            where datname = {SqlText.Literal(database)}
            """, cancellation);
}
