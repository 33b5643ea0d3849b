using DataOps.Core.Kernel;
using DataOps.Core.Postgres.Catalog;

namespace DataOps.Core.Django.References;

/// <summary>Materialised-path trees (treebeard's MP_Node): columns path, depth and numchild; the parent is the row whose path is one step shorter.</summary>
internal static class TreeReferences
{
    public static IEnumerable<Reference> Of(DatabaseCatalog database) =>
        from table in database.Tables
        where table.IsReadable && table.Find("depth") is { Type.Underlying.Name: "int2" or "int4" or "int8" } && table.Find("numchild") is not null
        let path = table.Find("path")
        where path is { Type.Underlying.Name: "varchar" or "text" }
        select new Reference(
            $"{table.DisplayName}.path", ReferenceClass.Tree, Severity.Error, table, [path], table, [path],
            "path, depth and numchild: a materialised-path tree (treebeard)");
}
