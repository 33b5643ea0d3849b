namespace DataOps.Core.Changes;

/// <summary>Rows that stay and get other values.</summary>
/// <param name="session">The session, in the transaction of the changes.</param>
/// <param name="catalog">The models.</param>
/// <param name="rows">The plan of the table.</param>
/// <param name="name">The temporary table's name.</param>
/// <param name="columns">The columns that change.</param>
/// <param name="select">A query of the table's key and these columns, by their names; rows that have the values already
/// may be among them.</param>
/// <param name="cancellation">Cancels the query that runs.</param>
internal sealed class UpdatedRows(
    Session session, ReferenceCatalog catalog, TablePlan rows, SqlText name, IReadOnlyList<string> columns,
    SqlText select, CancellationToken cancellation)
    : RowWrite(session, catalog, rows, name, cancellation)
{
    /// <summary>How many change; after <see cref="Plan"/>.</summary>
    public long Count { get; private set; }

    /// <inheritdoc/>
    public override void Plan()
    {
        // With the target's own types and collations: values of two cannot be compared.
        SqlText all = SqlText.Identifiers(Rows.Identity.Columns.Select(c => c.Name).Concat(columns));
        TemporaryTable.CreateEmpty(Session, Name, $"select {all} from {Rows.Table} t", Cancellation);
        Execute($"insert into {Name} ({all}) select {all} from ({select}) x");
        Count = Rows.PlanUpdate($"""
            from {Rows.Table} t join {Name} s on {Rows.Identity.Same("t", "s")}
            where row({columns.Select(new Alias("t").Column)}) is distinct
                from row({columns.Select(new Alias("s").Column)})
            """);
        // What stays as it is would be parked for nothing.
        Execute($"delete from {Name} s where not exists (select 1 from {Rows.Name} c where c._action = 'U' and " +
            $"{Rows.Identity.Same("c", "s")})");
        Execute($"analyze {Name}");
    }

    /// <inheritdoc/>
    public override void Apply()
    {
        new UniqueParking(Session, Cancellation).Park(Rows.Table, Name, columns, Rows.Identity.Same("t", "s"));
        Write($"update {Rows.Table} t set {Set(columns)} from {Name} s where {Rows.Identity.Same("t", "s")}");
    }

    /// <inheritdoc/>
    public override IEnumerable<RowChange> Describe(RowChanges changed) => changed.Updated(Rows, Label, Name, columns);
}
