using DataOps.Core.Features.Datasets.Import;
using DataOps.Core.Files;
using Npgsql;

namespace DataOps.Core.Features.Datasets.Testing;

/// <summary>
/// The privileges that a planned load needs and the role lacks: one problem a table or sequence, with the GRANT.
/// </summary>
internal static class MissingPrivileges
{
    private sealed record Lacking(long Oid, string Name, string Role, string Privileges, string Statement);

    /// <summary>Asks the catalogue for them; before the plan's transaction ends.</summary>
    public static IEnumerable<DatasetProblem> Of(
        Session session, ReferenceCatalog catalog, DatasetLoad load, ChangeSet changes, CancellationToken cancellation)
    {
        SqlText[] needed =
        [
            .. changes.Tables.Where(t => t.Planned > 0).Select(OfRows),
            .. OfForeignKeys(catalog.Database, changes),
            .. changes.Tables.Where(t => t.Expected > 0).Select(t => (SqlText)$"select {t.Table.Oid}, 'insert'"),
            .. load.Run.Models.Select(m => changes.Of(m.Table.Model.Table))
                .Where(t => t.Table.SingleKey?.Sequence is not null).SelectMany(OfSequence),
        ];
        if (needed.Length == 0)
            return [];
        // A privilege on some columns may be enough.
        SqlText sql = $"""
            select c.oid::int8 as oid, c.oid::regclass::text as name, current_user::text as role,
                   string_agg(n.privilege, ', ' order by n.privilege) as privileges,
                   format('grant %s on %s%s to %I', string_agg(n.privilege, ', ' order by n.privilege),
                          case c.relkind when 'S' then 'sequence ' else '' end, c.oid::regclass, current_user)
                     as statement
            from ({SqlText.Join(" union ", needed)}) n(relation, privilege) join pg_class c on c.oid = n.relation
            where not case when c.relkind = 'S' then has_sequence_privilege(c.oid, n.privilege)
                           when n.privilege = 'delete' then has_table_privilege(c.oid, n.privilege)
                           else has_any_column_privilege(c.oid, n.privilege) end
            group by c.oid, c.relkind order by 2
            """;
        return session.Query<Lacking>(sql, cancellation).Select(l => new DatasetProblem(
            $"Postgres.{PostgresErrorCodes.InsufficientPrivilege}", 0, l.Statement,
            [LabelOf(catalog, l.Oid), "", "", $"role {l.Role} lacks {l.Privileges} on {l.Name}"]));
    }

    // Planned rows are locked, also where all are new, and a lock needs the privilege to update.
    private static SqlText OfRows(TablePlan table) => $"""
        select {table.Table.Oid} as relation, p.privilege
        from (values ('I', 'insert'), ('I', 'update'), ('U', 'update'), ('D', 'update'), ('D', 'delete'))
             p(action, privilege)
        where exists (select 1 from {table.Name} r where r._action = p.action)
        """;

    // The undo file notes which foreign keys are broken before the load: those of its rows, and those that lead to
    // them.
    private static IEnumerable<SqlText> OfForeignKeys(DatabaseCatalog database, ChangeSet changes)
    {
        HashSet<uint> planned = [.. changes.Tables.Where(t => t.Planned > 0).Select(t => t.Table.Oid)];
        return from table in database.All
               where table.IsReadable
               from key in table.ForeignKeys
               where key.IsEnforced && (planned.Contains(table.Oid) || planned.Contains(key.Target))
               from oid in new[] { table.Oid, key.Target }
               where !planned.Contains(oid)
               group oid by oid into one
               select (SqlText)$"select {one.Key}, 'select'";
    }

    // A load reads the sequences of its tables, and sets those that new keys have passed.
    private static IEnumerable<SqlText> OfSequence(TablePlan table)
    {
        SqlText sequence = $"{SqlText.Value(table.Table.SingleKey!.Sequence!)}::regclass::oid";
        yield return $"select {sequence}, 'select'";
        yield return $"""
            select {sequence}, 'update' from {table.Name} r where r._action = 'I'
            having max(r.{table.Table.SingleKey}) > coalesce((
              select q.last_value from pg_sequences q
              where format('%I.%I', q.schemaname, q.sequencename)::regclass::oid = {sequence}), 0)
            """;
    }

    private static string LabelOf(ReferenceCatalog catalog, long oid) =>
        catalog.Database.Find((uint)oid) is { } table ? catalog.LabelOf(table) ?? "" : "";
}
