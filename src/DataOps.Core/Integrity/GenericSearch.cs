using DataOps.Core.Catalog;
using DataOps.Core.Connections;
using Npgsql;

namespace DataOps.Core.Integrity;

/// <summary>References whose target's table stands in the row, as a content type: generic ones, and the specific half of inheritance.</summary>
internal static class GenericSearch
{
    public static IEnumerable<Dangling> In(Session session, ReferenceCatalog catalog, Reference reference, CancellationToken cancellation) =>
        ContentTypes(session, reference, cancellation).SelectMany(id => catalog.ContentTypeOf(id) switch
        {
            null => All(session, reference, id, $"there is no content type {id}", cancellation),
            { Table: null, Label: var label } => All(session, reference, id, $"content type {label} has no table: its model was removed, or is a proxy", cancellation),
            { Table: { IsReadable: true, SingleKey: not null } table, Label: var label } => Missing(session, reference, id, table, $"there is no {label} of that key", cancellation),
            { Label: var label } => All(session, reference, id, $"{label} is not a table with a key of one column: not handled", cancellation),
        });

    public static IEnumerable<Dangling> SpecificHalves(Session session, ReferenceCatalog catalog, Reference reference, CancellationToken cancellation) =>
        ContentTypes(session, reference, cancellation).SelectMany(id => catalog.ContentTypeOf(id) switch
        {
            // A row of the parent's own type, or of a model without columns of its own, has no other half.
            { Table: { } own } when own.Oid == reference.Table.Oid => [],
            { Table: null, Label: var label } => All(session, reference, id, $"content type {label} has no table: its model was removed, or is a proxy", cancellation).Select(WithType(id)),
            { Table: { IsReadable: true, SingleKey: not null } table, Label: var label } => Missing(session, reference, id, table, $"the row in {table} is missing that makes it a {label}", cancellation).Select(WithType(id)),
            // A content type that is itself missing is the foreign key's finding.
            _ => [],
        });

    // The value of this reference is the content type; which row is meant is the key.
    private static Func<Dangling, Dangling> WithType(int id) => d => d with { Value = id.ToString() };

    /// <summary>The content types that rows name.</summary>
    public static IReadOnlyList<int> ContentTypes(Session session, Reference reference, CancellationToken cancellation)
    {
        string column = Sql.Identifier(reference.ContentTypeColumn!.Name);
        string table = reference.Table.Sql;
        // A loose scan: one step through the index for each content type, however many rows there are.
        string sql = reference.Table.HasIndexOn(reference.ContentTypeColumn.Name)
            ? $"""
              with recursive v(x) as (
                (select c.{column}::int from {table} c where c.{column} is not null order by c.{column} limit 1)
                union all
                select (select c.{column}::int from {table} c where c.{column} > v.x order by c.{column} limit 1) from v where v.x is not null)
              select x from v where x is not null
              """
            : $"select distinct {column}::int from {table} where {column} is not null order by 1";
        return session.List<int>(sql, cancellation: cancellation);
    }

    private static IEnumerable<Dangling> Missing(Session session, Reference reference, int contentType, Table target, string note, CancellationToken cancellation) =>
        Rows(session, reference, contentType, $"and not exists (select 1 from {target.Sql} p where {ColumnEquality.Of(reference.Column, "c", target.SingleKey!, "p")})", target, note, cancellation);

    private static IEnumerable<Dangling> All(Session session, Reference reference, int contentType, string note, CancellationToken cancellation) =>
        Rows(session, reference, contentType, "", null, note, cancellation);

    private static IEnumerable<Dangling> Rows(Session session, Reference reference, int contentType, string condition, Table? target, string note, CancellationToken cancellation)
    {
        string id = Sql.Identifier(reference.Column.Name);
        string sql = $"""
            select {OrphanSql.Key(reference.Table, "c")}, c.{id}::text from {reference.Table.Sql} c
            where c.{Sql.Identifier(reference.ContentTypeColumn!.Name)} = $1 and c.{id} is not null {condition}
            """;
        return session.Stream(sql, row => new Dangling(reference, row.GetString(0), row.GetString(1), target, note), cancellation, new NpgsqlParameter<int> { TypedValue = contentType });
    }
}
