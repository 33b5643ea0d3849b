using Npgsql;

namespace DataOps.Core.Features.Undo;

/// <summary>Puts the rows of an undo file back, inside the transaction in which they were planned and locked.</summary>
/// <remarks>
/// Rows go, change and come in this order, so that unique values are free again. A foreign key that cannot wait for the
/// end may need it the other way round; that is tried when the first way fails, and then all that comes at once, for
/// rows that need each other.
/// </remarks>
/// <param name="session">The session, in the transaction.</param>
/// <param name="tables">The rows.</param>
/// <param name="orphans">Which rows referred to nothing before.</param>
/// <param name="cancellation">Cancels the query that runs.</param>
internal sealed class UndoApply(
    Session session, IReadOnlyList<UndoTableStaging> tables, RestoredOrphans orphans, CancellationToken cancellation)
{
    private readonly IReadOnlyList<UndoTableStaging> _ordered = Sort(tables);
    private readonly Dictionary<UndoTableStaging, Column[]> _changing = [];

    /// <summary>Applies all of it and makes sure that the rows are what they were.</summary>
    /// <exception cref="DataOpsException">A constraint or a trigger is in the way; what was applied is to be rolled
    /// back.</exception>
    public void Run()
    {
        foreach (UndoTableStaging table in tables)
            _changing[table] = ChangingColumns(table);
        if (Try(() => DeleteFirst(InsertInOrder)) is not { } failure)
            return;
        if (!CanDependOnOrder(failure)
            || (Try(InsertFirst) is not null && Try(() => DeleteFirst(InsertAtOnce)) is not null))
            throw failure;
    }

    private void DeleteFirst(Action insert)
    {
        foreach (UndoTableStaging table in _ordered)
            Release(table);
        foreach (UndoTableStaging table in _ordered.Reverse())
            Delete(table);
        foreach (UndoTableStaging table in _ordered)
            Update(table, [.. _changing[table].Except(Late(table))]);
        insert();
        foreach (UndoTableStaging table in _ordered)
            Update(table, Late(table));
    }

    private void InsertFirst()
    {
        InsertInOrder();
        foreach (UndoTableStaging table in _ordered)
            Update(table, _changing[table]);
        foreach (UndoTableStaging table in _ordered.Reverse())
            Delete(table);
    }

    private DataOpsException? Try(Action apply)
    {
        Execute($"savepoint dataops_undo");
        try
        {
            apply();
            WriteRows($"set constraints all immediate");
            RowImages.Pin(session, cancellation);
            new UndoState(session, cancellation).RequireDone(tables);
        }
        catch (DataOpsException e) when (e.Kind is not FailureKind.Connection and not FailureKind.Timeout)
        {
            Execute($"rollback to savepoint dataops_undo");
            return e;
        }
        Execute($"release savepoint dataops_undo");
        return null;
    }

    private static bool CanDependOnOrder(DataOpsException e) =>
        e.Id == ErrorIds.NotRestored
            || e.InnerException is PostgresException { SqlState: PostgresErrorCodes.ForeignKeyViolation or "23001" };

    // Lets go of rows that will be deleted, where the constraint cannot wait or would act.
    private void Release(UndoTableStaging table)
    {
        if (Late(table) is { Length: > 0 } late)
            WriteRows($"""
                update {table.Table} as t set {late.Select(c => (SqlText)$"{c} = null")} from {table.Name} s
                where {Was('U')} and {table.Same("t", "s")}
                """);
    }

    private void Delete(UndoTableStaging table)
    {
        SqlText which = table.Identity.IsWholeRow
            ? (SqlText)$"{table.Planned} c where c._action operator(pg_catalog.=) 'D' and {table.IsPlanned("c", "t")}"
            : (SqlText)$"{table.Name} s where {Was('I')} and {table.Same("t", "s")}";
        SqlText delete = $"delete from {table.Table} as t using {which}";
        if (orphans.CanLose(table.Table))
            RestoredOrphans.Unchecked(session, () => WriteRows(delete), cancellation);
        else
            WriteRows(delete);
    }

    private void Update(UndoTableStaging table, Column[] columns)
    {
        if (columns.Length == 0)
            return;
        SqlText condition = $"{Was('U')} and {table.Same("t", "s")}";
        new UniqueParking(session, cancellation).Park(
            table.Table, table.Name, [.. columns.Select(c => c.Name)], condition);
        IEnumerable<SqlText> set = columns.Select(c => (SqlText)$"{c} = s.{c}");
        Write(table, $"update {table.Table} as t set {set} from {table.Name} s where {condition}");
    }

    private void InsertInOrder()
    {
        foreach (UndoTableStaging table in _ordered)
            Write(table, Insert(table));
    }

    // In one statement, a key that cannot wait is checked when all rows are there.
    private void InsertAtOnce()
    {
        UndoTableStaging[] whole = [.. _ordered.Where(t => orphans.Condition(t.Table).IsEmpty)];
        if (whole.Length > 0)
            WriteRows($"with {whole.Select((t, i) => (SqlText)$"i{SqlText.Literal(i)} as ({Insert(t)})")} select");
        foreach (UndoTableStaging table in _ordered.Except(whole))
            Write(table, Insert(table));
    }

    private static SqlText Insert(UndoTableStaging table) => $"""
        insert into {table.Table} ({table.Writable}) overriding system value
        select {table.Writable.Select(c => c.In("s"))} from {table.Name} s where {Was('D')}
        """;

    // Rows that referred to nothing apart from the others, which the server checks.
    private void Write(UndoTableStaging table, SqlText statement)
    {
        SqlText broken = orphans.Condition(table.Table);
        if (broken.IsEmpty)
        {
            WriteRows(statement);
            return;
        }
        string[] places = [.. session.Query<string>(
            $"select s.ctid::text from {table.Name} s where {broken}", cancellation)];
        SqlText isBroken = $"s.ctid operator(pg_catalog.=) any ({places}::pg_catalog.tid[])";
        WriteRows($"{statement} and not ({isBroken})");
        RestoredOrphans.Unchecked(session, () => WriteRows($"{statement} and {isBroken}"), cancellation);
    }

    private static SqlText Was(char action) =>
        $"s._action operator(pg_catalog.=) {SqlText.Literal(action.ToString())}";

    private void WriteRows(SqlText sql) => session.RunAsApplication(sql, cancellation);

    // Columns of foreign keys that are checked at once, or act, and that can be empty meanwhile.
    private Column[] Late(UndoTableStaging table) =>
    [
        .. table.Table.ForeignKeys.Where(k => k.IsEnforced && (!k.IsDeferrable || k.OnDelete != "NO ACTION"))
            .SelectMany(k => k.Columns).Select(c => table.Table.Find(c)!).Intersect(_changing[table])
            .Where(c => !c.NotNull),
    ];

    // Only these are set: a trigger may wait for the others, and an index need not be looked at.
    private Column[] ChangingColumns(UndoTableStaging table)
    {
        if (table.Identity.IsWholeRow)
            return [];
        Column[] columns =
            [.. table.Writable.Where(c => c.Source != ColumnSource.IdentityAlways).Except(table.Identity.Columns)];
        if (columns.Length == 0)
            return [];
        IEnumerable<SqlText> differ = columns.Select(
            c => (SqlText)$"coalesce(bool_or(c.{c}::text is distinct from s.{c}::text), false)");
        bool[] differs = session.Read(
            $"""
            select array[{differ}] from {table.Name} s join {table.Planned} c on {table.Same("c", "s")}
            where s._action = 'U'
            """,
            r => r.GetFieldValue<bool[]>(0), cancellation).Single();
        return [.. columns.Where((_, i) => differs[i])];
    }

    private void Execute(SqlText sql) => session.Run(sql, cancellation);

    // Referenced tables first; in a circle any order is as good.
    private static List<UndoTableStaging> Sort(IReadOnlyList<UndoTableStaging> tables)
    {
        Dictionary<uint, UndoTableStaging> byTable = tables.ToDictionary(t => t.Table.Oid);
        List<UndoTableStaging> sorted = [];
        HashSet<uint> seen = [];
        void Visit(UndoTableStaging table)
        {
            if (!seen.Add(table.Table.Oid))
                return;
            // A constraint that can wait asks for no order, unless nothing else does.
            foreach (ForeignKey key in table.Table.ForeignKeys.OrderBy(k => k.IsDeferrable))
                if (byTable.TryGetValue(key.Target, out UndoTableStaging? target))
                    Visit(target);
            sorted.Add(table);
        }
        foreach (UndoTableStaging table in tables.OrderBy(t => t.Table.Schema, StringComparer.Ordinal).ThenBy(
            t => t.Table.Name, StringComparer.Ordinal))
            Visit(table);
        return sorted;
    }
}
