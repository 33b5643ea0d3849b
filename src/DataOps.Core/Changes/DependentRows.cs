namespace DataOps.Core.Changes;

/// <summary>
/// Rows that depend on rows to be deleted: they go too, or are cleared, or keep those from being deleted.
/// </summary>
/// <param name="session">The session, in the transaction of the changes.</param>
/// <param name="catalog">Who refers to whom.</param>
/// <param name="changes">Where the rows to be deleted are planned, and what depends on them is added.</param>
/// <param name="choice">What becomes of rows that nothing is known of.</param>
/// <param name="words">How a refusal is put.</param>
/// <param name="except">
/// Of a table's rows t, and the column by which they depend, those that do not: a condition that begins with " and";
/// none when absent.
/// </param>
/// <param name="context">Cancels the query that runs, and hears which rule decided about which reference.</param>
internal sealed class DependentRows(
    Session session,
    ReferenceCatalog catalog,
    ChangeSet changes,
    OnDependent choice,
    DeletionWords words,
    Func<Table, Column?, SqlText>? except,
    OperationContext context)
{
    private readonly ReferenceWalk _walk = new(catalog);
    private readonly List<Clearing> _clearings = [];
    private readonly HashSet<(TargetReference Reference, OnDelete Action)> _keeping = [];
    private readonly HashSet<Reference> _told = [];

    /// <summary>Rows that stay and change.</summary>
    public long Changed { get; private set; }

    /// <summary>
    /// Plans what depends on the rows that are planned to be deleted, and on that, until there is no more.
    /// </summary>
    /// <exception cref="DataOpsException">Rows that stay need rows that go: all of them.</exception>
    public void Plan()
    {
        (long Planned, long Deleted) before;
        do
        {
            before = Count();
            foreach (TablePlan gone in changes.Tables.Where(t => t.Deletes).ToArray())
                Follow(gone);
            new DeleteActions(catalog.Database).Plan(changes);
        }
        while (Count() != before);
        RequireNoneKeeps();
        foreach (TablePlan gone in changes.Tables.Where(t => t.Deletes).ToArray())
            CountChildren(gone);
        Changed = changes.Tables.Sum(t => t.Count('U'));
    }

    /// <summary>
    /// What changes the rows that stay, each once: a second update in a transaction has all foreign keys of the row
    /// checked, broken ones too.
    /// </summary>
    /// <param name="others">Other new values, which are written with these where they are of the same table.</param>
    public Action Writing(IReadOnlyList<NewValues> others)
    {
        Action[] updates = [.. _clearings.GroupBy(c => c.Rows).Select(table => Update(
            table.Key, [.. table.GroupBy(c => c.Column)], others.FirstOrDefault(o => o.Rows == table.Key)))];
        return () => Array.ForEach(updates, u => u());
    }

    private Action Update(TablePlan rows, IGrouping<Column, Clearing>[] columns, NewValues? others)
    {
        SqlText key = rows.Identity.IsWholeRow ? (SqlText)$"_xmin" : rows.Identity.Columns[0].Sql;
        SqlText Values(IEnumerable<Clearing> column) =>
            SqlText.Join(" union all ", column.Select(c => (SqlText)$"select * from {c.NewValues} v"));
        List<(IReadOnlyList<Column> Columns, SqlText Values, Alias Alias)> sets =
            [.. columns.Select((c, i) => ((IReadOnlyList<Column>)[c.Key], Values(c), new Alias($"s{i}")))];
        if (others is not null)
            sets.Add(([.. others.Columns.Select(c => rows.Table.Find(c)!)], $"select * from {others.Take()} v", "o"));
        IEnumerable<SqlText> joins =
            sets.Select(s => (SqlText)$"left join ({s.Values}) {s.Alias} on {rows.SamePlanned(s.Alias, "c")}");
        Column[] changed = [.. sets.SelectMany(s => s.Columns).Distinct()];
        // Where both change a column, its target goes: it is cleared.
        IEnumerable<SqlText> values = changed.Select((column, i) =>
        {
            var own = sets.Where(s => s.Columns.Contains(column)).ToArray();
            IEnumerable<SqlText> cases =
                own.Select(s => (SqlText)$"when {s.Alias}.{key} is not null then {column.In(s.Alias)}");
            IEnumerable<SqlText> given = own.Select(s => (SqlText)$"{s.Alias}.{key} is not null");
            return (SqlText)$"""
                case {SqlText.Join(" ", cases)} end as {column}, {SqlText.Join(" or ", given)} as {Given(i)}
                """;
        });
        SqlText newRows = $"""
            (select {rows.PlannedKey("c")}, {values} from {rows.Name} c {SqlText.Join(" ", joins)}
             where coalesce({sets.Select(s => (SqlText)$"{s.Alias}.{key}")}) is not null)
            """;
        IEnumerable<SqlText> assignments = changed.Select(
            (c, i) => (SqlText)$"{c} = case when s.{Given(i)} then s.{c} else t.{c} end");
        return () => WrittenRows.Update(session, rows, assignments, newRows, context.Cancellation);
    }

    private static Alias Given(int column) => $"_given{column}";

    /// <summary>What changes in the rows that stay.</summary>
    public IEnumerable<RowChange> Describe(RowChanges changed) =>
        _clearings.SelectMany(
            c => changed.Updated(c.Rows, catalog.LabelOf(c.Rows.Table), c.NewValues, [c.Column.Name]));

    private void Follow(TablePlan gone)
    {
        foreach ((TargetReference reference, OnDelete action) in _walk.OnDelete(gone.Table))
            if (reference is TreeReference)
                FollowTree(gone, reference.Column);
            else
                Follow(gone, reference, Chosen(reference, action));
        if (catalog.ParentLink(gone.Table) is { Target: { } parent } link)
            changes.Of(parent).PlanDelete($"""
                from {parent} t
                join {gone.Name} d on d._action = 'D' and d.{link.Column} = t.{link.TargetColumns[0]}
                where true{Except(parent, null)}
                """);
        FollowObjectIds(gone);
    }

    // What is not known is told by the choice.
    private OnDelete Chosen(Reference reference, OnDelete action) => (action, choice) switch
    {
        (OnDelete.MostLikelySetNull, OnDependent.CascadeAll) when !catalog.IsPageOrHalf(reference.Table) =>
            OnDelete.Cascade,
        (OnDelete.MostLikelySetNull, _) => OnDelete.SetNull,
        (OnDelete.Unknown, OnDependent.Cascade or OnDependent.CascadeAll) => OnDelete.Cascade,
        (OnDelete.Unknown, OnDependent.SetNull) when reference is { IsNullable: true, Columns.Count: 1 } =>
            OnDelete.SetNull,
        _ => action,
    };

    private void Follow(TablePlan gone, TargetReference reference, OnDelete action)
    {
        if (action is OnDelete.Protect or OnDelete.Unknown)
        {
            _keeping.Add((reference, action));
            return;
        }
        TablePlan table = changes.Of(reference.Table);
        SqlText from = $"{Referring(gone, reference)}{Except(reference.Table, reference.Column)}";
        long rows = action == OnDelete.Cascade ? table.PlanDelete(from) : table.PlanUpdate(from);
        if (rows > 0 && _told.Add(reference))
            context.Verbose?.Invoke($"{reference}: rows that reference deleted rows follow on_delete, {action}.");
        if (action != OnDelete.Cascade && _clearings.All(c => c.Reference != reference))
            _clearings.Add(new Clearing(reference, table, reference.Column, $"""
                (select {table.PlannedKey("t")}, {NewValue(reference, action)} as {reference.Column}
                 from {table.Name} t join {gone.Name} d on d._action = 'D' and {reference.IsTarget("t", "d")}
                 where t._action = 'U'{Except(reference.Table, reference.Column)})
                """));
    }

    private SqlText NewValue(Reference reference, OnDelete action) => action == OnDelete.SetNull
        ? (SqlText)$"null::{reference.Column.TypeSql}"
        : (SqlText)$"{catalog.ModelOf(reference.Table)!.ContentType}";

    // Pages below a page that goes go with it; a range of paths is found in the index.
    private void FollowTree(TablePlan gone, Column nodePath)
    {
        // Where paths have another collation than C, Django's index for patterns serves these operators.
        bool isBytewise = nodePath.Collation is "C" or "POSIX";
        SqlText above = isBytewise ? (SqlText)$">" : (SqlText)$"~>~";
        SqlText below = isBytewise ? (SqlText)$"<" : (SqlText)$"~<~";
        changes.Of(gone.Table).PlanDelete($"""
            from {gone.Name} d
            join {gone.Table} t on t.{nodePath}::text operator(pg_catalog.{above}) d.{nodePath}
              and t.{nodePath}::text operator(pg_catalog.{below}) (d.{nodePath} || chr(127))
            where d._action = 'D'{Except(gone.Table, nodePath)}
            """);
    }

    // The number of its children is kept in a node.
    private void CountChildren(TablePlan gone)
    {
        if (catalog.To(gone.Table).OfType<TreeReference>().FirstOrDefault() is not { } tree)
            return;
        Column nodePath = tree.Column;
        // A node's path has as many steps as the node is deep.
        SqlText lost = $"""
            (select left(d.{nodePath}, -(length(d.{nodePath}) / d.depth)) as path, count(*)::int as children
             from {gone.Name} d where d._action = 'D' and d.depth > 1 and length(d.{nodePath}) % d.depth = 0 group by 1)
            """;
        Column children = gone.Table.Find("numchild")!;
        SqlText counted = Except(gone.Table, children);
        gone.PlanUpdate($"from {lost} l join {gone.Table} t on t.{nodePath} = l.path where true{counted}");
        _clearings.Add(new Clearing(tree, gone, children, $"""
            (select {gone.PlannedKey("t")}, t.numchild - l.children as numchild from {gone.Name} t
                join {lost} l on l.path = t.{nodePath} where t._action = 'U'{counted})
            """));
    }

    private void FollowObjectIds(TablePlan gone)
    {
        if (gone.Table.SingleKey is not { } key)
            return;
        foreach ((GenericReference reference, Func<Alias, SqlText> isOfType) in _walk.ObjectIds(gone.Table))
            changes.Of(reference.Table).PlanDelete($"""
                from {reference.Table} t join {gone.Name} d on d._action = 'D'
                    and {ColumnEquality.Of(key, "d", reference.Column, "t")}
                where {isOfType("t")}{Except(reference.Table, reference.Column)}
                """);
    }

    private void RequireNoneKeeps()
    {
        foreach (OnDelete action in new[] { OnDelete.Protect, OnDelete.Unknown })
        {
            RowList list = new();
            foreach (TargetReference reference in _keeping.Where(k => k.Action == action).Select(k => k.Reference))
                List(reference, list);
            string advice = action == OnDelete.Protect
                ? $"{words.Remedy}, or change their references first: on_delete protects the rows that they reference."
                : $"Their on_delete is unknown. {words.Remedy}, or {words.Force}, which deletes them.";
            string refusal = words.Refusal.Replace("{", "{{").Replace("}", "}}");
            list.ThrowIfAny(ErrorIds.ProtectedRows, FailureKind.InvalidOperation,
                $"{{0}} a reference to rows that {refusal}", advice);
        }
    }

    private void List(TargetReference reference, RowList list)
    {
        TablePlan gone = changes.Of(reference.Target);
        TablePlan own = changes.Of(reference.Table);
        SqlText stays = $"not exists (select 1 from {own.Name} o where o._action = 'D' and {own.Same("o", "t")})";
        SqlText from = $"{Referring(gone, reference)} and {stays}{Except(reference.Table, reference.Column)}";
        SqlText rows = $"""
            select t.{reference.Column}::text, {RowLabel.Named(catalog, reference.Table, "t", own.Identity.Text("t"))},
              count(*) over () {from}
            order by 2 limit {RowList.Most}
            """;
        list.AddAll(session, rows, NameOf(reference.Table), context.Cancellation,
            value => $"{reference.Column.Name} -> {NameOf(reference.Target!)} {value}");
    }

    private string NameOf(Table table) => catalog.LabelOf(table) ?? table.DisplayName;

    private static SqlText Referring(TablePlan gone, TargetReference reference) =>
        $"from {reference.Table} t join {gone.Name} d on d._action = 'D' and {reference.IsTarget("t", "d")} where true";

    private SqlText Except(Table table, Column? column) => except?.Invoke(table, column) ?? SqlText.Empty;

    private (long, long) Count() => (changes.Planned, changes.Tables.Sum(t => t.Count('D')));

    private sealed record Clearing(Reference Reference, TablePlan Rows, Column Column, SqlText NewValues);
}
