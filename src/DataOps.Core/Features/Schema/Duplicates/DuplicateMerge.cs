using DataOps.Core.Django.Trees;

namespace DataOps.Core.Features.Schema.Duplicates;

/// <summary>
/// The merging of doubled rows in one transaction: of each group one row is kept, what refers to the others refers to
/// it afterwards, and the others are deleted.
/// </summary>
/// <param name="session">The session, in the transaction of the changes.</param>
/// <param name="catalog">Who refers to whom.</param>
/// <param name="change">Where the rows are planned.</param>
/// <param name="selected">What the rows share.</param>
/// <param name="values">The values of the groups that were asked for; null for all.</param>
/// <param name="keep">Which row is kept.</param>
/// <param name="context">Hears how far it is.</param>
internal sealed class DuplicateMerge(
    Session session, ReferenceCatalog catalog, ChangeRun change, SelectedKey selected, IReadOnlyList<string?>? values,
    KeptRow keep, OperationContext context) : IRepair
{
    private static readonly SqlText s_doubled = TemporaryTable.Named("dataops_doubled");
    private static readonly SqlText s_twins = TemporaryTable.Named("dataops_twins");
    private static readonly SqlText s_twinTexts = TemporaryTable.Named("dataops_twin_texts");

    private static readonly DeletionWords s_words = new(
        "would be deleted, so nothing was changed.", "Delete them first", "change their references by hand");

    private readonly DuplicateKey _key = selected.Key;
    private readonly CancellationToken _cancellation = context.Cancellation;
    private readonly List<(Reference Reference, MovedColumn Moved)> _columns = [];
    private readonly List<ReferenceMoves> _moves = [];

    /// <summary>Groups of rows.</summary>
    public long Groups { get; private set; }

    /// <summary>Rows that get another target.</summary>
    public long Repointed { get; private set; }

    /// <summary>Rows of lists that go, as another row says the same.</summary>
    public long Doubled { get; private set; }

    private Table Table => _key.Table;

    // A row may have other halves: all have its key.
    private IReadOnlyList<Table> Family => field ??= FindFamily();

    private Table[] FindFamily()
    {
        Table top = Table;
        while (catalog.ParentLink(top) is { Target: { } parent } link && link.Column == top.SingleKey)
            top = parent;
        return [.. catalog.WithHeirs(top)];
    }

    /// <inheritdoc/>
    /// <exception cref="DataOpsException">Rows cannot be merged: which, and why; or nobody named pages or
    /// users.</exception>
    public void Plan()
    {
        if (Table.SingleKey is not { } key)
            throw new DataOpsException(
                ErrorIds.NoKey, FailureKind.InvalidOperation,
                $"{Table} has no primary key of one column, by which one of several rows could be kept.",
                "Delete the others by hand, or give the table a key.", Table.DisplayName);
        FindGroups(key);
        if (Groups == 0)
            return;
        RequireNamed();
        change.Changes.Of(Table).PlanDelete($"from {Table} t join {s_twins} m on m.old = {key.In("t")}");
        foreach (IGrouping<Table, (Reference Reference, MovedColumn Moved)> table in _columns
            .GroupBy(c => c.Reference.Table).OrderBy(g => Family.Contains(g.Key)))
            Move(table.Key, [.. table.Select(c => c.Moved)]);
        RequireNoneOfItself();
        RequireNoOtherColumns();
        Dictionary<TablePlan, long> before = Deleted();
        change.Follow(OnDependent.Fail, s_words, Except);
        RequireNoneBesides(before);
        change.Confirm(RequireAsPlanned);
    }

    /// <inheritdoc/>
    public void Apply() => _moves.ForEach(m => m.Apply());

    /// <inheritdoc/>
    public IEnumerable<RowChange> Describe(RowChanges changed) =>
        _moves.SelectMany(m => m.Describe(changed, catalog.LabelOf(m.Table)));

    /// <summary>Whether rows of a reference get another target.</summary>
    public bool Moves(Reference reference) => _columns.Any(c => c.Reference == reference);

    /// <summary>The groups, with what is kept: the first.</summary>
    public IEnumerable<DuplicatePlan> Groupings() => Groups == 0 ? [] : session.Read(
        $"""
        select d.value, d.kept::text, (select {RowLabel.Of(catalog, Table, "t")} from {Table} t
          where {Table.SingleKey!.In("t")} = d.kept), d.others, d.refs::bigint
        from (select min(value) as value, kept,
                string_agg(key::text, ', ' order by key) filter (where key <> kept) as others,
                coalesce(sum(refs) filter (where key <> kept), 0) as refs
              from {s_doubled} group by kept order by kept limit {RowList.Most}) d
        order by d.kept
        """,
        r => new DuplicatePlan(
            session.Server, session.Database, Table.DisplayName, catalog.LabelOf(Table), _key.Names,
            r.IsDBNull(0) ? null : r.GetString(0), r.GetString(1), r.IsDBNull(2) ? null : r.GetString(2),
            r.GetString(3), r.GetInt64(4)), _cancellation);

    private void FindGroups(Column key)
    {
        context.Report($"Comparing rows of {Table} by {_key.Names}", 0, Table.EstimatedRows);
        _key.ReadPastIndexes(session, _cancellation);
        TemporaryTable.Create(session, s_doubled, $"""
            select x.key, x.value, x.key as kept, 0::bigint as refs, dense_rank() over (order by {Numbers("x")}) as n
            from (select {key.In("t")} as key, {_key.Text} as value, {Named},
                    count(*) over (partition by {_key.Values}) as rows,
                    bool_or({IsAsked}) over (partition by {_key.Values}) as asked {_key.From}) x
            where x.rows > 1 and x.asked
            """, _cancellation);
        DuplicateKey.ReadAsUsual(session, _cancellation);
        session.Run($"create unique index on {s_doubled} (key)", _cancellation);
        Groups = session.Query<long>($"select count(distinct n) from {s_doubled}", _cancellation)[0];
        if (Groups == 0)
            return;
        RequireAsked();
        FindReferences(key);
        foreach ((Reference reference, MovedColumn moved) in _columns)
            session.Run($"""
                update {s_doubled} d set refs = d.refs + r.rows
                from (select m.old, count(*) as rows from {reference.Table} t join {AllKeys(moved)} m
                      on {moved.IsOld("t")} group by 1) r
                where d.key::text = r.old::text
                """, _cancellation);
        SqlText order = keep switch
        {
            KeptRow.Oldest => $"key",
            KeptRow.Newest => $"key desc",
            _ => (SqlText)$"refs desc, key",
        };
        session.Run($"""
            update {s_doubled} d set kept = k.kept
            from (select key, first_value(key) over (partition by n order by {order}) as kept from {s_doubled}) k
            where k.key = d.key
            """, _cancellation);
        TemporaryTable.Create(session, s_twins,
            $"select key as old, kept as new from {s_doubled} where key <> kept", _cancellation);
        session.Run($"create unique index on {s_twins} (old)", _cancellation);
        TemporaryTable.Create(session, s_twinTexts,
            $"select old::text as old, new::text as new from {s_twins}", _cancellation);
        session.Run($"create unique index on {s_twinTexts} (old)", _cancellation);
    }

    // A group is asked for by the text of any of its rows: texts that differ may be equal in their type.
    private SqlText IsAsked => values is null
        ? $"true"
        : SqlText.Join(" or ", values.Select(v => v is null
            ? (SqlText)$"{_key.Text} is null"
            : $"{_key.Text} = {SqlText.Value(v)}"));

    private void RequireAsked()
    {
        if (values is not null && Groups > values.Distinct().Count())
            throw new DataOpsException(
                ErrorIds.UselessInput, FailureKind.InvalidArgument,
                $"Several groups of {Table} have the same {_key.Names} as one text, so nothing was changed.",
                "Merge all groups of the table, without the pipeline; or delete rows by their keys.",
                Table.DisplayName);
    }

    private SqlText Numbers(Alias row) =>
        SqlText.Join(", ", _key.Keys.Select((_, i) => row.Column($"k{i}")));

    private SqlText Named => SqlText.Join(", ", _key.Values.Select((v, i) => (SqlText)$"{v} as k{SqlText.Literal(i)}"));

    private static SqlText AllKeys(MovedColumn moved) => moved.Map == s_twinTexts
        ? (SqlText)$"(select key::text as old from {s_doubled})"
        : $"(select key as old from {s_doubled})";

    // Columns that refer to the row's key, by whatever half; history stays, and what only looks like a reference.
    private void FindReferences(Column key)
    {
        IReadOnlyList<Table> family = Family;
        ReferenceWalk walk = new(catalog);
        foreach (Table half in family)
            foreach (TargetReference reference in catalog.To(half).OfType<TargetReference>().Where(
                r => r.Severity != Severity.Expected
                    && r is { Columns.Count: 1, IsDeclared: true } and not TreeReference
                    && r.TargetColumns[0] == half.SingleKey && !(r.IsParentLink && family.Contains(r.Table))))
                _columns.Add((reference, new(reference.Column, s_twins)));
        // An object id of another type cannot hold the key.
        foreach ((GenericReference reference, Func<Alias, SqlText> isOfType) in walk.AllObjectIds(family[0])
            .Where(r => IsText(r.Reference.Column) || ColumnEquality.IsSameFamily(r.Reference.Column, key)))
            _columns.Add((reference, new(reference.Column, MapFor(reference.Column, key), isOfType)));
    }

    private static SqlText MapFor(Column column, Column key) =>
        IsText(column) && column.Type.Underlying != key.Type.Underlying ? s_twinTexts : s_twins;

    private static bool IsText(Column column) => column.Type.Underlying.Name is "text" or "varchar" or "bpchar";

    private void Move(Table table, IReadOnlyList<MovedColumn> moved)
    {
        ReferenceMoves moves = new(
            session, change.Changes.Of(table), [.. moved.GroupBy(m => (m.Column, m.Map)).Select(OfAny)], _cancellation,
            deletesFirst: !Family.Contains(table));
        _moves.Add(moves);
        IReadOnlyList<string>? list = ListOf(table);
        bool isDerived = catalog.ModelOf(table) is { } model && DjangoTables.Derived.Contains(model.Label);
        moves.Plan(list is null ? [] : [list]);
        Repointed += Count($"from {table} t where {moves.IsMoved("t")} and not ({IsOther(table, "t")})");
        if (moves.Twins is not { } twins)
            return;
        SqlText doubled = $"{twins} and not ({IsOther(table, "t")})";
        if (list is null && !isDerived)
            RequireNone(table, doubled);
        Doubled += Count(doubled);
    }

    // Several content types may say of one object id what it is of.
    private static MovedColumn OfAny(IGrouping<(Column Column, SqlText Map), MovedColumn> moved) =>
        new(moved.Key.Column, moved.Key.Map, moved.Any(m => m.Only is null)
            ? null
            : row => $"({SqlText.Join(" or ", moved.Select(m => m.Only!(row)))})");

    // A list says which rows belong together, and no more, and says each pair once: its key, and columns that refer and
    // that something declares unique. Of rows that may come twice, as votes, none is another's double.
    private IReadOnlyList<string>? ListOf(Table table)
    {
        if (catalog.Owners.TryGetValue(table.Oid, out (Model, ManyToManyList List) owner))
            return [owner.List.OwnerColumn.Name, owner.List.TargetColumn.Name];
        Column[] others = [.. table.Columns.Where(c => c != table.SingleKey)];
        HashSet<string> names = [.. others.Select(c => c.Name)];
        bool refersOnly = table.SingleKey is not null && others.All(
            c => catalog.From(table).Any(r => r.Columns.Contains(c) || r.ContentTypeColumn == c));
        bool isSet = table.UniqueKeys
            .Concat(UniqueKeys.Of(catalog).Where(k => k.Key.Table == table).Select(k => k.Key.Columns))
            .Any(names.SetEquals);
        return refersOnly && isSet ? [.. names] : null;
    }

    private SqlText IsOther(Table table, Alias row) => Family.Contains(table)
        ? $"exists (select 1 from {s_twins} o where o.old = {table.SingleKey!.In(row)})"
        : (SqlText)$"false";

    private SqlText NameOf(Table table, Alias row) => RowLabel.Named(catalog, table, row, KeyText.Of(table, row));

    private void RequireNone(Table table, SqlText from)
    {
        RowList rows = new();
        rows.AddAll(session, $"""
            select 'would have the same unique values as another row', {NameOf(table, "t")}, count(*) over () {from}
            order by 2 limit {RowList.Most}
            """, catalog.LabelOf(table) ?? table.DisplayName, _cancellation);
        rows.ThrowIfAny(
            ErrorIds.NotUnique, FailureKind.AlreadyExists,
            "{0} a reference to a row that would be merged, and cannot be repointed, so nothing was changed.",
            "They are no mere list, and only a person can say which of them is right: merge or delete them first.");
    }

    private void RequireNoneOfItself()
    {
        foreach ((Reference reference, MovedColumn moved) in _columns.Where(c => Family.Contains(c.Reference.Table)))
        {
            Column own = reference.Table.SingleKey!;
            RowList rows = new();
            rows.AddAll(session, $"""
                select 'would refer to itself', {NameOf(reference.Table, "t")}, count(*) over ()
                from {reference.Table} t join {moved.Map} m on {moved.IsOld("t")} and m.new::text = {own.In("t")}::text
                order by 2 limit {RowList.Most}
                """, catalog.LabelOf(reference.Table) ?? reference.Table.DisplayName, _cancellation);
            rows.ThrowIfAny(
                ErrorIds.NotRepairable, FailureKind.InvalidOperation,
                "{0} a reference to another row of the group, so nothing was changed.",
                $"Change {reference.ColumnText} first, or keep another row.");
        }
    }

    // Of a foreign key by several columns, or by another one than the key, the new value is not the kept row's key.
    private void RequireNoOtherColumns()
    {
        RowList rows = new();
        foreach (Table half in Family)
            foreach (TargetReference reference in catalog.To(half).OfType<TargetReference>().Where(
                r => r.IsDeclared && !Moves(r) && !Family.Contains(r.Table)))
                rows.AddAll(session, $"""
                    select {SqlText.Value($"refers by {reference.Name}, which is not by the key alone")},
                      {NameOf(reference.Table, "t")}, count(*) over ()
                    from {reference.Table} t join {half} d on {reference.IsTarget("t", "d")}
                    join {s_twins} o on o.old = {half.SingleKey!.In("d")} order by 2 limit {RowList.Most}
                    """, catalog.LabelOf(reference.Table) ?? reference.Table.DisplayName, _cancellation);
        rows.ThrowIfAny(
            ErrorIds.ProtectedRows, FailureKind.InvalidOperation,
            "{0} a reference to rows that would be deleted, so nothing was changed.",
            "Change their references first, or keep the rows that they refer to.");
    }

    // Whoever says yes to all that is doubled cannot know that users or pages are among it.
    private void RequireNamed()
    {
        bool isPeople = Family.Any(t => catalog.IsPage(t) || KnownNaturalKeys.IsOfUsers(t));
        if (isPeople && !selected.IsNamed)
            throw new DataOpsException(
                ErrorIds.ReferenceNotNamed, FailureKind.InvalidOperation,
                $"{Counted.Of(Groups, "group")} of doubled rows of "
                    + $"{catalog.LabelOf(Table) ?? Table.Name} would be merged, and nobody named them, so nothing was "
                    + "changed.",
                $"Look at them with Find-Duplicate, and name them: "
                    + $"{FindDuplicate.Arguments(catalog, _key, selected.Constraint)}.",
                Table.DisplayName);
    }

    private SqlText Except(Table table, Column? column) => column is not null
        && _moves.FirstOrDefault(m => m.Table == table) is { } moves ? moves.Except(column) : SqlText.Empty;

    private Dictionary<TablePlan, long> Deleted() =>
        change.Changes.Tables.Where(t => t.Deletes).ToDictionary(t => t, t => t.Count('D'));

    // Nothing depends on the others any more but their own halves; what does all the same is not ours to delete.
    private void RequireNoneBesides(Dictionary<TablePlan, long> before)
    {
        RowList rows = new();
        foreach (TablePlan plan in change.Changes.Tables.Where(t => t.Deletes).ToArray())
        {
            bool isHalf = Family.Contains(plan.Table);
            string name = catalog.LabelOf(plan.Table) ?? plan.Table.DisplayName;
            if (isHalf)
            {
                Column key = plan.Table.SingleKey!;
                rows.AddAll(session, $"""
                    select 'depends on a row that would be deleted', {KeyText.Of(plan.Table, "t")}, count(*) over ()
                    from {plan.Name} t where t._action = 'D'
                      and not exists (select 1 from {s_twins} o where o.old = {key.In("t")})
                    order by 2 limit {RowList.Most}
                    """, name, _cancellation);
                if (plan.Table != Table)
                    rows.AddAll(session, $"""
                        select 'has a half that the kept row has not', {KeyText.Of(plan.Table, "t")}, count(*) over ()
                        from {plan.Name} t join {s_twins} o on o.old = {key.In("t")} where t._action = 'D'
                          and not exists (select 1 from {plan.Table} n where {key.In("n")} = o.new)
                        order by 2 limit {RowList.Most}
                        """, name, _cancellation);
            }
            else if (plan.Count('D') is var now && now > before.GetValueOrDefault(plan))
                rows.Add(name, Counted.Of(now - before.GetValueOrDefault(plan), "row"), "would be deleted with them");
        }
        rows.ThrowIfAny(
            ErrorIds.ProtectedRows, FailureKind.InvalidOperation,
            "{0} a place that would be deleted with the doubled rows, so nothing was changed.",
            "Move or delete them first, or keep another row of the group.");
    }

    // The rows are locked; those that are kept, and what refers to the others, are not.
    private void RequireAsPlanned()
    {
        Column key = Table.SingleKey!;
        long twins = Count($"from {s_twins} m");
        session.Run($"""
            select 1 from {Table} t where {key.In("t")} in (select m.new from {s_twins} m) order by {key.In("t")}
            for share
            """, _cancellation);
        SqlText still = TemporaryTable.Named("dataops_still");
        _key.ReadPastIndexes(session, _cancellation);
        // Equal as the plan had it: by the order of the type, whatever the names of its operators.
        TemporaryTable.Create(session, still, $"""
            select x.key, dense_rank() over (order by {Numbers("x")}) as n
            from (select {key.In("t")} as key, {Named} {_key.From}
                    and {key.In("t")} in (select d.key from {s_doubled} d)) x
            """, _cancellation);
        DuplicateKey.ReadAsUsual(session, _cancellation);
        bool isSame = Count($"""
            from {s_twins} m join {still} a on a.key = m.old join {still} b on b.key = m.new where a.n = b.n
            """) == twins;
        bool isWhole = _moves.All(m => change.Changes.Of(m.Table) is var plan && Count($"""
            from {m.Table} t where {m.IsMoved("t")}
              and not exists (select 1 from {plan.Name} c where c._action <> 'I' and {plan.Same("c", "t")})
            """) == 0);
        if (!isSame || !isWhole)
            throw new DataOpsException(
                ErrorIds.ChangedMeanwhile, FailureKind.Busy,
                $"Another session has changed doubled rows of {Table}, or what refers to them. Nothing was changed.",
                "Run it again: it plans with the current rows.", Table.DisplayName);
    }

    private long Count(SqlText from) => session.Query<long>($"select count(*) {from}", _cancellation)[0];
}
