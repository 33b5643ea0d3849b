using DataOps.Core.Postgres.Catalog;
using DataOps.Core.Postgres.Connections;
using DataOps.Core.Postgres.Sql;
using Npgsql;

namespace DataOps.Core.Django.References;

/// <summary>A reference whose target's table stands in the row, as a content type: a generic one, or the specific half of inheritance.</summary>
internal sealed class GenericSearch(Session session, ReferenceCatalog catalog, Reference reference, CancellationToken cancellation)
{
    /// <summary>Rows whose object is gone.</summary>
    public IEnumerable<DanglingReference> Objects() => ContentTypes(session, reference, cancellation).SelectMany(id => catalog.ContentTypeOf(id) switch
    {
        null => All(id, $"there is no content type {id}"),
        { Table: null, Label: var label } => All(id, Unknown(label)),
        { Table: { IsReadable: true, SingleKey: not null } table, Label: var label } => Missing(id, table, $"there is no {label} of that key"),
        { Label: var label } => All(id, $"{label} is not a table with a key of one column: not handled"),
    });

    /// <summary>Rows whose other half is gone; the value is the content type, and which row is meant is the key.</summary>
    public IEnumerable<DanglingReference> SpecificHalves() => ContentTypes(session, reference, cancellation).SelectMany(id => HalvesOf(id)
        .Select(d => d with { Value = id.ToString() }));

    /// <summary>The content types that rows name.</summary>
    public static IReadOnlyList<int> ContentTypes(Session session, Reference reference, CancellationToken cancellation)
    {
        string column = SqlText.Identifier(reference.ContentTypeColumn!.Name);
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

    private IEnumerable<DanglingReference> HalvesOf(int id) => catalog.ContentTypeOf(id) switch
    {
        // A row of the parent's own type, or of a model without columns of its own, has no other half.
        { Table: { } own } when own.Oid == reference.Table.Oid => [],
        { Table: null, Label: var label } => All(id, Unknown(label)),
        { Table: { IsReadable: true, SingleKey: not null } table, Label: var label } =>
            Missing(id, table, $"the row in {table} is missing that makes it a {label}"),
        // A content type that is itself missing is the foreign key's finding.
        _ => [],
    };

    private static string Unknown(string label) => $"content type {label} has no table: its model was removed, or is a proxy";

    private IEnumerable<DanglingReference> Missing(int contentType, Table target, string note)
    {
        string isTarget = ColumnEquality.Of(reference.Column, "c", target.SingleKey!, "p");
        return Rows(contentType, $"and not exists (select 1 from {target.Sql} p where {isTarget})", target, note);
    }

    private IEnumerable<DanglingReference> All(int contentType, string note) => Rows(contentType, "", null, note);

    private IEnumerable<DanglingReference> Rows(int contentType, string condition, Table? target, string note)
    {
        string id = SqlText.Identifier(reference.Column.Name);
        string sql = $"""
            select {OrphanSql.Key(reference.Table, "c")}, c.{id}::text from {reference.Table.Sql} c
            where c.{SqlText.Identifier(reference.ContentTypeColumn!.Name)} = $1 and c.{id} is not null {condition}
            """;
        return session.Stream(
            sql,
            row => new DanglingReference(reference, row.GetString(0), row.GetString(1), target, note),
            cancellation,
            new NpgsqlParameter<int> { TypedValue = contentType });
    }
}
