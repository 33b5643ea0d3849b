using DataOps.Core.Files;

namespace DataOps.Core.Features.Datasets.Import;

/// <summary>
/// The keys that rows had where they were dumped, as far as a dump that leaves keys out still tells them.
/// </summary>
internal sealed class KeysFromRevisions(
    Session session, ReferenceCatalog catalog, KnownIds ids, OperationContext context)
{
    private const int Listed = 100;

    /// <summary>The SQL of such a key; f is the row of the file, with _row.</summary>
    /// <remarks>
    /// A revision remembers the key of its object. Content types have theirs from migrate, one after the other, and
    /// dumpdata writes them in that order.
    /// </remarks>
    public SqlText Of(StagingTable table)
    {
        SqlText type = table.Keys[0].Column.TypeSql;
        if (table.Model.Label == DjangoTables.ContentType)
            return $"(row_number() over (order by f._row))::{type}";
        StagingColumn? latest =
            table.Columns.FirstOrDefault(c => c.Column.Name == "latest_revision_id" && c.Reference?.Target is { } target
            && catalog.TableOf(WagtailTables.Revision) == target);
        bool isNumber = table.Keys[0].Column.Type.Underlying.Name is "int2" or "int4" or "int8";
        if (latest is null || !isNumber || ids.StagedOf(latest.Reference!.Target!) is not { } revisions)
            return $"null::{type}";
        SqlText live = table.Columns.FirstOrDefault(c => c.Column.Name == "live_revision_id")?.In("r") ?? $"null";
        return $"""
            (select v.object_id::{type} from {revisions.Buffer.Table} v join {table.Buffer.Table} r on r._row = f._row
             where v.{revisions.Keys[0].Sql} = coalesce(r.{latest.Sql}, {live}) and v.object_id ~ '^[0-9]+$')
            """;
    }

    /// <summary>Names the rows that refer to a content type by a number, which the file does not give.</summary>
    public void WarnOfNumbers(StagingTable types)
    {
        SqlText identity = KnownIds.Identity(types.Model.Table);
        foreach (StagingTable from in ids.Tables)
        {
            foreach (StagingColumn column in from.Keys.Concat(from.Columns).Where(
                c => c.Reference?.Target == types.Model.Table))
            {
                SqlText sql = $"""
                    select r._place, r.{column.Sql}::text, t.app_label || '.' || t.model
                    from {from.Buffer.Table} r join {identity} i on i.source = r.{column.Sql}
                        join {types.Buffer.Table} t on t._row = i._row
                    where i.source <> i.pk order by 1 limit {Listed}
                    """;
                foreach ((long place, string id, string label) in session.Read(
                    sql, r => (r.GetInt64(0), r.GetString(1), r.GetString(2)), context.Cancellation))
                    context.Warning?.Invoke(
                        $"In {FilePlace.Of(place)}, {from.Model.Label}: {column.Field} {id} is taken for {label}, "
                        + $"number {id} of the content types in the file, as the file does not give their ids. "
                        + "Check it.");
            }
        }
    }
}
