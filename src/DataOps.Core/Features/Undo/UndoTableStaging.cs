namespace DataOps.Core.Features.Undo;

/// <summary>
/// The rows of one table of an undo file, in a temporary table: <c>_action</c> as it was done, <c>_fingerprint</c>, and
/// what the row was.
/// </summary>
/// <param name="Number">Its number in the file.</param>
/// <param name="Name">The temporary table.</param>
/// <param name="Changes">What undoing it will change.</param>
internal sealed record UndoTableStaging(int Number, SqlText Name, TablePlan Changes)
{
    /// <summary>The table that changes.</summary>
    public Table Table => Changes.Table;

    /// <summary>By what its rows are known again.</summary>
    public RowKey Identity => Changes.Identity;

    /// <summary>The condition that two relations' rows are one.</summary>
    public SqlText Same(Alias left, Alias right) => Identity.Same(left, right);

    /// <summary>The columns that can be written when a row comes back.</summary>
    public IEnumerable<Column> Writable => Table.Columns.Where(c => c.IsWritable);

    /// <summary>The plan's temporary table.</summary>
    public SqlText Planned => Changes.Name;

    /// <summary>The condition that a row of the plan is a row of the table.</summary>
    public SqlText IsPlanned(Alias planned, Alias row) => Changes.Same(planned.Name, row.Name);

    /// <summary>The whole row of a relation as text.</summary>
    public SqlText RowText(Alias alias) => Changes.RowText(alias.Name);
}
