namespace DataOps.Core.Features.ContentTypes;

/// <summary>
/// Rows of a parent's table whose type is to become another one: each needs its other half in that one's table.
/// </summary>
internal static class SpecificRows
{
    /// <summary>Makes sure that they have it.</summary>
    /// <exception cref="DataOpsException"><c>MissingHalf</c>: pages of the old type have no row in the new one's
    /// table.</exception>
    public static void Require(
        Session session, ReferenceCatalog catalog, IReadOnlyList<TypeMove> moves, CancellationToken cancellation)
    {
        RowList missing = new();
        foreach (Reference halves in catalog.References.Where(
            r => r is { Class: ReferenceClass.Inheritance, Target: null, ContentTypeColumn: not null }))
            foreach (TypeMove move in moves.Where(m => m.New.Type.Table?.Oid != halves.Table.Oid))
                List(session, catalog, halves, move, missing, cancellation);
        missing.ThrowIfAny(
            ErrorIds.MissingHalf, FailureKind.InvalidOperation,
            "{0} no row in the table of the model that takes over, so nothing was changed.",
            "Name the model whose table has their rows. Without -Repoint, pages become plain pages.");
    }

    private static void List(Session session, ReferenceCatalog catalog, Reference halves, TypeMove move,
        RowList missing, CancellationToken cancellation)
    {
        (Column type, Column key) = (halves.ContentTypeColumn!, halves.Column);
        Reference? link = move.New.Type.Table is { } table ? catalog.ParentLink(table) : null;
        SqlText half = link?.Target?.Oid == halves.Table.Oid
            ? (SqlText)$"and not exists (select 1 from {link.Table} c where c.{link.Column} = t.{key})"
            : SqlText.Empty;
        SqlText rows =
            $"select t.{key}::text from {halves.Table} t where t.{type} = {move.Old.Type.Id} {half} order by t.{key}";
        foreach (string row in session.Read(rows, r => r.GetString(0), cancellation))
            missing.Add(catalog.LabelOf(halves.Table) ?? halves.Table.DisplayName, row,
                $"{move.Old.Type.Label} -> {move.New.Type.Label}");
    }
}
