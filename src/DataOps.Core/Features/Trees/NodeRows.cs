using DataOps.Core.Changes;
using DataOps.Core.Kernel;
using DataOps.Core.Postgres.Catalog;
using DataOps.Core.Postgres.Connections;
using DataOps.Core.Postgres.Sql;

namespace DataOps.Core.Features.Trees;

/// <summary>Rows of one table as they should be, in a temporary table whose columns are named as the target's; those that differ are updated in one
/// statement.</summary>
/// <param name="session">The session, in the transaction of the changes.</param>
/// <param name="model">The table's model.</param>
/// <param name="rows">The plan of the table.</param>
/// <param name="name">The temporary table's name.</param>
/// <param name="columns">The columns that may change.</param>
/// <param name="cancellation">Cancels the query that runs.</param>
internal sealed class NodeRows(
    Session session, string? model, TablePlan rows, string name, IReadOnlyList<Column> columns, CancellationToken cancellation) : IRepair
{
    /// <summary>The temporary table, qualified.</summary>
    public string Name => "pg_temp." + name;

    /// <summary>The plan of the table.</summary>
    public TablePlan Rows => rows;

    /// <summary>Fills it with the table's rows, without those that are planned to be deleted.</summary>
    /// <param name="also">More columns, as SQL over a row c.</param>
    /// <param name="inserted">A relation of rows that the same plan inserts; null without.</param>
    /// <param name="only">The condition of the rows c that are needed; null for all.</param>
    /// <exception cref="DataOpsException">The table has no key.</exception>
    public void Fill(string also, string? inserted = null, string? only = null)
    {
        if (rows.Identity.IsWholeRow || rows.Identity.Columns.Intersect(columns).Any())
            throw new DataOpsException(
                ErrorIds.NoKey, FailureKind.InvalidOperation,
                $"Table {rows.Table} has no key that identifies its rows, so nothing was changed.",
                "Give it a primary key.", rows.Table.DisplayName);
        string cells = string.Join(", ", columns.Select(c => IsText(c) ? $"{Cell("c", c)} as {SqlText.Identifier(c.Name)}" : $"c.{SqlText.Identifier(c.Name)}"));
        string select = $"select {rows.Identity.Of("c")}, {cells}, {also} from";
        string more = inserted is null ? "" : $" union all {select} {inserted} c";
        string needed = only is null ? "" : $" and ({only})";
        Execute($"""
            create temp table {name} on commit drop as
            {select} {rows.Table.Sql} c where not exists (select 1 from {rows.Name} d where d._action = 'D' and {rows.Identity.Same("d", "c")}){needed}{more}
            """);
        Execute($"analyze {Name}");
    }

    /// <summary>Forgets the rows that are as they should be, unless the plan changes them otherwise.</summary>
    public void KeepChanged() => Execute($"""
        delete from {Name} s using {rows.Table.Sql} t where {rows.Identity.Same("s", "t")} and not ({Differs})
        and not exists (select 1 from {rows.Name} d where {rows.Identity.Same("d", "s")})
        """);

    /// <inheritdoc/>
    public void Plan() => rows.PlanUpdate($"from {rows.Table.Sql} t join {Name} s on {rows.Identity.Same("s", "t")} where {Differs}");

    /// <inheritdoc/>
    public void Apply()
    {
        string condition = rows.Identity.Same("t", "s");
        if (columns.Any(c => IsText(c) && c.Collation is not null and not "C"))
            TakeCollations();
        new UniqueParking(session, cancellation).Park(rows.Table, Name, [.. columns.Select(c => c.Name)], condition);
        string set = string.Join(", ", columns.Select(c => $"{SqlText.Identifier(c.Name)} = s.{SqlText.Identifier(c.Name)}::{c.TypeText}"));
        Execute($"update {rows.Table.Sql} t set {set} from {Name} s where {condition} and ({Differs})");
    }

    /// <inheritdoc/>
    public IEnumerable<RowChange> Describe(RowChanges changed) => changed.Updated(rows, model, Name, columns.Select(c => c.Name));

    /// <summary>Runs a statement.</summary>
    public void Execute(string sql, params ReadOnlySpan<Npgsql.NpgsqlParameter> parameters) => session.Execute(sql, cancellation, parameters);

    // Texts of two collations, neither of them the database's, cannot be compared: here they have had their bytes' order.
    private void TakeCollations()
    {
        string all = SqlText.Identifiers(rows.Identity.Columns.Concat(columns).Select(c => c.Name));
        string bare = $"{Name}_bytes";
        Execute($"alter table {Name} rename to {name}_bytes");
        Execute($"create temp table {name} on commit drop as select {all} from {rows.Table.Sql} t with no data");
        Execute($"insert into {Name} ({all}) select {all} from {bare}");
    }

    private string Differs => string.Join(" or ", columns.Select(c => $"{Cell("t", c)} is distinct from {Cell("s", c)}"));

    // Texts are compared by their bytes: two columns may have two collations.
    private static string Cell(string alias, Column column) => $"{alias}.{SqlText.Identifier(column.Name)}{(IsText(column) ? "::text collate \"C\"" : "")}";

    private static bool IsText(Column column) => column.Type.Underlying.Name is "varchar" or "text" or "bpchar" or "ltree";
}
