using Npgsql;

namespace DataOps.Core.Changes;

/// <summary>One change of rows in one transaction: the only way in which an operation makes one.</summary>
/// <remarks>
/// The order is always: plan, lock, confirm that the plan still holds, note the foreign keys that rows break already,
/// apply with constraints deferred, check constraints and that every planned row was written, verify, and end as the
/// <see cref="ChangeWay"/> says: with an undo file and a commit, or, when it is only asked what would happen, by taking
/// everything back. Disposing without that takes everything back too.
/// </remarks>
internal sealed class ChangeRun : IDisposable
{
    private readonly Session _session;
    private readonly ReferenceCatalog _catalog;
    private readonly ChangeWay _way;
    private readonly OperationContext _context;
    private readonly NpgsqlTransaction? _transaction;
    private readonly List<IRepair> _first = [];
    private readonly List<IRepair> _last = [];
    private readonly List<Action> _confirmations = [];
    private readonly List<SqlText> _beforehand = [];
    private readonly List<Action> _verifications = [];
    private readonly List<Func<bool>> _endings = [];
    private DependentRows? _dependents;

    /// <summary>Begins a change.</summary>
    /// <param name="session">The session, in no transaction but that of the changes which this is a part of.</param>
    /// <param name="catalog">The models and who refers to whom.</param>
    /// <param name="operation">The operation, as <c>Move-Page</c>.</param>
    /// <param name="way">Whether it is to happen, and where its undo file goes.</param>
    /// <param name="context">Stops it, and hears how far it is.</param>
    /// <param name="ahead">Tables of which rows may change; what is kept of them is made before the transaction, which
    /// would lock more for it.</param>
    public ChangeRun(
        Session session, ReferenceCatalog catalog, string operation, ChangeWay way, OperationContext context,
        IEnumerable<Table>? ahead = null)
    {
        (_session, _catalog, _way, _context) = (session, catalog, way, context);
        Changes = new ChangeSet(session, operation, context.Cancellation) { IsTakenBack = way.IsWhatIf };
        Changes.Prepare(ahead ?? []);
        _transaction = way.Begin(session, context.Cancellation);
    }

    /// <summary>The rows that are planned.</summary>
    public ChangeSet Changes { get; }

    /// <summary>Whether everything is taken back in the end.</summary>
    public bool IsWhatIf => _way.IsWhatIf;

    /// <summary>Rows that change, by table; after <see cref="Count"/>.</summary>
    public IReadOnlyList<TableChangeSummary> Tables { get; private set; } = [];

    /// <summary>The pages among the rows to be deleted, as a result names them; null when there is none.</summary>
    public string? DeletedPages { get; private set; }

    /// <summary>How many rows are planned, those included of which the database makes the keys.</summary>
    public long Rows => Changes.Tables.Sum(t => t.Planned + Math.Max(t.Expected - t.Made, 0));

    /// <summary>
    /// Keeps others from writing to a table until the end; they can read it. A plan that is only told holds nobody up
    /// for so long.
    /// </summary>
    /// <exception cref="DataOpsException">Another writer does not come to its end.</exception>
    public void LockTable(Table table)
    {
        if (!IsWhatIf)
            Execute($"lock table {table} in share row exclusive mode");
    }

    /// <summary>Plans a part of the change; it is applied after those before it, and before rows are deleted.</summary>
    public T Plan<T>(T part)
        where T : IRepair
    {
        part.Plan();
        _first.Add(part);
        return part;
    }

    /// <summary>Plans a part that is applied when rows have been deleted.</summary>
    public void PlanLast(IRepair part)
    {
        part.Plan();
        _last.Add(part);
    }

    /// <summary>Plans rows that get other values, as <see cref="UpdatedRows"/> has it.</summary>
    public UpdatedRows Update(Table table, IReadOnlyList<string> columns, SqlText select) =>
        Plan(new UpdatedRows(_session, _catalog, Changes.Of(table), NextName, columns, select, _context.Cancellation));

    /// <summary>Plans rows to be inserted, as <see cref="InsertedRows"/> has it.</summary>
    public InsertedRows Insert(Table table, IReadOnlyList<string> columns, SqlText select) =>
        Plan(new InsertedRows(_session, _catalog, Changes.Of(table), NextName, columns, select, _context.Cancellation));

    /// <summary>
    /// Plans what becomes of the rows that depend on those that are deleted; after all of those are planned.
    /// </summary>
    /// <exception cref="DataOpsException">Rows that are kept need rows that are deleted: all of them.</exception>
    public void Follow(OnDependent choice, DeletionWords words, Func<Table, Column?, SqlText>? except = null)
    {
        if (!Deleted.Any())
            return;
        _dependents = new DependentRows(_session, _catalog, Changes, choice, words, except, _context);
        _dependents.Plan();
    }

    /// <summary>
    /// Adds a check of the rows under their lock, before any is written: it throws where the plan holds no more.
    /// </summary>
    public void Confirm(Action check) => _confirmations.Add(check);

    /// <summary>
    /// Adds a statement that writes the locked rows before any part of the plan, as one by which they make room for
    /// others.
    /// </summary>
    public void First(SqlText sql) => _beforehand.Add(sql);

    /// <summary>Adds a look at the rows when all are written and checked.</summary>
    public void Verify(Action look) => _verifications.Add(look);

    /// <summary>
    /// Adds what no rollback takes back, as the setting of a sequence: done just before the commit, and never where
    /// everything is taken back.
    /// </summary>
    /// <param name="end">Does it, and says whether that changed anything.</param>
    public void Last(Func<bool> end) => _endings.Add(end);

    /// <summary>Adds a statement that no rollback takes back.</summary>
    public void Last(SqlText sql) => Last(() => _session.Run(sql, _context.Cancellation) < 0);

    /// <summary>Counts what is planned, by table; after the last of the plan.</summary>
    public void Count()
    {
        Tables = TableChangeSummary.Of(_session, _catalog, Changes, _context.Cancellation);
        DeletedPages = PageList.Deleted(_session, _catalog, Deleted, _context.Cancellation);
    }

    /// <summary>What the options ask to hear of a plan that is counted: nothing, its tables, or its rows too.</summary>
    /// <param name="options">The options.</param>
    /// <param name="first">What is said before the tables.</param>
    public IEnumerable<IChangeResult> Report(ChangeOptions options, IEnumerable<IChangeResult> first) =>
        (options.WhatIf || options.Detailed ? first.Concat(TablesWithColumns()) : []).Concat(
            options.Detailed ? Describe() : []);

    /// <summary>The plan row by row: rows that are kept or inserted, and then those that are deleted.</summary>
    public IEnumerable<RowChange> Describe() =>
        DescribeKept().Concat(Deleted.SelectMany(t => RowChanges.Deleted(t, _catalog.LabelOf(t.Table))));

    /// <summary>The plan row by row, but for rows that are deleted.</summary>
    public IEnumerable<RowChange> DescribeKept() =>
        _first.Concat(_last).SelectMany(p => p.Describe(RowChanges)).Concat(_dependents?.Describe(RowChanges) ?? []);

    /// <summary>Carries the plan out, or tries whether it could be.</summary>
    /// <param name="apply">Writes the locked rows; the parts of the plan do when absent.</param>
    /// <param name="stale">What the application keeps besides the rows and does not know of; what follows from the
    /// tables when absent.</param>
    /// <exception cref="DataOpsException">More rows would be deleted than may be, others were there meanwhile,
    /// PostgreSQL refuses a row, or a trigger keeps one: nothing is changed.</exception>
    public ChangeResult Finish(Action? apply = null, Afterwards? stale = null)
    {
        RequireFewDeletions();
        // An undo tells its rows itself; what goes stale follows from its tables all the same.
        IReadOnlyList<TableChangeSummary> tables = Tables.Count > 0 || stale is not null || Rows == 0
            ? Tables
            : TableChangeSummary.Of(_session, _catalog, Changes, _context.Cancellation);
        bool goes = Rows > 0 || _endings.Count > 0;
        (bool changed, string? undo) = goes && _way.Applies ? Carry(apply ?? Apply) : (false, null);
        long rows = Rows;
        stale ??= rows == 0 ? Afterwards.None : TableChangeSummary.Stale(_catalog, tables);
        if (changed && rows > 0)
            stale.Warn(_context);
        return TableChangeSummary.Result(_session, Changes.Operation, Tables, stale, _context) with
        {
            Changed = changed, Count = IsWhatIf ? 0 : rows, WouldChange = rows, DeletedPages = DeletedPages,
            UndoPath = undo,
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Changes.Dispose();
        _transaction?.Dispose();
        Changes.DropPrepared();
    }

    // With what becomes of columns that refer to deleted rows.
    private IEnumerable<TableChangeSummary> TablesWithColumns()
    {
        Dictionary<string, string> columns = TableChangeSummary.ColumnsOf(_dependents?.Describe(RowChanges) ?? []);
        return Tables.Select(t => t with { Columns = columns.GetValueOrDefault(t.Table) });
    }

    private RowChanges RowChanges => new(_session, _catalog, _context.Cancellation);

    private IEnumerable<TablePlan> Deleted => Changes.Tables.Where(t => t.Deletes);

    private SqlText NextName => TemporaryTable.Named($"dataops_rows_{_first.Count + 1}");

    private void RequireFewDeletions()
    {
        if (_way.MaxDelete is not { } most)
            return;
        (string Name, long Rows)[] tables = [.. Deleted.Select(
            t => (_catalog.ModelOf(t.Table)?.Label ?? t.Table.DisplayName, t.Count('D')))];
        long rows = tables.Sum(t => t.Rows);
        if (rows > most)
            throw new DataOpsException(
                ErrorIds.TooManyDeletions, FailureKind.InvalidOperation,
                $"{(rows == 1 ? "1 row" : $"{rows} rows")} would be deleted, more than -MaxDelete {most} allows, so "
                    + $"nothing was changed: {string.Join(", ", tables.Where(t => t.Rows > 0).Select(
                        t => $"{t.Name} {t.Rows}"))}.",
                "Look at the plan with -WhatIf -Detailed; raise -MaxDelete when all of them are to go.");
    }

    private (bool Changed, string? UndoPath) Carry(Action apply)
    {
        long planned = Rows;
        _context.Report("Locking", 0, planned);
        Changes.Lock();
        _confirmations.ForEach(c => c());
        Changes.NoteOrphans(_catalog.Database);
        _context.Report("Changing", 0, planned);
        Execute($"set constraints all deferred");
        apply();
        _context.Report("Checking constraints", planned, planned);
        _session.RunAsApplication($"set constraints all immediate", _context.Cancellation);
        new UnwrittenRows(_session, _context.Cancellation).Refuse(Changes.Tables);
        _verifications.ForEach(v => v());
        return _way.End(
            Changes, _transaction, () => _endings.Aggregate(planned > 0, (changed, end) => end() || changed));
    }

    private void Apply()
    {
        _beforehand.ForEach(s => _session.RunAsApplication(s, _context.Cancellation));
        Action? dependents = _dependents?.Writing([.. _first.OfType<NewValues>()]);
        _first.ForEach(p => p.Apply());
        dependents?.Invoke();
        Changes.Delete();
        _last.ForEach(p => p.Apply());
    }

    private void Execute(SqlText sql) => _session.Run(sql, _context.Cancellation);
}
