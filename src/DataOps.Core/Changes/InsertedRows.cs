using DataOps.Core.Changes;
using DataOps.Core.Django.References;
using DataOps.Core.Postgres.Connections;
using DataOps.Core.Postgres.Sql;

namespace DataOps.Core.Changes;

/// <summary>Rows that come.</summary>
/// <param name="session">The session, in the transaction of the changes.</param>
/// <param name="catalog">The models.</param>
/// <param name="rows">The plan of the table.</param>
/// <param name="name">The temporary table's name.</param>
/// <param name="columns">The columns that get a value; without the key, the database makes it.</param>
/// <param name="select">A query of these columns, in their order.</param>
/// <param name="cancellation">Cancels the query that runs.</param>
internal sealed class InsertedRows(
    Session session, ReferenceCatalog catalog, TablePlan rows, string name, IReadOnlyList<string> columns, string select, CancellationToken cancellation)
    : RowWrite(session, catalog, rows, name, cancellation)
{
    private readonly string _columns = SqlText.Identifiers(columns);

    // Whether the rows have their keys already.
    private bool HasKey => Rows.Identity.Columns.All(k => columns.Contains(k.Name));

    /// <summary>How many there are; after <see cref="Plan"/>.</summary>
    public long Count { get; private set; }

    /// <inheritdoc/>
    public override void Plan()
    {
        Execute($"create temp table {Name[8..]} on commit drop as select {_columns} from {Rows.Table.Sql} t with no data");
        Count = Execute($"insert into {Name} ({_columns}) {select}");
        if (HasKey)
            Rows.PlanInsert($"select {Rows.Identity.Of("s")} from {Name} s");
        else
            Rows.Expect(Count);
    }

    /// <inheritdoc/>
    public override void Apply()
    {
        (string ownColumn, string ownValue) = HasKey ? ("", "") : Rows.OwnKey;
        string overriding = HasKey || ownColumn.Length > 0 ? " overriding system value" : "";
        string insert = $"insert into {Rows.Table.Sql} ({ownColumn}{_columns}){overriding} select {ownValue}{_columns} from {Name}";
        if (HasKey)
        {
            Execute(insert);
            return;
        }
        string key = Rows.Identity.Columns[0].Name;
        IReadOnlyList<long> made = Session.List<long>($"{insert} returning {SqlText.Identifier(key)}::int8", null, Cancellation);
        Rows.AddInserted($"select k::{Rows.Identity.Columns[0].TypeText} from unnest('{"{" + string.Join(',', made) + "}"}'::int8[]) k");
    }

    /// <inheritdoc/>
    public override IEnumerable<RowChange> Describe(RowChanges changed) => HasKey
        ? changed.Inserted(Rows, Label, $"from {Name} s", columns)
        : changed.Added(Rows, Label, Name, columns);
}
