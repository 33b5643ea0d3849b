namespace DataOps.Core.Features.Pages;

/// <summary>Rows of one table that become rows of another.</summary>
/// <param name="From">The old table.</param>
/// <param name="FromColumn">Its column with the page's id.</param>
/// <param name="To">The new table.</param>
/// <param name="ToColumn">Its column with the page's id.</param>
/// <param name="FromName">The old list's name, or the old table's.</param>
/// <param name="ToName">The new list's name, or the new table's.</param>
/// <param name="IsList">Whether it is a many-to-many list.</param>
internal sealed record ChildMove(
    Table From, Column FromColumn, Table To, Column ToColumn, string FromName, string ToName, bool IsList);

/// <summary>
/// Rows that refer to the old type's own tables: they move to the new type's where there is a table for them.
/// </summary>
internal sealed class ChildRows(
    Session session, ReferenceCatalog catalog, ChangeRun change, FieldMap map, ConversionProblems problems, bool force,
    ReplacementPages? newPages, OperationContext context)
{
    private readonly List<ChildMove> _moved = [];
    private readonly List<(Table Table, Column Column, string Name)> _dropped = [];
    private readonly List<string> _oldLists = [];

    /// <summary>Lists and tables that move: new name, old name, new table.</summary>
    public IEnumerable<(string Name, string Source, Table Table)> Moved =>
        _moved.Select(m => (m.ToName, m.FromName, m.To));

    /// <summary>Lists and tables whose rows go.</summary>
    public IEnumerable<(string Name, Table Table)> Dropped => _dropped.Select(d => (d.Name, d.Table));

    /// <summary>Many-to-many lists of the old type, as revisions name them.</summary>
    public IEnumerable<string> OldLists => _oldLists;

    /// <summary>Many-to-many lists that move: old name, new name.</summary>
    public IEnumerable<(string, string)> Lists => _moved.Where(m => m.IsList).Select(m => (m.FromName, m.ToName));

    /// <summary>Finds what refers to the old tables, and where it can go; what can go nowhere is a problem.</summary>
    public void Find()
    {
        foreach (Table gone in map.Gone)
            foreach (Reference reference in catalog.To(gone).Where(
                r => r is { Columns.Count: 1, ContentTypeColumn: null }
                    && r.Class is not (ReferenceClass.Tree or ReferenceClass.Embedded)
                    && !(r.IsParentLink && map.Gone.Contains(r.Table))))
                Find(gone, reference);
    }

    /// <summary>Plans what moves and what goes; of pages that stay beside their successors nothing goes.</summary>
    public void Plan()
    {
        foreach (ChildMove move in _moved)
            Plan(move);
        if (Keeps)
            return;
        foreach ((Table table, Column column, _) in _dropped)
            change.Changes.Of(table).PlanDelete(PagesToConvert.RowsOf(table, column));
    }

    private bool Keeps => newPages?.Keeps == true;

    private void Find(Table gone, Reference reference)
    {
        SqlText rows = PagesToConvert.RowsOf(reference.Table, reference.Column);
        string where = $"{reference.Table} ({reference.Column.Name})";
        ManyToManyList? list = OwnedBy(gone, reference);
        if (list is not null)
            _oldLists.Add(list.Name);
        if (!reference.IsParentLink && (list is null ? RowMove(reference) : ListMove(list)) is { } move)
        {
            _moved.Add(move);
            return;
        }
        bool isChild = list is not null
            || (!reference.IsParentLink && reference.Column.NotNull && !IsList(reference));
        string name = list?.Name ?? reference.Table.DisplayName;
        if (force && isChild)
            _dropped.Add((reference.Table, reference.Column, name));
        else if (Keeps && !isChild && !reference.IsParentLink)
        {
            long rest = session.Query<long>($"select count(*) {rows}", context.Cancellation)[0];
            if (rest > 0)
                context.Warning?.Invoke(
                    $"{Counted.Of(rest, "row")} in {where} {(rest == 1 ? "refers" : "refer")} to {gone}, and "
                        + $"{(rest == 1 ? "is" : "are")} kept with the old pages.");
        }
        else
        {
            string remedy = isChild
                ? $"name the new place of {name} with -Map, or use -Force to drop them"
                : "delete them or point them elsewhere first";
            problems.Find(rows, $"rows in {where} that refer to {gone}: {remedy}");
        }
    }

    private bool IsList(Reference reference) => catalog.Owners.ContainsKey(reference.Table.Oid);

    private ManyToManyList? OwnedBy(Table gone, Reference reference) =>
        catalog.Owners.TryGetValue(reference.Table.Oid, out (Model Model, ManyToManyList List) owner)
            && owner.Model.Table == gone && owner.List.OwnerColumn == reference.Column
            ? owner.List
            : null;

    private ChildMove? ListMove(ManyToManyList list) => map.Come
        .SelectMany(t => catalog.ModelOf(t)?.ManyToMany ?? [])
        .Where(n => (map.OldNameOf(n.Name) ?? n.Name) == list.Name && TargetOf(n) == TargetOf(list))
        .Select(n => new ChildMove(
            list.Table, list.OwnerColumn, n.Table, n.OwnerColumn, list.Name, n.Name, IsList: true))
        .FirstOrDefault();

    private Table? TargetOf(ManyToManyList list) =>
        catalog.From(list.Table).FirstOrDefault(r => r.Columns.Count == 1 && r.Column == list.TargetColumn)?.Target;

    // A table for the same rows: it refers to a table of the new type, and has a column for every column.
    private ChildMove? RowMove(Reference old)
    {
        if (IsList(old))
            return null;
        ChildMove[] fitting =
        [
            .. from come in map.Come
               from reference in catalog.To(come)
               where reference is { Columns.Count: 1, IsParentLink: false, ContentTypeColumn: null }
                   && (reference.Table != old.Table || reference == old)
                   && !IsList(reference) && Common(old.Table, old.Column, reference.Table, reference.Column) is not null
               select new ChildMove(
                   old.Table, old.Column, reference.Table, reference.Column, old.Table.DisplayName,
                   reference.Table.DisplayName, IsList: false),
        ];
        ChildMove[] mapped = [.. fitting.Where(f => map.OldNameOf(f.ToName) == f.FromName)];
        // More than one would be a guess.
        return mapped.Length > 0
            ? mapped[0]
            : fitting.Length == 1 ? fitting[0] : fitting.FirstOrDefault(f => f.To == f.From);
    }

    /// <summary>
    /// The columns that move, as they are; null where one of them has no place, or the new table needs more.
    /// </summary>
    private static Column[]? Common(Table from, Column fromColumn, Table to, Column toColumn)
    {
        Column[] Others(Table table, Column column) =>
            [.. table.Columns.Where(c => c.IsWritable && c != column && c != table.SingleKey)];
        Column[] old = Others(from, fromColumn);
        bool fits = from.SingleKey is { } a && to.SingleKey is { } b && a.Type == b.Type
            && old.All(c => to.Find(c.Name) is { IsWritable: true } same && same.Type == c.Type
                && (c.Length is null || same.Length is null || same.Length >= c.Length))
            && Others(to, toColumn).All(c => !c.NotNull || c.Default is not null || old.Any(o => o.Name == c.Name));
        return fits ? old : null;
    }

    private void Plan(ChildMove move)
    {
        Column[] old = move.IsList
            ? [move.From.Columns.First(c => c != move.FromColumn && c != move.From.SingleKey)]
            : Common(move.From, move.FromColumn, move.To, move.ToColumn)!;
        string[] columns = move.IsList
            ? [move.To.Columns.First(c => c != move.ToColumn && c != move.To.SingleKey).Name]
            : [.. old.Select(c => c.Name)];
        SqlText from = PagesToConvert.RowsOf(move.From, move.FromColumn);
        SqlText key = move.From.SingleKey!.In("t");
        // Drafts name child rows by their keys; another row's key would be a mistake.
        bool keeps = session.Query<long>(
            $"select count(*) {from} where {key} in (select {move.To.SingleKey!.In("n")} from {move.To} n)",
            context.Cancellation)[0] == 0;
        if (!keeps && !move.IsList && newPages is null)
            context.Warning?.Invoke(
                $"Rows of {move.From} get new keys in {move.To}, as theirs are taken: save and publish earlier drafts "
                    + "again.");
        string[] into = [.. keeps ? [move.To.SingleKey.Name] : Array.Empty<string>(), move.ToColumn.Name, .. columns];
        SqlText[] values = [.. keeps ? [key] : Array.Empty<SqlText>(), $"d.new_id", .. old.Select(c => c.In("t"))];
        InsertedRows rows = change.Insert(move.To, into, (SqlText)$"select {values} {from}");
        newPages?.Following.Redirect(rows, move.To, columns);
        if (!Keeps)
            change.Changes.Of(move.From).PlanDelete(from);
        if (keeps && Sequence.Raise(move.To) is { } raise)
            change.Last(raise);
    }
}
