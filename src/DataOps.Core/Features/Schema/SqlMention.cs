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
            renamed.Append(identifier == old ? SqlWords.Spelled(name) : text);
        return renamed.ToString();
    }

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
                    // A quote that is doubled does not end it.
                    do
                        at = sql.IndexOf(quote, at + 1) is >= 0 and var end ? end + 1 : sql.Length;
                    while (at < sql.Length && sql[at] == quote);
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
