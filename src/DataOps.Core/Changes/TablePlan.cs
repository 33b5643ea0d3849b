namespace DataOps.Core.Changes;

/// <summary>
/// The rows of one table that an operation changes, as they were when it planned to; kept in a temporary table until
/// the transaction ends.
/// </summary>
/// <remarks>
/// The temporary table has <c>_action</c> ('I', 'U', 'D'), <c>_xmin</c>, and the target's columns under their names,
/// domains as what they are made of. A row is in it once, as it was first; of an inserted row there are the key's
/// columns only. Everything is planned before <see cref="ChangeSet.Lock"/>, except for inserted rows whose key the
/// database makes (<see cref="AddInserted"/>).
/// </remarks>
internal sealed class TablePlan
{
    private readonly Session _session;
    private readonly CancellationToken _cancellation;
    private readonly bool _isTakenBack;
    private bool _updates;

    internal TablePlan(
        Session session, Table table, int number, bool isTakenBack, bool outlives, CancellationToken cancellation)
    {
        (_session, Table, _isTakenBack, _cancellation) = (session, table, isTakenBack, cancellation);
        Name = TemporaryTable.Named($"dataops_change_{number}");
        BeforeName = TemporaryTable.Named($"dataops_before_{number}");
        Identity = RowKey.Of(table);
        SqlText columns = $"null::text as _action, null::text as _xmin, {PlainColumns(table, "t")}";
        TemporaryTable.CreateEmpty(session, Name, $"select {columns} from {table} t", cancellation, outlives);
        session.Run($"create unique index on {Name} ({(Identity.IsWholeRow ? (SqlText)$"_xmin" : Identity.Sql)})",
            cancellation);
    }

    /// <summary>The table that changes.</summary>
    public Table Table { get; }

    /// <summary>The temporary table.</summary>
    public SqlText Name { get; }

    /// <summary>The columns that identify a row.</summary>
    public RowKey Identity { get; }

    /// <summary>Rows planned so far.</summary>
    public long Planned { get; private set; }

    /// <summary>Rows that come, of which the database makes the keys: they are planned when they are there.</summary>
    public long Expected { get; private set; }

    /// <summary>Of those, the ones that are there.</summary>
    public long Made { get; private set; }

    /// <summary>
    /// What an insert gives to the column of a key that the database makes, and nothing where the database is to make
    /// it: a rollback does not take back what was drawn from a sequence, so rows that will be taken back get other
    /// keys.
    /// </summary>
    /// <remarks>Both end with a comma, to stand before the other columns.</remarks>
    public (SqlText Column, SqlText Value) OwnKey => _isTakenBack && Table.SingleKey is { Sequence: not null } key
        ? ((SqlText)$"{key}, ",
            (SqlText)$"""
            (select coalesce(pg_catalog.max({key}), 0) from {Table})
              operator(pg_catalog.+) pg_catalog.row_number() over (), 
            """)
        : (SqlText.Empty, SqlText.Empty);

    /// <summary>A copy of the whole table, made by the lock where there is no key to know rows by.</summary>
    internal SqlText BeforeName { get; }

    /// <summary>Whether rows are to be deleted.</summary>
    internal bool Deletes { get; private set; }

    /// <summary>The rows that are planned for an action: I, U or D.</summary>
    public long Count(char action) => _session.Query<long>(
        $"select count(*) from {Name} where _action = {SqlText.Value($"{action}")}", _cancellation)[0];

    /// <summary>Plans to update rows; those planned already stay as they are.</summary>
    /// <param name="from">From "from" on: the target is called t, as <c>from public.blog_post t join staging s on s.id
    /// = t.id where …</c>.</param>
    /// <returns>How many rows are new in the plan.</returns>
    public long PlanUpdate(SqlText from)
    {
        long rows = Capture('U', from);
        _updates |= rows > 0;
        return rows;
    }

    /// <summary>Plans to delete rows; one that was to be updated is now to be deleted.</summary>
    /// <param name="from">As for <see cref="PlanUpdate"/>.</param>
    /// <returns>How many rows are new in the plan.</returns>
    public long PlanDelete(SqlText from)
    {
        long rows = Capture('D', from);
        if (_updates)
        {
            SqlText key = Identity.IsWholeRow ? (SqlText)$"{VersionOf("t")} as _xmin" : Identity.Of("t");
            SqlText update =
                $"update {Name} c set _action = 'D' from (select {key} {from}) x where {SamePlanned("c", "x")} and " +
                    $"c._action = 'U'";
            Deletes |= _session.Run(update, _cancellation) > 0;
        }
        Deletes |= rows > 0;
        return rows;
    }

    /// <summary>Plans to insert rows.</summary>
    /// <param name="select">A query of the columns of <see cref="Identity"/>, in its order.</param>
    /// <returns>How many rows are new in the plan.</returns>
    public long PlanInsert(SqlText select)
    {
        // Without a key the rows are found by what the table holds more than before.
        long rows = Identity.IsWholeRow
            ? _session.Query<long>($"select count(*) from ({select}) x", _cancellation)[0]
            : _session.Run(
                $"""
                insert into {Name} (_action, {Identity.Sql})
                select 'I', x.* from ({select}) x on conflict do nothing
                """,
                _cancellation);
        Planned += rows;
        return rows;
    }

    /// <summary>
    /// Plans to insert rows of which the database makes the keys, and which <see cref="AddInserted"/> names.
    /// </summary>
    public void Expect(long rows) => Expected += rows;

    /// <summary>Adds rows that were inserted after the lock, because the database made their keys.</summary>
    /// <param name="select">As for <see cref="PlanInsert"/>.</param>
    public void AddInserted(SqlText select) => Made += PlanInsert(select);

    /// <summary>
    /// The condition that a row of the table is one of the plan's, as long as nothing has changed it.
    /// </summary>
    internal SqlText Same(Alias planned, Alias row) =>
        Identity.IsWholeRow
            ? (SqlText)$"{planned}._xmin operator(pg_catalog.=) {VersionOf(row)}"
            : Identity.Same(planned, row);

    /// <summary>The condition that rows of two relations made from the plan are one.</summary>
    internal SqlText SamePlanned(Alias one, Alias other) =>
        Identity.IsWholeRow
            ? (SqlText)$"{one}._xmin operator(pg_catalog.=) {other}._xmin"
            : Identity.Same(one, other);

    /// <summary>By what a row of the plan is known again, as columns.</summary>
    internal SqlText PlannedKey(Alias planned) =>
        Identity.IsWholeRow ? (SqlText)$"{planned}._xmin" : Identity.Of(planned);

    /// <summary>The statement that deletes what is planned to be deleted.</summary>
    internal SqlText DeletePlanned =>
        $"delete from {Table} t using {Name} c where c._action operator(pg_catalog.=) 'D' and {Same("c", "t")}";

    /// <summary>What tells one version of a row from the next.</summary>
    internal SqlText VersionOf(Alias alias) => Identity.IsWholeRow
        ? (SqlText)$"pg_catalog.concat_ws(' ', {alias}.tableoid, {alias}.ctid, {alias}.xmin)"
        : (SqlText)$"{alias}.xmin::text";

    /// <summary>The whole row as text; the same for two rows that hold the same, whatever their types.</summary>
    internal SqlText RowText(Alias alias) => $"row({Table.Columns.Select(c => c.In(alias))})::text";

    /// <summary>
    /// The columns of a relation, those of a domain as what it is made of, so that a value can be left out.
    /// </summary>
    internal static SqlText PlainColumns(Table table, Alias alias) => SqlText.Join(", ", table.Columns.Select(c =>
        c.Type.Kind == PgTypeKind.Domain ? (SqlText)$"{c.In(alias)}::{c.Type.Underlying} as {c}" : c.In(alias)));

    private long Capture(char action, SqlText from)
    {
        SqlText what = SqlText.Literal(action.ToString());
        SqlText row = $"select {what}, {VersionOf("t")}, {Table.Columns.Select(c => c.In("t"))}";
        long rows = _session.Run(
            $"insert into {Name} (_action, _xmin, {Table.Columns}) {row} {from} on conflict do nothing", _cancellation);
        Planned += rows;
        return rows;
    }
}
