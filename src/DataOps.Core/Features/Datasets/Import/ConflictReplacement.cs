namespace DataOps.Core.Features.Datasets.Import;

/// <summary>Takes rows out of the way of the file's rows, and makes what referred to them refer to those.</summary>
/// <remarks>
/// The other halves of such a row go with it, and so do generic references to it, as its revisions and tags are its
/// own; history stays.
/// </remarks>
internal sealed class ConflictReplacement(
    Session session, ReferenceCatalog catalog, KeyedRows rows, ChangeSet changes, CancellationToken cancellation)
{
    private readonly ReferenceWalk _walk = new(catalog);
    private readonly List<Repointing> _repoints = [];

    /// <summary>Rows that go.</summary>
    public long Deleted { get; private set; }

    /// <summary>Rows that refer to the file's rows from now on.</summary>
    public long Repointed { get; private set; }

    /// <summary>Plans it.</summary>
    /// <param name="session">The session, in the load's transaction.</param>
    /// <param name="catalog">Who refers to whom.</param>
    /// <param name="conflicts">The rows of the file, and which rows give way to them.</param>
    /// <param name="changes">Takes the plan.</param>
    /// <param name="cancellation">Cancels the query that runs.</param>
    public static ConflictReplacement Plan(
        Session session, ReferenceCatalog catalog, SettledConflicts conflicts, ChangeSet changes,
        CancellationToken cancellation)
    {
        ConflictReplacement replacement = new(session, catalog, conflicts.Rows, changes, cancellation);
        replacement.Plan(conflicts.Replaced);
        return replacement;
    }

    /// <summary>Repoints what referred to them; the file's rows are there by now.</summary>
    public void Repoint() => _repoints.ForEach(r => session.RunAsApplication(r.Update, cancellation));

    /// <summary>What refers to the file's rows from now on.</summary>
    public IEnumerable<RowChange> Describe(RowChanges changed) =>
        _repoints.SelectMany(r => changed.Updated(r.Rows, catalog.LabelOf(r.Rows.Table), r.NewValues, [r.Column]));

    private void Plan(IEnumerable<Table> tables)
    {
        foreach (Table table in tables)
        {
            Plan(table, table);
            PlanObjectIds(table);
        }
        Deleted += new DeleteActions(catalog.Database).Plan(changes);
    }

    private void Plan(Table table, Table replaced)
    {
        SqlText gone = UniqueConflicts.Replaced(replaced);
        Delete(table, $"from {table} t join {gone} x on x.old = t.{table.SingleKey!}");
        foreach (TargetReference reference in _walk.Referring(table))
        {
            if (reference.IsParentLink)
                Plan(reference.Table, replaced);
            else if (reference.Severity != Severity.Expected)
                PlanReferring(reference, gone);
        }
    }

    // A row that the file writes refers to what the file says.
    private void PlanReferring(Reference reference, SqlText gone)
    {
        Table table = reference.Table;
        Column column = reference.Column;
        TablePlan changed = changes.Of(table);
        SqlText planned = changed.Name;
        SqlText staged = rows.StagedOf(table) is { } file && file.Columns.Any(c => c.Column == column)
            ? KeyedRows.NotIn(file)
            : SqlText.Empty;
        SqlText from = $"from {table} t join {gone} x on x.old = t.{column}";
        // A row whose own key is the reference, as a one-to-one extension of it, cannot be told any more when that
        // changes.
        if (changed.Identity.Columns.Contains(column))
        {
            Delete(table, $"{from} where true{staged}");
            return;
        }
        SqlText clashes = SqlText.Join(" or ", table.UniqueKeys.Append(table.PrimaryKey)
            .Where(u => u.Contains(column.Name)).Select(u => Clash(table, u, column.Name)));
        if (!clashes.IsEmpty)
            Delete(table, $"{from} where ({clashes}){staged}");
        SqlText keeps = clashes.IsEmpty ? clashes : (SqlText)$" and not ({clashes})";
        SqlText isOld = ColumnEquality.IsValue(column, "t", reference.TargetColumns[0], $"x.old");
        Repointed += changed.PlanUpdate($"{from} where true{staged}{keeps}");
        _repoints.Add(new Repointing(
            changed,
            column.Name,
            $"""
            update {table} t set {column} = x.new from {gone} x, {planned} c
            where {isOld} and c._action operator(pg_catalog.=) 'U' and {changed.Identity.Same("c", "t")}
            """,
            $"""
            (select {changed.Identity.Of("t")}, x.new as {column} from {planned} t join {gone} x on x.old = t.{column})
            """));
    }

    // With the new key the row would be a second one with the same unique values, in the database or in the file.
    private SqlText Clash(Table table, IReadOnlyList<string> unique, string repointed)
    {
        SqlText Value(string column) => column == repointed
            ? (SqlText)$"x.new"
            : (SqlText)$"t.{SqlText.Identifier(column)}";
        SqlText Same(Alias row) =>
            SqlText.Join(" and ", unique.Select(u => (SqlText)$"{row}.{SqlText.Identifier(u)} = {Value(u)}"));
        SqlText inFile = rows.StagedOf(table) is { } file
            && unique.All(u => file.Keys.Concat(file.Columns).Any(c => c.Column.Name == u))
            ? (SqlText)$" or exists (select 1 from {file.Name} o where {Same("o")})"
            : SqlText.Empty;
        return $"exists (select 1 from {table} o where {Same("o")}){inFile}";
    }

    private void PlanObjectIds(Table table)
    {
        foreach ((GenericReference reference, Func<Alias, SqlText> isOfType) in _walk.ObjectIds(table))
        {
            SqlText staged = rows.StagedOf(reference.Table) is { } file ? KeyedRows.NotIn(file) : SqlText.Empty;
            SqlText isIt = ColumnEquality.Of(table.SingleKey!, "x", reference.Column, "t");
            Delete(reference.Table, $"""
                from (select old as {table.SingleKey!} from {UniqueConflicts.Replaced(table)}) x
                join {reference.Table} t on {isIt} where {isOfType("t")}{staged}
                """);
        }
    }

    private void Delete(Table table, SqlText from) => Deleted += changes.Of(table).PlanDelete(from);

    private sealed record Repointing(TablePlan Rows, string Column, SqlText Update, SqlText NewValues);
}
