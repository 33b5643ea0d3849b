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
    Session session, ReferenceCatalog catalog, TablePlan rows, SqlText name, IReadOnlyList<string> columns,
    SqlText select, CancellationToken cancellation)
    : RowWrite(session, catalog, rows, name, cancellation)
{
    private readonly SqlText _columns = SqlText.Identifiers(columns);

    // Whether the rows have their keys already.
    private bool HasKey => Rows.Identity.Columns.All(k => columns.Contains(k.Name));

    /// <summary>How many there are; after <see cref="Plan"/>.</summary>
    public long Count { get; private set; }

    /// <inheritdoc/>
    public override void Plan()
    {
        TemporaryTable.CreateEmpty(Session, Name, $"select {_columns} from {Rows.Table} t", Cancellation);
        Count = Execute($"insert into {Name} ({_columns}) {select}");
        if (HasKey)
            Rows.PlanInsert($"select {Rows.Identity.Of("s")} from {Name} s");
        else
            Rows.Expect(Count);
    }

    /// <inheritdoc/>
    public override void Apply()
    {
        (SqlText ownColumn, SqlText ownValue) = HasKey ? (SqlText.Empty, SqlText.Empty) : Rows.OwnKey;
        SqlText overriding = HasKey || !ownColumn.IsEmpty ? (SqlText)$" overriding system value" : SqlText.Empty;
        SqlText insert =
            $"insert into {Rows.Table} ({ownColumn}{_columns}){overriding} select {ownValue}{_columns} from {Name}";
        if (HasKey)
        {
            Write(insert);
            return;
        }
        Column key = Rows.Identity.Columns[0];
        long[] made = [.. Session.AsApplication(
            () => Session.Query<long>($"{insert} returning {key}::bigint", Cancellation), Cancellation)];
        Rows.AddInserted($"select k::{key.TypeSql} from unnest({made}) k");
    }

    /// <inheritdoc/>
    public override IEnumerable<RowChange> Describe(RowChanges changed) => HasKey
        ? changed.Inserted(Rows, Label, $"from {Name} s", columns)
        : changed.Added(Rows, Label, Name, columns);
}
