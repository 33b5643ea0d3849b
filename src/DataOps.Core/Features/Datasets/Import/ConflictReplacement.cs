using DataOps.Core.Changes;
using DataOps.Core.Django.Models;
using DataOps.Core.Django.References;
using DataOps.Core.Kernel;
using DataOps.Core.Postgres.Catalog;
using DataOps.Core.Postgres.Connections;
using DataOps.Core.Postgres.Sql;

namespace DataOps.Core.Features.Datasets.Import;

/// <summary>Takes rows out of the way of the file's rows, and makes what referred to them refer to those.</summary>
/// <remarks>The other halves of such a row go with it, and so do generic references to it, as its revisions and tags are its own; history stays.</remarks>
internal sealed class ConflictReplacement(Session session, ReferenceCatalog catalog, KeyedRows rows, ChangeSet changes, CancellationToken cancellation)
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
        Session session, ReferenceCatalog catalog, SettledConflicts conflicts, ChangeSet changes, CancellationToken cancellation)
    {
        ConflictReplacement replacement = new(session, catalog, conflicts.Rows, changes, cancellation);
        replacement.Plan(conflicts.Replaced);
        return replacement;
    }

    /// <summary>Repoints what referred to them; the file's rows are there by now.</summary>
    public void Repoint() => _repoints.ForEach(r => Execute(r.Update));

    /// <summary>What refers to the file's rows from now on.</summary>
    public IEnumerable<RowChange> Describe(RowChanges changed) =>
        _repoints.SelectMany(r => changed.Updated(r.Rows, catalog.LabelOf(r.Rows.Table), SqlText.Raw(r.NewValues), [r.Column]));

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
        string key = SqlText.Identifier(table.SingleKey!.Name);
        string gone = UniqueConflicts.Replaced(replaced);
        Delete(table, $"from {table.Sql} t join {gone} x on x.old = t.{key}");
        foreach (TargetReference reference in _walk.Referring(table))
        {
            if (reference.IsParentLink)
                Plan(reference.Table, replaced);
            else if (reference.Severity != Severity.Expected)
                PlanReferring(reference, gone);
        }
    }

    // A row that the file writes refers to what the file says.
    private void PlanReferring(Reference reference, string gone)
    {
        Table table = reference.Table;
        string column = SqlText.Identifier(reference.Column.Name);
        TablePlan changed = changes.Of(table);
        string staged = rows.StagedOf(table) is { } file && file.Columns.Any(c => c.Column == reference.Column) ? KeyedRows.NotIn(file) : "";
        string from = $"from {table.Sql} t join {gone} x on x.old = t.{column}";
        // A row whose own key is the reference, as a one-to-one extension of it, cannot be told any more when that changes.
        if (changed.Identity.Columns.Contains(reference.Column))
        {
            Delete(table, $"{from} where true{staged}");
            return;
        }
        string[] clashes =
        [
            .. table.UniqueKeys.Append(table.PrimaryKey).Where(u => u.Contains(reference.Column.Name)).Select(u => Clash(table, u, reference.Column.Name)),
        ];
        if (clashes.Length > 0)
            Delete(table, $"{from} where ({string.Join(" or ", clashes)}){staged}");
        string keeps = clashes.Length > 0 ? $" and not ({string.Join(" or ", clashes)})" : "";
        Repointed += changed.PlanUpdate(SqlText.Raw($"{from} where true{staged}{keeps}"));
        _repoints.Add(new Repointing(
            changed,
            reference.Column.Name,
            $"""
            update {table.Sql} t set {column} = x.new from {gone} x, {changed.Name} c
            where t.{column} = x.old and c._action = 'U' and {changed.Identity.Same("c", "t")}
            """,
            $"(select {changed.Identity.Of("t")}, x.new as {column} from {changed.Name} t join {gone} x on x.old = t.{column})"));
    }

    // With the new key the row would be a second one with the same unique values, in the database or in the file.
    private string Clash(Table table, IReadOnlyList<string> unique, string repointed)
    {
        string Value(string column) => column == repointed ? "x.new" : "t." + SqlText.Identifier(column);
        string Same(string row) => string.Join(" and ", unique.Select(u => $"{row}.{SqlText.Identifier(u)} = {Value(u)}"));
        string inFile = rows.StagedOf(table) is { } file && unique.All(u => file.Keys.Concat(file.Columns).Any(c => c.Column.Name == u))
            ? $" or exists (select 1 from {file.Name} o where {Same("o")})"
            : "";
        return $"exists (select 1 from {table.Sql} o where {Same("o")}){inFile}";
    }

    private void PlanObjectIds(Table table)
    {
        foreach ((GenericReference reference, Func<Alias, SqlText> isOfType) in _walk.ObjectIds(table))
        {
            string staged = rows.StagedOf(reference.Table) is { } file ? KeyedRows.NotIn(file) : "";
            string isIt = ColumnEquality.Of(table.SingleKey!, "x", reference.Column, "t");
            Delete(reference.Table, $"""
                from (select old as {SqlText.Identifier(table.SingleKey!.Name)} from {UniqueConflicts.Replaced(table)}) x
                join {reference.Table.Sql} t on {isIt} where {isOfType("t")}{staged}
                """);
        }
    }

    private void Delete(Table table, string from) => Deleted += changes.Of(table).PlanDelete(SqlText.Raw(from));

    private void Execute(string sql) => session.Execute(sql, cancellation);

    private sealed record Repointing(TablePlan Rows, string Column, string Update, string NewValues);
}
