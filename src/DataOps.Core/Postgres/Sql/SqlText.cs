using System.Text;

namespace DataOps.Core.Postgres.Sql;

/// <summary>The one place that puts names and literals into SQL text; everything else is a parameter.</summary>
public static class SqlText
{
    /// <summary>A quoted identifier, as <c>"wagtailcore_page"</c>.</summary>
    /// <exception cref="ArgumentException">The name is empty or holds a NUL, which PostgreSQL allows in no name.</exception>
    public static string Identifier(string name)
    {
        if (name.Length == 0 || name.Contains('\0'))
            throw new ArgumentException("A PostgreSQL identifier is neither empty nor holds a NUL character.", nameof(name));
        return "\"" + name.Replace("\"", "\"\"") + "\"";
    }

    /// <summary>A qualified, quoted name, as <c>"public"."wagtailcore_page"</c>.</summary>
    public static string Identifier(string schema, string name) => Identifier(schema) + "." + Identifier(name);

    /// <summary>A list of quoted identifiers, joined by commas.</summary>
    public static string Identifiers(IEnumerable<string> names) => string.Join(", ", names.Select(Identifier));

    /// <summary>A string literal, for the few statements that take no parameters (COPY, SET); safe whatever standard_conforming_strings says.</summary>
    /// <exception cref="ArgumentException">The value holds a NUL.</exception>
    public static string Literal(string value)
    {
        if (value.Contains('\0'))
            throw new ArgumentException("A PostgreSQL literal holds no NUL character.", nameof(value));
        StringBuilder text = new(value.Length + 3);
        text.Append(value.Contains('\\') ? "E'" : "'");
        foreach (char c in value)
            text.Append(c is '\'' or '\\' ? new string(c, 2) : c.ToString());
        return text.Append('\'').ToString();
    }
}
