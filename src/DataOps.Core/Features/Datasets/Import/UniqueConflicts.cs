using DataOps.Core.Files;

namespace DataOps.Core.Features.Datasets.Import;

/// <summary>Rows that hold no unique value of another row, but one that gives way.</summary>
/// <param name="Rows">The file's rows that are left.</param>
/// <param name="Replaced">Tables of which rows give way; <see cref="UniqueConflicts.Replaced"/> has which, and to
/// what.</param>
internal sealed record SettledConflicts(KeyedRows Rows, IReadOnlyList<Table> Replaced);

/// <summary>
/// Rows of the target that hold a unique value of one of the file's rows, and are other rows: they are named, or give
/// way, or stay.
/// </summary>
internal sealed class UniqueConflicts(
    Session session,
    ReferenceCatalog catalog,
    KeyedRows rows,
    PlannedDeletion deletion,
    OnConflict choice,
    ImportProblems problems,
    OperationContext context)
{
    private readonly List<Table> _replaced = [];

    /// <summary>The temporary table of rows that give way: old, new.</summary>
    public static SqlText Replaced(Table table) => StagingTable.NameOf("replaced", table);

    /// <summary>Finds them.</summary>
    /// <exception cref="DataOpsException">
    /// Two rows of the file have the same value, or a row of the target is in the way and is to stay: all of them, with
    /// their lines.
    /// </exception>
    public SettledConflicts Settle()
    {
        foreach (StagingTable table in rows.Tables)
        {
            foreach (IReadOnlyList<string> unique in table.Model.Table.UniqueKeys)
                Settle(table, unique, isEnforced: true);
            if (table.Natural is not { CanBeReferredTo: true } natural
                || !natural.Parts.All(p => p is { Path.Count: 0, AlongTree: null }))
                continue;
            string[] names = [.. natural.Parts.Select(p => p.Column.Name)];
            if (!table.Model.Table.UniqueKeys.Any(u => u.Order().SequenceEqual(names.Order())))
                Settle(table, names, isEnforced: false);
        }
        problems.ThrowIfAny();
        if (choice == OnConflict.Fail)
            RequireNoneThere();
        return new SettledConflicts(rows, _replaced);
    }

    // Django takes natural keys for unique, even where the database does not ask for it: that of a page is the path of
    // its address.
    private void Settle(StagingTable table, IReadOnlyList<string> names, bool isEnforced)
    {
        context.Cancellation.ThrowIfCancellationRequested();
        StagingColumn[] unique =
            [.. names.Select(u => table.Keys.Concat(table.Columns).FirstOrDefault(c => c.Column.Name == u))
                .OfType<StagingColumn>()];
        int[] full =
            [.. Enumerable.Range(0, table.Shapes.Count).Where(
                i => unique.Except(table.Keys).All(table.Shapes[i].Contains))];
        if (unique.Length < names.Count || full.Length == 0)
            return;
        SqlText shapes = $"_shape = any({full})";
        string fields = string.Join(", ", unique.Select(c => c.Field));
        SqlText held = Held(table, unique, shapes, isEnforced);
        if (isEnforced && choice == OnConflict.Suffix && !unique.Any(c => IsPath(table, c)))
            new UniqueSuffix(session, table, unique, context.Cancellation).Add(held);
        if (isEnforced)
            AddTwice(table, unique, shapes, fields);
        if (choice == OnConflict.Skip)
            Skip(table, held);
        else if (choice == OnConflict.Replace && table.Keys.Count == 1)
            Replace(table, held);
        else
        {
            SqlText[] shown =
                [ImportStatements.KeyOf(table), ImportStatements.Values(unique), ImportStatements.KeyOf(table, "t")];
            problems.AddRows($"s._place", shown, held, r => new(
                ErrorIds.NotUnique, new("value", "violates a unique constraint", "violate a unique constraint"),
                OfEmpty(unique, r[1]) ?? "Change one of the rows, or load with -OnConflict Replace (delete the row of "
                    + "the database), Skip (keep it) or Suffix (change the value of the file's row).",
                table.Model.Label, r[0], fields, $"\"{r[1]}\" is that of {table.Model.Label} {r[2]} in the database"));
        }
    }

    private SqlText Held(StagingTable table, StagingColumn[] unique, SqlText shapes, bool isEnforced)
    {
        SqlText same = ImportStatements.Same(unique, "t", "s");
        SqlText sameRow = ImportStatements.Same(table.Keys, "m", "t");
        SqlText moves = $"({unique.Select(c => c.In("m"))}) is distinct from ({unique.Select(c => c.In("t"))})";
        // What the file itself moves elsewhere is not in the way; and where the database allows it, rows that are as
        // they were may stay so.
        SqlText others = isEnforced
            ? (SqlText)$"not exists (select 1 from {table.Name} m where {sameRow} and m.{shapes} and {moves})"
            : (SqlText)$"not exists (select 1 from {table.Name} m where {sameRow}){SameSlug(table, unique)}";
        return $"""
            from {(isEnforced ? table.Name : New(table, unique))} s
            join {table.Model.Table} t on {same} and not ({ImportStatements.SameKey(table)})
            where s.{shapes} and {others}{deletion.Stays(table.Model.Table, "t")}
            """;
    }

    // A table of their own tells the planner how many they are: for few of them an index serves, for many it would take
    // ages.
    private SqlText New(StagingTable table, StagingColumn[] unique)
    {
        SqlText name = StagingTable.NameOf("new", table.Model.Table);
        IEnumerable<StagingColumn> columns = table.Keys.Concat(unique).Concat(
            Slug(table, unique) is { } slug ? [slug] : []).Distinct();
        SqlText select = $"""
            select s._row, s._place, s._shape, {columns.Select(c => c.In("s"))} from {table.Name} s
            where {ImportStatements.IsNew(table)}
            """;
        TemporaryTable.Create(session, name, select, context.Cancellation);
        return name;
    }

    // Another path would be another place in the tree.
    private bool IsPath(StagingTable table, StagingColumn column) =>
        catalog.From(table.Model.Table).Any(r => r.Class == ReferenceClass.Tree && r.Column == column.Column);

    // No index serves the path of a page's address; its last step is the slug, which has one.
    private static StagingColumn? Slug(StagingTable table, StagingColumn[] unique) =>
        unique is [{ Column.Name: "url_path" }]
            && table.Columns.FirstOrDefault(c => c.Column.Name == "slug") is { } slug
            && table.Shapes.All(s => s.Contains(slug)) ? slug : null;

    private static SqlText SameSlug(StagingTable table, StagingColumn[] unique) =>
        Slug(table, unique) is { } slug ? (SqlText)$" and t.{slug.Sql} = s.{slug.Sql}" : SqlText.Empty;

    private void AddTwice(StagingTable table, StagingColumn[] unique, SqlText shapes, string fields)
    {
        SqlText[] columns = [.. unique.Select(c => c.In("s"))];
        SqlText present = SqlText.Join(" and ", columns.Select(c => (SqlText)$"{c} is not null"));
        SqlText key = $"(array_agg({ImportStatements.KeyOf(table)} order by s._row desc))[1]";
        SqlText from = $"from {table.Name} s where s.{shapes} and {present} group by {columns} having count(*) > 1";
        SqlText value = $"min({ImportStatements.Values(unique)})";
        problems.AddRows($"max(s._place)", [key, value, $"min(s._place)"], from, r => new(
            ErrorIds.NotUnique, new("value", "violates a unique constraint", "violate a unique constraint"),
            OfEmpty(unique, r[1]) ?? "Change one of the rows, in the file or where it was exported.",
            table.Model.Label, r[0], fields, $"\"{r[1]}\" is in {FilePlace.Of(r[2])} already"));
    }

    // A form that stores NULL for '' is not asked when a file is made by hand or by another database.
    private static string? OfEmpty(StagingColumn[] unique, string value) =>
        value.Length == 0 && unique is [{ IsUniqueText: true }]
            ? "Load with -EmptyAsNull: an empty text becomes NULL, which may stand in as many rows as there are."
            : null;

    // The row that stays takes the place of the file's in whatever refers to it; the other halves of the file's row are
    // left out with it.
    private void Skip(StagingTable table, SqlText held)
    {
        Table target = table.Model.Table;
        StagingColumn key = table.Keys[0];
        if (!Exists(held))
            return;
        SqlText found = StagingTable.NameOf("held", target);
        Run($"drop table if exists {found}");
        TemporaryTable.Create(
            session, found, $"select s._row, s.{key.Sql} as source, min(t.{key.Sql}) as target {held} group by 1, 2",
            context.Cancellation);
        KnownIds ids = rows.Ids;
        foreach (StagingTable heir in Heirs(table))
            ids = ids.LeaveOut(
                session, heir,
                $"select s._row from {heir.Name} s where s.{heir.Keys[0].Sql} in (select source from {found})",
                context.Cancellation);
        ids = ids.LeaveOut(session, table, $"select _row from {found}", context.Cancellation);
        if (ids.MapOf(target) is null)
        {
            // An empty map of the file's own ids may be there.
            SqlText type = key.Column.TypeSql;
            Run($"""
                create temporary table if not exists {KnownIds.Map(target)} (source {type} primary key, target {type})
                on commit drop
                """);
            ids = ids with { WithMap = ids.WithMap.Add(target.Oid) };
        }
        Run($"""
            insert into {KnownIds.Map(ids.MapOf(target)!)} select source, target from {found}
            on conflict (source) do update set target = excluded.target
            """);
        rows = rows.With(session, ids, context.Cancellation);
    }

    private void Replace(StagingTable table, SqlText held)
    {
        Table target = table.Model.Table;
        StagingColumn key = table.Keys[0];
        if (!Exists(held))
            return;
        if (!_replaced.Contains(target))
        {
            SqlText type = key.Column.TypeSql;
            Run($"create temporary table {Replaced(target)} (old {type} primary key, new {type}) on commit drop");
            _replaced.Add(target);
        }
        Run($"""
            insert into {Replaced(target)} select distinct on (1) t.{key.Sql}, s.{key.Sql} {held}
                order by 1, 2 on conflict do nothing;
            analyze {Replaced(target)}
            """);
    }

    private void RequireNoneThere()
    {
        foreach (StagingTable table in rows.Tables)
            for (int shape = 0; shape < table.Shapes.Count; shape++)
                if (ImportStatements.Differing(table, shape) is { } differing)
                    problems.AddRows($"s._place", [ImportStatements.KeyOf(table)], differing, r => new(
                        ErrorIds.AlreadyThere,
                        new("row", "is in the database already and differs", "are in the database already and differ"),
                        "Load with -OnConflict Update, or Skip to keep what is there.",
                        table.Model.Label, r[0], "", "differs"));
        problems.ThrowIfAny();
    }

    private IEnumerable<StagingTable> Heirs(StagingTable table) =>
        catalog.To(table.Model.Table).Where(r => r.IsParentLink)
        .Select(r => rows.StagedOf(r.Table)).OfType<StagingTable>().SelectMany(t => Heirs(t).Prepend(t));

    private bool Exists(SqlText from) =>
        session.Query<bool>($"select exists (select 1 {from})", context.Cancellation)[0];

    private void Run(SqlText sql) => session.Run(sql, context.Cancellation);
}

/// <summary>
/// Gives rows of the file another unique text where a row of the database holds theirs: with -2 behind it, or -3, and
/// so on.
/// </summary>
/// <param name="session">The session.</param>
/// <param name="table">The rows.</param>
/// <param name="unique">The columns that are unique together.</param>
/// <param name="cancellation">Cancels the query.</param>
internal sealed class UniqueSuffix(
    Session session, StagingTable table, IReadOnlyList<StagingColumn> unique, CancellationToken cancellation)
{
    private const int Most = 1000;

    /// <summary>Does it, where one of the columns is a text.</summary>
    /// <param name="held">The rows, s, whose values another row holds, from "from" on.</param>
    public void Add(SqlText held)
    {
        if (unique.LastOrDefault(c => IsText(c)) is not { } column)
            return;
        SqlText name = StagingTable.NameOf("suffixed", table.Model.Table);
        session.Run($"""
            drop table if exists {name};
            create temporary table {name} (_row bigint primary key, original text) on commit drop
            """, cancellation);
        SqlText same = ImportStatements.Same(unique, "o", "s");
        SqlText clashing = $"""
            select s._row {held}
            union select s._row from {table.Name} s join {name} x on x._row = s._row
            where exists (
              select 1 from {table.Name} o where {same} and o._row <> s._row
              and (o._row < s._row or not exists (select 1 from {name} y where y._row = o._row)))
            """;
        for (int number = 2; number < Most; number++)
        {
            string suffix = $"-{number}";
            SqlText room = column.Column.Length is { } length
                ? (SqlText)$"left(x.original, {length - suffix.Length})"
                : (SqlText)$"x.original";
            session.Run($"""
                insert into {name} select r._row, r.{column.Sql}::text from {table.Buffer.Table} r
                    where r._row in ({clashing}) on conflict do nothing
                """, cancellation);
            int given = session.Run($"""
                update {table.Buffer.Table} r set {column.Sql} = {room} || {SqlText.Value(suffix)}
                from {name} x where x._row = r._row and r._row in ({clashing})
                """, cancellation);
            if (given == 0)
                return;
        }
    }

    private bool IsText(StagingColumn column) =>
        column.Reference is null && !table.Keys.Contains(column)
            && column.Column.Type.Underlying.Name is "varchar" or "text" or "citext";
}
