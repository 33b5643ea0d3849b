using DataOps.Core.Postgres.Catalog;

namespace DataOps.Core.Features.Datasets.Import;

/// <summary>The value of a field that an object lacks, where <see cref="MissingField.Default"/> asks for one.</summary>
internal static class FieldDefault
{
    /// <summary>The SQL of the column's default, NULL, or an empty value; null when the type has none.</summary>
    public static string? Of(Column column) => column switch
    {
        { Source: not ColumnSource.Plain } => null,
        { Default: { } made } => made,
        { NotNull: false } => "null",
        { Type.Underlying.Element: not null } => "'{}'",
        _ => Empty(column.Type.Underlying.Name),
    };

    private static string? Empty(string type) => type switch
    {
        "text" or "varchar" or "bpchar" or "citext" or "bytea" or "hstore" => "''",
        "int2" or "int4" or "int8" or "numeric" or "float4" or "float8" => "0",
        "bool" => "false",
        "timestamptz" or "timestamp" => "now()",
        "date" => "current_date",
        "time" => "'00:00'",
        "interval" => "'0'",
        "uuid" => "gen_random_uuid()",
        "json" or "jsonb" => "'{}'",
        _ => null,
    };
}
