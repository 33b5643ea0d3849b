namespace DataOps.Core.Features.Trees;

/// <summary>Rows of one table as they should be, in a temporary table whose columns are named as the target's; those
/// that differ are updated in one statement.</summary>
/// <param name="session">The session, in the transaction of the changes.</param>
/// <param name="model">The table's model.</param>
/// <param name="rows">The plan of the table.</param>
/// <param name="name">The temporary table's name.</param>
/// <param name="columns">The columns that may change.</param>
/// <param name="cancellation">Cancels the query that runs.</param>
internal sealed class NodeRows(
    Session session, string? model, TablePlan rows, Alias name, IReadOnlyList<Column> columns,
    CancellationToken cancellation) : IRepair
{
    private readonly SqlText _plan = rows.Name;

    /// <summary>The temporary table, qualified.</summary>
    public SqlText Name => $"pg_temp.{name}";

    /// <summary>The plan of the table.</summary>
    public TablePlan Rows => rows;

    /// <summary>Fills it with the table's rows, without those that are planned to be deleted.</summary>
    /// <param name="also">More columns, as SQL over a row c.</param>
    /// <param name="inserted">A relation of rows that the same plan inserts; empty without.</param>
    /// <param name="only">The condition of the rows c that are needed; empty for all.</param>
    /// <exception cref="DataOpsException">The table has no key.</exception>
    public void Fill(SqlText also, SqlText? inserted = null, SqlText? only = null)
    {
        if (rows.Identity.IsWholeRow || rows.Identity.Columns.Intersect(columns).Any())
            throw new DataOpsException(
                ErrorIds.NoKey, FailureKind.InvalidOperation,
                $"Table {rows.Table} has no key that identifies its rows, so nothing was changed.",
                "Give it a primary key.", rows.Table.DisplayName);
        IEnumerable<SqlText> cells = columns.Select(c => IsText(c) ? (SqlText)$"{Cell("c", c)} as {c}" : c.In("c"));
        SqlText select = $"select {rows.Identity.Of("c")}, {cells}, {also} from";
        SqlText more = inserted is null ? SqlText.Empty : (SqlText)$" union all {select} {inserted} c";
        SqlText needed = only is null ? SqlText.Empty : (SqlText)$" and ({only})";
        SqlText isDeleted =
            $"exists (select 1 from {_plan} d where d._action = 'D' and {rows.Identity.Same("d", "c")})";
        SqlText all = $"{select} {rows.Table} c where not {isDeleted}{needed}{more}";
        TemporaryTable.Create(session, Name, all, cancellation);
    }

    /// <summary>Gives rows other texts in a column, by their keys.</summary>
    /// <param name="column">The column.</param>
    /// <param name="texts">The keys and their new texts.</param>
    /// <param name="also">What else is set in these rows; empty for nothing.</param>
    public void Set(Column column, IReadOnlyCollection<(string Key, string Text)> texts, SqlText? also = null)
    {
        string[] keys = [.. texts.Select(t => t.Key)];
        string[] values = [.. texts.Select(t => t.Text)];
        Run($"""
            update {Name} w set {column} = p.value{also ?? SqlText.Empty}
            from unnest({keys}, {values}) p (key, value) where p.key = w._key
            """);
    }

    /// <summary>The failure that a node has no place in the tree to which others could be attached.</summary>
    public DataOpsException UnknownNode(string to, string advice = "Name a row's key with -To.") => new(
        ErrorIds.UnknownNode, FailureKind.NotFound,
        $"{rows.Table} has no node \"{to}\" that is connected to the tree, so nothing was changed.", advice, to);

    /// <summary>Forgets the rows that are as they should be, unless the plan changes them otherwise.</summary>
    public void KeepChanged() => Run($"""
        delete from {Name} s using {rows.Table} t where {rows.Identity.Same("s", "t")} and not ({Differs})
        and not exists (select 1 from {_plan} d where {rows.Identity.Same("d", "s")})
        """);

    /// <inheritdoc/>
    public void Plan() =>
        rows.PlanUpdate($"from {rows.Table.Sql} t join {Name} s on {rows.Identity.Same("s", "t")} where {Differs}");

    /// <inheritdoc/>
    public void Apply()
    {
        SqlText condition = rows.Identity.Same("t", "s");
        if (columns.Any(c => IsText(c) && c.Collation is not null and not "C"))
            TakeCollations();
        new UniqueParking(session, cancellation).Park(rows.Table, Name, [.. columns.Select(c => c.Name)], condition);
        Run($"delete from {Name} s using {rows.Table} t where {condition} and not ({Differs})");
        IEnumerable<SqlText> set = columns.Select(c => (SqlText)$"{c} = {c.In("s")}::{c.TypeSql}");
        session.RunAsApplication(
            $"update {rows.Table} t set {set} from {Name} s where {condition}", cancellation);
    }

    /// <inheritdoc/>
    public IEnumerable<RowChange> Describe(RowChanges changed) =>
        changed.Updated(rows, model, Name, columns.Select(c => c.Name));

    /// <summary>Runs a statement.</summary>
    public void Run(SqlText sql) => session.Run(sql, cancellation);

    // Texts of two collations, neither of them the database's, cannot be compared: here they have had their bytes'
    // order.
    private void TakeCollations()
    {
        SqlText all = $"{rows.Identity.Columns.Concat(columns)}";
        Run($"alter table {Name} rename to {name}_bytes");
        Run($"create temp table {Name} on commit drop as select {all} from {rows.Table} t with no data");
        Run($"insert into {Name} ({all}) select {all} from {Name}_bytes");
    }

    private SqlText Differs =>
        SqlText.Join(" or ", columns.Select(c => (SqlText)$"{Cell("t", c)} is distinct from {Cell("s", c)}"));

    // Texts are compared by their bytes: two columns may have two collations.
    private static SqlText Cell(Alias alias, Column column) =>
        IsText(column) ? (SqlText)$"""{column.In(alias)}::text collate "C" """ : column.In(alias);

    private static bool IsText(Column column) =>
        column.Type.Underlying.Name is "varchar" or "text" or "bpchar" or "ltree";
}
