using System.Text.Json;
using System.Text.RegularExpressions;

namespace DataOps.Core.Features.Datasets.Import;

/// <summary>What -MissingField Default writes into a field that an object lacks.</summary>
/// <param name="Shown">The value as a person reads it.</param>
/// <param name="Sql">The value, in the column's type.</param>
/// <param name="IsForNew">Whether a row that is there keeps what it has: each row has one of its own, such as a moment
/// or a UUID, or it is only probable.</param>
/// <param name="IsColumns">Whether it is the column's own DEFAULT.</param>
internal sealed partial record FieldDefault(string Shown, SqlText Sql, bool IsForNew, bool IsColumns = false)
{
    /// <summary>
    /// The default of a model's column: what Django or Wagtail say of their own models, what the database says, NULL,
    /// or the empty text that Django takes where a text field has no default. Null where none is known.
    /// </summary>
    /// <exception cref="DataOpsException">The server or the network failed.</exception>
    public static FieldDefault? Of(
        Session session, ReferenceCatalog catalog, Model model, Column column, CancellationToken cancellation)
    {
        if (column.Source != ColumnSource.Plain)
            return null;
        FieldDefault Write(string sql, bool isForNew = false) =>
            new(sql.Replace("pg_catalog.", "", StringComparison.Ordinal),
                $"({SqlText.Raw(sql)})::{column.TypeSql}", isForNew);
        string field = model.FieldOf(column);
        if (catalog.Site.DefaultOf(model.Label, field) is { } told && Literal(told, column) is { } literal)
            return literal;
        if (catalog.Site.CallableDefaultOf(model.Label, field) is { } called)
            return Write(called, isForNew: true);
        if (KnownDefaults.Constant(model, column.Name) is { } constant)
            return Write(constant);
        if (KnownDefaults.MadeAnew(model, column.Name) is { } made)
            return Write(made, isForNew: true);
        if (column.Default is { } own)
            return Write(own, isForNew: !Constant().IsMatch(own)) with { IsColumns = true };
        if (!column.NotNull)
            return Write("NULL");
        // 0 and '' are no row's key, nor may two rows share them.
        Reference? reference = catalog.From(model.Table).FirstOrDefault(r => r.Columns.Contains(column));
        if (reference is not null)
            return KnownDefaults.Target(catalog, reference) is { } target
                && session.Query<string?>($"select ({target})::text", cancellation)[0] is { } key
                    ? Write(key)
                    : null;
        bool isText = column.Type.Underlying.Name is "text" or "varchar" or "bpchar" or "citext" or "bytea";
        return isText && !model.Table.UniqueKeys.Any(k => k.Contains(column.Name))
            ? Write("''", isForNew: !KnownDefaults.Knows(model))
            : null;
    }

    // As PostgreSQL writes it: a literal, with the type that it has.
    [GeneratedRegex("""^('([^']|'')*'|-?[0-9.]+|\(-[0-9.]+\)|true|false|NULL)(::[a-z ]+(\([0-9,]+\))?)?$""")]
    private static partial Regex Constant();

    // What a description says, as a value of the column's type; null for a list of more than nothing in an array.
    private static FieldDefault? Literal(JsonElement value, Column column)
    {
        bool isJson = column.Type.Underlying.Name is "json" or "jsonb";
        string? text = value.ValueKind switch
        {
            _ when isJson => value.GetRawText(),
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Null => null,
            JsonValueKind.Array when value.GetArrayLength() == 0 => "{}",
            JsonValueKind.Object when !value.EnumerateObject().Any() => "",
            JsonValueKind.Array or JsonValueKind.Object => null,
            _ => value.GetRawText(),
        };
        return text is null ? null : new(text, $"({SqlText.Literal(text)})::{column.TypeSql}", IsForNew: false);
    }
}
