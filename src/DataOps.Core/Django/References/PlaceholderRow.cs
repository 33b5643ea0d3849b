using DataOps.Core.Postgres.Catalog;

namespace DataOps.Core.Django.References;

/// <summary>What a row is made of that stands in for one that is missing: its key, and otherwise as empty as the table lets it be.</summary>
internal static class PlaceholderRow
{
    /// <summary>Why no placeholder can stand in a table; null when it can.</summary>
    public static string? Obstacle(ReferenceCatalog catalog, Table table, Column key)
    {
        if (table.SingleKey != key)
            return $"{key.Name} is not the key of {table}";
        if (catalog.To(table).Any(r => r.Class == ReferenceClass.Tree))
            return $"a node of {table} needs its place in the tree: Repair-Tree finds one";
        if (table.Name == "django_content_type")
            return "a content type stands for a model, and cannot be made up";
        if (catalog.ParentLink(table) is { } link)
            return $"a row of {table} is half of one in {link.Target}";
        string[] needed = [.. table.Columns.Where(c => c != key && ValueOf(catalog, table, c) is null && IsNeeded(c)).Select(c => c.Name)];
        return needed.Length == 0 ? null : $"nothing tells what to put into {string.Join(", ", needed)} of {table}";
    }

    /// <summary>
    /// What Django would take for empty in a column that needs a value, as SQL over a key k.key; null where nothing is obvious, or nothing is needed.
    /// </summary>
    public static string? ValueOf(ReferenceCatalog catalog, Table table, Column column)
    {
        if (!IsNeeded(column) || catalog.From(table).Any(r => r.ContentTypeColumn is null && r.Columns.Contains(column)))
            return null;
        bool isUnique = table.UniqueKeys.Any(u => u.Contains(column.Name));
        return column.Type.Underlying switch
        {
            { Schema: not "pg_catalog" } => null,
            { Name: "varchar" or "text" or "bpchar" } when column.Name == "password" =>
                "('!' || left(encode(sha256(convert_to(gen_random_uuid()::text, 'UTF8')), 'hex'), 40))",
            { Name: "varchar" or "text" or "bpchar" } => !isUnique ? "''" : column.Length is { } length
                ? $"left('recreated-' || k.key::text, {length})" : "('recreated-' || k.key::text)",
            { Name: "int2" or "int4" or "int8" or "numeric" or "float4" or "float8" } => isUnique ? null : "0",
            { Name: "bool" } => "false",
            { Name: "date" or "time" or "timetz" or "timestamp" or "timestamptz" } => "now()",
            { Name: "interval" } => "interval '0'",
            { Name: "uuid" } => "gen_random_uuid()",
            _ => null,
        };
    }

    /// <summary>Whether a row needs a value for a column, and nobody else gives one.</summary>
    public static bool IsNeeded(Column column) => column is { NotNull: true, Default: null, Source: ColumnSource.Plain };
}
