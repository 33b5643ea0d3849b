using DataOps.Core.Changes;
using DataOps.Core.Django.Knowledge;
using DataOps.Core.Django.References;
using DataOps.Core.Django.Values;
using DataOps.Core.Postgres.Catalog;
using DataOps.Core.Postgres.Connections;
using DataOps.Core.Postgres.Sql;

namespace DataOps.Core.Features.Orphans;

/// <summary>Makes missing rows of one table anew: placeholders with the key that orphans refer to, and otherwise as empty as the table lets them be.</summary>
/// <param name="session">The session, in the transaction of the changes.</param>
/// <param name="catalog">The reference catalogue.</param>
/// <param name="rows">The plan of the table.</param>
/// <param name="orphans">The orphans of each reference to the table.</param>
/// <param name="number">Tells its temporary table from others.</param>
/// <param name="cancellation">Cancels the query that runs.</param>
internal sealed class PlaceholderParents(
    Session session, ReferenceCatalog catalog, TablePlan rows, IReadOnlyList<RepairStep> orphans, int number, CancellationToken cancellation) : IRepair
{
    private readonly Table _table = rows.Table;
    private readonly Column _key = orphans[0].Reference.TargetColumns[0];

    private string Name => $"pg_temp.dataops_parent_{number}";

    /// <inheritdoc/>
    public void Plan()
    {
        Column[] filled = Filled;
        string keys =
            string.Join(" union all ", orphans.Select(s => $"select t.{SqlText.Identifier(s.Reference.Column.Name)}::{_key.TypeText} as key {s.Orphans.From}"));
        string values =
            string.Join(", ",
                filled.Select(c => c == _key
                    ? $"k.key as {SqlText.Identifier(c.Name)}" : $"{EmptyValue.OfRow(catalog, _table, c)}::{c.TypeText} as {SqlText.Identifier(c.Name)}"));
        session.Execute($"create temp table dataops_parent_{number} on commit drop as select {values} from (select distinct x.key from ({keys}) x) k",
            cancellation);
        rows.PlanInsert($"select p.{SqlText.Identifier(_key.Name)} from {Name} p");
    }

    /// <inheritdoc/>
    public void Apply()
    {
        string columns = SqlText.Identifiers(Filled.Select(c => c.Name));
        session.Execute($"insert into {_table.Sql} ({columns}) overriding system value select {columns} from {Name}", cancellation);
    }

    /// <inheritdoc/>
    public IEnumerable<RowChange> Describe(RowChanges changed) => changed.Inserted(rows, catalog.LabelOf(_table), $"from {Name} s", Filled.Select(c => c.Name));

    private Column[] Filled => [.. _table.Columns.Where(c => c == _key || EmptyValue.OfRow(catalog, _table, c) is not null)];
}
