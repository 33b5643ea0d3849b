using System.Text;
using Npgsql;
using NpgsqlTypes;

namespace DataOps.Core.Postgres.Sql;

/// <summary>A value in a piece of SQL; the same one is one parameter, wherever the piece stands.</summary>
/// <param name="content">The value; null for NULL.</param>
/// <param name="type">Its type, of those that <see cref="SqlText"/> takes.</param>
internal sealed class SqlValue(object? content, Type type)
{
    private static readonly Dictionary<Type, (NpgsqlDbType Type, string Name)> s_types = new()
    {
        [typeof(string)] = (NpgsqlDbType.Text, "text"),
        [typeof(bool)] = (NpgsqlDbType.Boolean, "boolean"),
        [typeof(int)] = (NpgsqlDbType.Integer, "integer"),
        [typeof(long)] = (NpgsqlDbType.Bigint, "bigint"),
        [typeof(uint)] = (NpgsqlDbType.Oid, "oid"),
        [typeof(string[])] = (NpgsqlDbType.Text | NpgsqlDbType.Array, "text[]"),
        [typeof(int[])] = (NpgsqlDbType.Integer | NpgsqlDbType.Array, "integer[]"),
        [typeof(long[])] = (NpgsqlDbType.Bigint | NpgsqlDbType.Array, "bigint[]"),
    };

    /// <summary>The value as a parameter.</summary>
    public NpgsqlParameter ToParameter(string name) =>
        new(name, s_types[type].Type) { Value = content ?? DBNull.Value };

    /// <summary>
    /// Appends the value as a literal of its type, in parentheses where it could run into an operator.
    /// </summary>
    public void Write(StringBuilder sql)
    {
        sql.Append("cast(");
        if (content is null)
            sql.Append("null");
        else if (content is Array { Length: var length } items)
        {
            sql.Append("array[");
            for (int i = 0; i < length; i++)
                WriteItem(i == 0 ? sql : sql.Append(", "), items.GetValue(i));
            sql.Append(']');
        }
        else
            WriteItem(sql, content);
        sql.Append(" as ").Append(s_types[type].Name).Append(')');
    }

    /// <summary>Appends a string literal, safe whatever standard_conforming_strings says.</summary>
    /// <exception cref="ArgumentException">The value holds a NUL.</exception>
    public static StringBuilder Quote(StringBuilder sql, string value)
    {
        if (value.Contains('\0'))
            throw new ArgumentException("A PostgreSQL literal holds no NUL character.", nameof(value));
        sql.Append(value.Contains('\\') ? "E'" : "'");
        foreach (char c in value)
            (c is '\'' or '\\' ? sql.Append(c) : sql).Append(c);
        return sql.Append('\'');
    }

    private static void WriteItem(StringBuilder sql, object? item)
    {
        if (item is string text)
            Quote(sql, text);
        else
            sql.Append(item switch { null => "null", bool yes => yes ? "true" : "false", _ => item });
    }
}
