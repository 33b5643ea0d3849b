using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;
using Npgsql;

namespace DataOps.Core.Postgres.Sql;

/// <summary>A piece of SQL with its values: a name, a condition, a whole query.</summary>
/// <remarks>
/// It is written as an interpolated string, <c>$"select {column} from {table} where id = {id}"</c>. A hole takes
/// another piece, a table, a column, an alias, which are quoted, or a value, which becomes a parameter. A bare string
/// does not compile there, as nothing tells whether it is SQL or a value: a value is
/// <see cref="Value(string)"/>, a name <see cref="Identifier(string)"/>. The conversions that C# lacks for <c>?:</c>
/// are made by <c>(SqlText)$"…"</c>.
/// </remarks>
[InterpolatedStringHandler]
internal sealed class SqlText
{
    // Stands in the text for a value; no name and no literal can hold it.
    private const char Hole = '\0';

    private readonly StringBuilder _text;
    private readonly List<SqlValue>? _values;

    /// <summary>Begins an interpolated string; for the compiler.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public SqlText(int literalLength, int formattedCount)
    {
        _text = new StringBuilder(literalLength + (formattedCount * 16));
        _values = formattedCount == 0 ? null : [];
    }

    private SqlText(StringBuilder text, List<SqlValue>? values = null) => (_text, _values) = (text, values);

    /// <summary>No SQL at all.</summary>
    public static SqlText Empty { get; } = new(new StringBuilder());

    /// <summary>Whether there is no text.</summary>
    public bool IsEmpty => _text.Length == 0;

    /// <summary>A quoted identifier, as <c>"wagtailcore_page"</c>.</summary>
    /// <exception cref="ArgumentException">The name is empty or holds a NUL, which PostgreSQL allows in no
    /// name.</exception>
    public static SqlText Identifier(string name)
    {
        if (name.Length == 0 || name.Contains('\0'))
            throw new ArgumentException(
                "A PostgreSQL identifier is neither empty nor holds a NUL character.", nameof(name));
        return new(new StringBuilder(name, name.Length + 2).Replace("\"", "\"\"").Insert(0, '"').Append('"'));
    }

    /// <summary>A qualified, quoted name, as <c>"public"."wagtailcore_page"</c>.</summary>
    public static SqlText Identifier(string schema, string name) => $"{Identifier(schema)}.{Identifier(name)}";

    /// <summary>A list of quoted identifiers, joined by commas.</summary>
    public static SqlText Identifiers(IEnumerable<string> names) => Join(", ", names.Select(Identifier));

    /// <summary>
    /// A string literal, for what takes no parameters or is shown to a person; safe whatever
    /// standard_conforming_strings says.
    /// </summary>
    /// <exception cref="ArgumentException">The value holds a NUL.</exception>
    public static SqlText Literal(string value) => new(SqlValue.Quote(new StringBuilder(value.Length + 2), value));

    /// <summary>
    /// A number that is written out, for what takes no parameters: a position, SET, a statement that is shown to a
    /// person.
    /// </summary>
    public static SqlText Literal(long value) => new(new StringBuilder().Append(value));

    /// <summary>A text as a parameter.</summary>
    public static SqlText Value(string? value) =>
        new(new StringBuilder().Append(Hole), [new SqlValue(value, typeof(string))]);

    /// <summary>
    /// SQL that comes from elsewhere as it is: a server's own expressions, the author of a definition. Never what holds
    /// a value.
    /// </summary>
    /// <exception cref="ArgumentException">The text holds a NUL.</exception>
    public static SqlText Raw(string sql) => sql.Contains('\0')
        ? throw new ArgumentException("SQL holds no NUL character.", nameof(sql))
        : new(new StringBuilder(sql));

    /// <summary>Pieces one after the other.</summary>
    /// <param name="separator">What stands between them, as <c>" and "</c>.</param>
    /// <param name="pieces">The pieces.</param>
    public static SqlText Join([ConstantExpected] string separator, IEnumerable<SqlText> pieces)
    {
        SqlText joined = new(0, 1);
        foreach (SqlText piece in pieces)
        {
            if (!joined.IsEmpty)
                joined.AppendLiteral(separator);
            joined.AppendFormatted(piece);
        }
        return joined;
    }

    /// <summary>Appends what stands between holes; for the compiler.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void AppendLiteral(string text) => _text.Append(text);

    /// <summary>Appends a piece with its values.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void AppendFormatted(SqlText piece)
    {
        _text.Append(piece._text);
        if (piece._values is { } values)
            _values!.AddRange(values);
    }

    /// <summary>Appends pieces, joined by commas.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void AppendFormatted(IEnumerable<SqlText> pieces) => AppendFormatted(Join(", ", pieces));

    /// <summary>Appends a table's qualified name.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void AppendFormatted(Table table) => AppendFormatted(Identifier(table.Schema, table.Name));

    /// <summary>Appends a column's name.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void AppendFormatted(Column column) => AppendFormatted(column.Sql);

    /// <summary>Appends columns' names, joined by commas.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void AppendFormatted(IEnumerable<Column> columns) => AppendFormatted(columns.Select(c => c.Sql));

    /// <summary>Appends a type's qualified name.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void AppendFormatted(PgType type) => AppendFormatted(Identifier(type.Schema, type.Name));

    /// <summary>Appends an alias.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void AppendFormatted(Alias alias) => _text.Append(alias.Name);

    /// <summary>Refuses a bare string at compile time: it would be taken for the name of an alias.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    [Obsolete("A bare string is no SQL: write SqlText.Value for a value, SqlText.Identifier for a name, SqlText.Raw " +
        "for SQL from elsewhere.", error: true)]
    public void AppendFormatted(string text) => throw new NotSupportedException();

    /// <summary>Appends a parameter of type boolean.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void AppendFormatted(bool value) => Add(value);

    /// <summary>Appends a parameter of type integer.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void AppendFormatted(int value) => Add(value);

    /// <summary>Appends a parameter of type bigint.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void AppendFormatted(long value) => Add(value);

    /// <summary>Appends a parameter of type oid.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void AppendFormatted(uint oid) => Add(oid);

    /// <summary>Appends a parameter of type text[].</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void AppendFormatted(string[] values) => Add(values);

    /// <summary>Appends a parameter of type integer[].</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void AppendFormatted(int[] values) => Add(values);

    /// <summary>Appends a parameter of type bigint[].</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void AppendFormatted(long[] values) => Add(values);

    /// <summary>
    /// The SQL with its values written out as literals: for COPY, SET and views, which take no parameters, and for
    /// people.
    /// </summary>
    public override string ToString() => Render((value, text) => value.Write(text));

    /// <summary>
    /// The SQL with a named parameter for each value; a piece that stands in it twice has its parameters once.
    /// </summary>
    internal (string Text, IReadOnlyList<NpgsqlParameter> Parameters) WithParameters()
    {
        List<SqlValue> known = [];
        string text = Render((value, sql) =>
        {
            int at = known.IndexOf(value);
            if (at < 0)
            {
                at = known.Count;
                known.Add(value);
            }
            sql.Append("@p").Append(at + 1);
        });
        return (text, [.. known.Select((v, i) => v.ToParameter($"p{i + 1}"))]);
    }

    /// <summary>
    /// The command that runs the SQL, without a limit of time; with <see cref="ToBatch"/> the only place where text
    /// reaches a server other than by COPY.
    /// </summary>
    [SuppressMessage("Security", "CA2100",
        Justification = "Values are parameters and names are quoted by the type itself.")]
    internal NpgsqlCommand ToCommand(NpgsqlConnection connection, bool takesParameters = true)
    {
        (string text, IReadOnlyList<NpgsqlParameter> parameters) =
            takesParameters ? WithParameters() : (ToString(), []);
        NpgsqlCommand command = new(text, connection) { CommandTimeout = 0 };
        foreach (NpgsqlParameter parameter in parameters)
            command.Parameters.Add(parameter);
        connection.Tell(this);
        return command;
    }

    /// <summary>The queries as one batch, which is sent as a whole, without a limit of time.</summary>
    [SuppressMessage("Security", "CA2100",
        Justification = "Values are parameters and names are quoted by the type itself.")]
    internal static NpgsqlBatch ToBatch(IEnumerable<SqlText> queries, NpgsqlConnection connection)
    {
        NpgsqlBatch batch = new(connection) { Timeout = 0 };
        foreach (SqlText query in queries)
        {
            (string text, IReadOnlyList<NpgsqlParameter> parameters) = query.WithParameters();
            NpgsqlBatchCommand command = new(text);
            foreach (NpgsqlParameter parameter in parameters)
                command.Parameters.Add(parameter);
            batch.BatchCommands.Add(command);
            connection.Tell(query);
        }
        return batch;
    }

    private void Add<T>(T value)
        where T : notnull
    {
        _text.Append(Hole);
        _values!.Add(new SqlValue(value, typeof(T)));
    }

    private string Render(Action<SqlValue, StringBuilder> write)
    {
        if (_values is null or { Count: 0 })
            return _text.ToString();
        StringBuilder sql = new(_text.Length + (_values.Count * 4));
        int next = 0;
        foreach (ReadOnlyMemory<char> chunk in _text.GetChunks())
            foreach (char c in chunk.Span)
                if (c == Hole)
                    write(_values[next++], sql);
                else
                    sql.Append(c);
        return sql.ToString();
    }
}
