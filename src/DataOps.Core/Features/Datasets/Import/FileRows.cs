using DataOps.Core.Django.Models;
using DataOps.Core.Django.References;
using DataOps.Core.Postgres.Catalog;
using DataOps.Core.Postgres.Sql;

namespace DataOps.Core.Features.Datasets.Import;

/// <summary>Leaves the file's own rows out of what depends on deleted rows: what they refer to is checked with the file.</summary>
internal sealed class FileRows(ReferenceCatalog catalog, KeyedRows rows)
{
    /// <summary>The condition that a row t is not among those of a staging table, or not among those that meet a condition; begins with " and".</summary>
    public static string NotIn(StagingTable staged, string condition = "") =>
        $" and not exists (select 1 from {staged.Name} s where {ImportStatements.SameKey(staged)}{condition})";

    /// <summary>The condition that a row t is not in the file, or not with the column by which it depends; begins with " and", or is empty.</summary>
    /// <remarks>A field that the file lacks keeps its value, and so its row depends on it like any other.</remarks>
    public string Except(Table table, Column? column)
    {
        if (rows.StagedOf(table) is { } staged)
        {
            bool isField = column is not null && staged.Keys.All(k => k.Column != column);
            int[] shapes = [.. Enumerable.Range(0, staged.Shapes.Count).Where(i => !isField || staged.Shapes[i].Any(c => c.Column == column))];
            return NotIn(staged, $" and s._shape = any('{{{string.Join(',', shapes)}}}')");
        }
        // Lists of the file's objects are made equal to the file's.
        return catalog.Owners.TryGetValue(table.Oid, out (Model Model, ManyToManyList List) owner)
            && rows.StagedOf(owner.Model.Table)?.Lists.FirstOrDefault(l => l.List.Table == table) is { Buffer.Rows: > 0 } list
            ? $" and not exists (select 1 from {list.Name} s where s.owner = t.{SqlText.Identifier(list.List.OwnerColumn.Name)} and s._position = 0)"
            : "";
    }
}
