using System.Text;

namespace DataOps.Core.Features.Schema;

/// <summary>The identifiers in an expression, as PostgreSQL spells it.</summary>
internal static class SqlMention
{
    /// <summary>The identifiers that an expression mentions: columns, functions and types alike.</summary>
    public static IEnumerable<string> In(string sql) => Parts(sql).Where(p => p.Name is not null).Select(p => p.Name!);

    /// <summary>The expression with another name for a column.</summary>
    public static string Rename(string sql, string old, string name)
    {
        StringBuilder renamed = new();
        foreach ((string text, string? identifier) in Parts(sql))
            renamed.Append(identifier == old ? Spelled(name) : text);
        return renamed.ToString();
    }

    private static string Spelled(string name) =>
        name.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '_') && !char.IsDigit(name[0])
            ? name
            : $"\"{name.Replace("\"", "\"\"")}\"";

    // Literals and all that stands between identifiers have no name.
    private static IEnumerable<(string Text, string? Name)> Parts(string sql)
    {
        for (int at = 0; at < sql.Length;)
        {
            int start = at;
            switch (sql[at])
            {
                case '\'' or '"':
                    char quote = sql[at];
                    for (at++; at < sql.Length && (sql[at] != quote || (at + 1 < sql.Length && sql[at + 1] == quote)); at++)
                        at += sql[at] == quote ? 1 : 0;
                    at = Math.Min(sql.Length, at + 1);
                    string quoted = sql[start..at];
                    yield return (quoted, quote == '"' ? quoted.Trim('"').Replace("\"\"", "\"") : null);
                    break;
                case var c when char.IsLetter(c) || c == '_':
                    while (at < sql.Length && (char.IsLetterOrDigit(sql[at]) || sql[at] is '_' or '$'))
                        at++;
                    yield return (sql[start..at], sql[start..at]);
                    break;
                default:
                    while (at < sql.Length && sql[at] is not ('\'' or '"' or '_') && !char.IsLetter(sql[at]))
                        at++;
                    yield return (sql[start..at], null);
                    break;
            }
        }
    }
}
