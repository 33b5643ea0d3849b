using DataOps.Core.Changes;
using DataOps.Core.Django.References;
using DataOps.Core.Kernel;
using DataOps.Core.Postgres.Catalog;
using DataOps.Core.Postgres.Connections;
using Npgsql;

namespace DataOps.Core.Features.Pages;

/// <summary>One change in one transaction: rows that come, change and go are planned, and the same plan is told or carried out.</summary>
internal sealed class PageChange : IDisposable
{
    private readonly Session _session;
    private readonly ReferenceCatalog _catalog;
    private readonly CancellationToken _cancellation;
    private readonly NpgsqlTransaction _transaction;
    private readonly List<RowWrite> _writes = [];
    private readonly List<string> _beforehand = [];
    private readonly List<string> _afterwards = [];
    private DependentRows? _dependents;

    /// <summary>Begins the transaction.</summary>
    /// <param name="session">The session, in no transaction.</param>
    /// <param name="catalog">The models.</param>
    /// <param name="operation">The operation, as <c>Move-Page</c>.</param>
    /// <param name="cancellation">Cancels the query that runs.</param>
    public PageChange(Session session, ReferenceCatalog catalog, string operation, CancellationToken cancellation)
    {
        (_session, _catalog, _cancellation) = (session, catalog, cancellation);
        _transaction = session.Connection.BeginTransaction(System.Data.IsolationLevel.ReadCommitted);
        Changes = new ChangeSet(session, operation, cancellation);
    }

    /// <summary>The rows that go are planned here.</summary>
    public ChangeSet Changes { get; }

    /// <summary>Rows that change, by table; after <see cref="Count"/>.</summary>
    public IReadOnlyList<TableChangeSummary> Tables { get; private set; } = [];

    /// <summary>How many they are.</summary>
    public long Rows => Tables.Sum(t => t.Rows);

    /// <summary>Keeps others from writing to a table until the end; they can read it.</summary>
    /// <exception cref="DataOpsException">Another writer does not come to its end.</exception>
    public void LockTable(Table table) => Execute($"lock table {table.Sql} in share row exclusive mode");

    /// <summary>Rows that get other values, as <see cref="UpdatedRows"/> has it.</summary>
    public UpdatedRows Update(Table table, IReadOnlyList<string> columns, string select) =>
        Add(new UpdatedRows(_session, _catalog, Changes.Of(table), NextName(), columns, select, _cancellation));

    /// <summary>Rows that come, as <see cref="InsertedRows"/> has it.</summary>
    public InsertedRows Insert(Table table, IReadOnlyList<string> columns, string select) =>
        Add(new InsertedRows(_session, _catalog, Changes.Of(table), NextName(), columns, select, _cancellation));

    /// <summary>A statement that runs on the locked rows before any is written, as one by which rows that go make room for rows that come.</summary>
    public void First(string sql) => _beforehand.Add(sql);

    /// <summary>Plans what becomes of the rows that depend on those that go; after all that go are planned.</summary>
    /// <exception cref="DataOpsException">Rows that stay need rows that go: all of them.</exception>
    public void Follow(OnDependent choice, DeletionWords words, Func<Table, Column?, string> except)
    {
        _dependents = new DependentRows(_session, _catalog, Changes, choice, words, except, _cancellation);
        _dependents.Plan();
    }

    /// <summary>A statement that runs when all rows are written, as one that sets a sequence.</summary>
    public void Then(string sql) => _afterwards.Add(sql);

    /// <summary>Counts what is planned, by table; after the last of the plan.</summary>
    public void Count() => Tables = TableChangeSummary.Of(_session, _catalog, Changes, _cancellation);

    /// <summary>The plan row by row.</summary>
    public IEnumerable<RowChange> Describe()
    {
        RowChanges changed = new(_session, _cancellation);
        return _writes.SelectMany(w => w.Describe(changed))
            .Concat(_dependents?.Describe(changed) ?? [])
            .Concat(Changes.Tables.Where(t => t.Deletes).SelectMany(t => changed.Deleted(t, _catalog.LabelOf(t.Table))));
    }

    /// <summary>Carries the plan out, and commits.</summary>
    /// <param name="undo">The undo file to write; null for none.</param>
    /// <returns>The undo file that was written.</returns>
    /// <exception cref="DataOpsException">Others were there meanwhile, or PostgreSQL refuses a row: nothing is changed.</exception>
    public string? Carry(string? undo)
    {
        Changes.Lock();
        Changes.Apply(_catalog.Database, () =>
        {
            foreach (string sql in _beforehand)
                Execute(sql);
            foreach (RowWrite write in _writes)
                write.Apply();
            _dependents?.Apply();
            Changes.Delete();
            foreach (string sql in _afterwards)
                Execute(sql);
        });
        string? written = undo is null ? null : Changes.WriteUndo(undo);
        Changes.Commit(_transaction);
        return written;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Changes.Dispose();
        _transaction.Dispose();
    }

    private T Add<T>(T write)
        where T : RowWrite
    {
        write.Plan();
        _writes.Add(write);
        return write;
    }

    private string NextName() => $"dataops_rows_{_writes.Count + 1}";

    private void Execute(string sql) => _session.Execute(sql, _cancellation);
}
