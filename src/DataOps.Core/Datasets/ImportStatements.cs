using DataOps.Core.Catalog;
using DataOps.Core.Connections;

namespace DataOps.Core.Datasets;

/// <summary>The SQL that makes a target what its staging table says; s is the staging table and t the target throughout.</summary>
internal static class ImportStatements
{
    /// <summary>Writes the rows that are there and differ; null when the shape has no field besides the key.</summary>
    /// <remarks>
    /// record_image_ne compares what is stored, for every type: json has no equality, and that of numeric, citext or interval takes different texts for equal.
    /// </remarks>
    public static string? Update(StagingTable table, int shape)
    {
        StagingColumn[] columns = [.. table.Shapes[shape].Where(c => c.Column.Source != ColumnSource.IdentityAlways)];
        if (columns.Length == 0)
            return null;
        string stored = string.Join(", ", columns.Select(c => Comparable(c, "t." + c.Sql)));
        string wanted = string.Join(", ", columns.Select(c => Comparable(c, Wanted(c))));
        return $"""
            update {table.Model.Table.Sql} as t
            set {string.Join(", ", columns.Select(c => $"{c.Sql} = {Wanted(c)}"))}
            from {table.Buffer.Table} s
            where {SameKey(table)} and s._shape = {shape} and pg_catalog.record_image_ne(row({stored}), row({wanted}))
            """;
    }

    /// <summary>Writes the rows that are not there; a field that the file lacks takes the column's default.</summary>
    public static string Insert(StagingTable table, int shape)
    {
        StagingColumn[] columns = [.. table.Keys, .. table.Shapes[shape]];
        return $"""
            insert into {table.Model.Table.Sql} ({string.Join(", ", columns.Select(c => c.Sql))})
            overriding system value
            select {string.Join(", ", columns.Select(c => "s." + c.Sql))}
            from {table.Buffer.Table} s
            where s._shape = {shape} and {IsNew(table)}
            """;
    }

    /// <summary>The lines of new rows that lack a field which has neither a default nor NULL.</summary>
    public static string New(StagingTable table, int shape) => $"""
        select s._line as line, {KeyText(table)} as key, count(*) over () as total
        from {table.Buffer.Table} s where s._shape = {shape} and {IsNew(table)} order by s._line limit 100
        """;

    /// <summary>Keys that occur more than once: the first line and another.</summary>
    public static string Duplicates(StagingTable table) => $"""
        select min(s._line) as first, max(s._line) as line, {KeyText(table)} as key, count(*) over () as total
        from {table.Buffer.Table} s group by {string.Join(", ", table.Keys.Select(k => "s." + k.Sql))} having count(*) > 1 order by 2 limit 100
        """;

    /// <summary>Takes away the entries that the file's lists do not have.</summary>
    public static string Remove(StagingList list) => $"""
        delete from {list.List.Table.Sql} as t using {list.Buffer.Table} o
        where o.target is null and t.{Owner(list)} = o.owner
          and not exists (select 1 from {list.Buffer.Table} s where s.owner = t.{Owner(list)} and s.target = t.{Target(list)})
        """;

    /// <summary>Adds the entries that the database's lists do not have, in the file's order.</summary>
    public static string Add(StagingList list) => $"""
        insert into {list.List.Table.Sql} ({Owner(list)}, {Target(list)})
        select s.owner, s.target from {list.Buffer.Table} s
        where s.target is not null
          and not exists (select 1 from {list.List.Table.Sql} t where t.{Owner(list)} = s.owner and t.{Target(list)} = s.target)
        group by s.owner, s.target order by min(s._line), min(s._position)
        """;

    /// <summary>Rows of the file whose reference has no target: line, key, value.</summary>
    public static string Missing(StagingTable table, Reference reference)
    {
        IEnumerable<string> columns = reference.Columns.Select(c => "s." + Sql.Identifier(c.Name));
        return $"""
            select s._line as line, {KeyText(table)} as key, {Joined(columns)} as value, count(*) over () as total
            from {table.Buffer.Table} s
            where {string.Join(" and ", columns.Select(c => c + " is not null"))}
              and not exists (select 1 from {reference.Target!.Sql} t where {string.Join(" and ", columns.Zip(reference.TargetColumns, (c, t) => $"t.{Sql.Identifier(t.Name)} = {c}"))})
            order by s._line limit 100
            """;
    }

    /// <summary>Entries of the file's lists that have no target: line, key, value.</summary>
    public static string Missing(StagingList list, Reference reference)
    {
        string column = reference.Column.Name == list.List.OwnerColumn.Name ? "owner" : "target";
        return $"""
            select s._line as line, s.owner::text as key, s.{column}::text as value, count(*) over () as total
            from {list.Buffer.Table} s
            where s.{column} is not null and not exists (select 1 from {reference.Target!.Sql} t where t.{Sql.Identifier(reference.TargetColumns[0].Name)} = s.{column})
            order by s._line, s._position limit 100
            """;
    }

    /// <summary>The key's largest value where the sequence would give it out again; no row where the sequence is ahead.</summary>
    public static string SequenceBehind(Table table, Column key) => $"""
        select x.most::bigint from (select max({Sql.Identifier(key.Name)}) as most from {table.Sql}) x, {key.Sequence} q
        where x.most > case when q.is_called then q.last_value else q.last_value - 1 end
        """;

    /// <summary>A row's key as text.</summary>
    public static string KeyText(StagingTable table, string row = "s") => Joined(table.Keys.Select(k => $"{row}.{k.Sql}"));

    /// <summary>Whether s and t have the same key.</summary>
    public static string SameKey(StagingTable table) => string.Join(" and ", table.Keys.Select(k => $"t.{k.Sql} = s.{k.Sql}"));

    private static string IsNew(StagingTable table) => $"not exists (select 1 from {table.Model.Table.Sql} t where {SameKey(table)})";

    private static string Joined(IEnumerable<string> columns) => string.Join(" || ',' || ", columns.Select(c => $"({c})::text"));

    private static string Owner(StagingList list) => Sql.Identifier(list.List.OwnerColumn.Name);

    private static string Target(StagingList list) => Sql.Identifier(list.List.TargetColumn.Name);

    // What Django's form of a value loses is kept where the file's value could come from the stored one: times are cut to milliseconds when they are
    // dumped, and 50 hours come back as 2 days and 2 hours.
    private static string Wanted(StagingColumn column) => column.Column.Type.Underlying.Name switch
    {
        "timestamptz" or "timestamp" => $"case when date_trunc('milliseconds', t.{column.Sql}) = s.{column.Sql} then t.{column.Sql} else s.{column.Sql} end",
        "time" => $"case when date_trunc('milliseconds', t.{column.Sql}::interval) = s.{column.Sql}::interval then t.{column.Sql} else s.{column.Sql} end",
        "interval" => $"case when t.{column.Sql} = s.{column.Sql} and date_trunc('month', t.{column.Sql}) = date_trunc('month', s.{column.Sql}) then t.{column.Sql} else s.{column.Sql} end",
        _ => $"s.{column.Sql}",
    };

    // A composite value as stored starts with a header that depends on where it was made.
    private static string Comparable(StagingColumn column, string value) => column.Column.Type.Underlying.Kind == PgTypeKind.Composite ? $"({value})::text" : value;
}
