using DataOps.Core.Postgres.Catalog;
using DataOps.Core.Postgres.Connections;
using DataOps.Core.Postgres.Sql;

namespace DataOps.Core.Django.References;

/// <summary>The conditions under which a row t dangles: those by which Find-Orphan finds it, as SQL that other statements can hold.</summary>
internal sealed class OrphanConditions(Session session, ReferenceCatalog catalog, CancellationToken cancellation)
{
    /// <summary>The conditions for one reference; no row meets two of them.</summary>
    public IReadOnlyList<string> Of(Reference reference) => reference switch
    {
        { ContentTypeColumn: not null, Class: ReferenceClass.Generic } => [.. OfObjectIds(reference)],
        { ContentTypeColumn: not null, Class: ReferenceClass.Inheritance } => [.. OfSpecificHalves(reference)],
        _ => [Plain(reference)],
    };

    /// <summary>What a row t refers to, as text, as Find-Orphan calls it.</summary>
    public static string Value(Reference reference) => reference is { Class: ReferenceClass.Inheritance, ContentTypeColumn: { } type }
        ? OrphanSql.Text([type.Name], "t")
        : OrphanSql.Text(reference.Columns.Select(c => c.Name), "t");

    private static string Plain(Reference reference)
    {
        string same = string.Join(" and ", reference.Columns.Zip(reference.TargetColumns, (c, p) => ColumnEquality.Of(c, "t", p, "p")));
        return $"{NotNull(reference)} and not exists (select 1 from {reference.Target!.Sql} p where {same})";
    }

    private IEnumerable<string> OfObjectIds(Reference reference)
    {
        List<int> gone = [];
        foreach (int id in GenericSearch.ContentTypes(session, reference, cancellation))
            if (catalog.ContentTypeOf(id)?.Table is { IsReadable: true, SingleKey: not null } table)
                yield return Missing(reference, id, table);
            else
                gone.Add(id);
        if (gone.Count > 0)
            yield return OfTypes(reference, gone);
    }

    private IEnumerable<string> OfSpecificHalves(Reference reference)
    {
        List<int> gone = [];
        foreach (int id in GenericSearch.ContentTypes(session, reference, cancellation))
            switch (catalog.ContentTypeOf(id))
            {
                case { Table: { IsReadable: true, SingleKey: not null } table } when table.Oid != reference.Table.Oid:
                    yield return Missing(reference, id, table);
                    break;
                case { Table: null }:
                    gone.Add(id);
                    break;
            }
        if (gone.Count > 0)
            yield return OfTypes(reference, gone);
    }

    private static string Missing(Reference reference, int contentType, Table target) => $"""
        t.{SqlText.Identifier(reference.ContentTypeColumn!.Name)} = {contentType} and {NotNull(reference)}
        and not exists (select 1 from {target.Sql} p where {ColumnEquality.Of(reference.Column, "t", target.SingleKey!, "p")})
        """;

    private static string OfTypes(Reference reference, IEnumerable<int> contentTypes) =>
        $"t.{SqlText.Identifier(reference.ContentTypeColumn!.Name)} in ({string.Join(", ", contentTypes)}) and {NotNull(reference)}";

    private static string NotNull(Reference reference) => string.Join(" and ", reference.Columns.Select(c => $"t.{SqlText.Identifier(c.Name)} is not null"));
}
