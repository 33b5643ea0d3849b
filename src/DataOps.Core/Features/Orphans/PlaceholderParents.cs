using DataOps.Core.Django.Values;

namespace DataOps.Core.Features.Orphans;

/// <summary>
/// Makes missing rows of one table anew: placeholders with the key that orphans refer to, and otherwise as empty as the
/// table lets them be.
/// </summary>
/// <param name="session">The session, in the transaction of the changes.</param>
/// <param name="catalog">The reference catalogue.</param>
/// <param name="rows">The plan of the table.</param>
/// <param name="orphans">The orphans of each reference to the table.</param>
/// <param name="number">Tells its temporary table from others.</param>
/// <param name="cancellation">Cancels the query that runs.</param>
internal sealed class PlaceholderParents(
    Session session, ReferenceCatalog catalog, TablePlan rows, IReadOnlyList<RepairStep> orphans, int number,
    CancellationToken cancellation) : IRepair
{
    private readonly Table _table = rows.Table;
    private readonly Column _key = orphans[0].Reference.TargetColumns[0];

    private readonly SqlText _name = TemporaryTable.Named($"dataops_parent_{number}");

    /// <inheritdoc/>
    public void Plan()
    {
        SqlText keys = SqlText.Join(
            " union all ",
            orphans.Select(s => (SqlText)$"select t.{s.Reference.Column}::{_key.TypeSql} as key {s.Orphans.From}"));
        IEnumerable<SqlText> values = Filled.Select(c =>
            c == _key
            ? (SqlText)$"k.key as {c}"
            : (SqlText)$"{EmptyValue.OfRow(catalog, _table, c)!}::{c.TypeSql} as {c}");
        TemporaryTable.Create(
            session, _name, $"select {values} from (select distinct x.key from ({keys}) x) k", cancellation);
        rows.PlanInsert($"select p.{_key} from {_name} p");
    }

    /// <inheritdoc/>
    public void Apply() =>
        session.RunAsApplication(
            $"insert into {_table} ({Filled}) overriding system value select {Filled} from {_name}", cancellation);

    /// <inheritdoc/>
    public IEnumerable<RowChange> Describe(RowChanges changed) =>
        changed.Inserted(rows, catalog.LabelOf(_table), $"from {_name} s", Filled.Select(c => c.Name));

    private Column[] Filled =>
        [.. _table.Columns.Where(c => c == _key || EmptyValue.OfRow(catalog, _table, c) is not null)];
}
